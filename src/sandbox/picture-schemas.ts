/** Inputs of the models that draw: from words, from another picture, larger. */
import { inputSchema, oneOf } from './schemas.ts';

export const pictureInput = inputSchema(
  [],
  {
    prompt: { type: 'string', default: 'An astronaut riding a rainbow unicorn', description: 'Input prompt' },
    negative_prompt: { type: 'string', default: '', description: 'Input Negative Prompt' },
    image: { type: 'string', format: 'uri', description: 'Input image for img2img or inpaint mode' },
    width: {
      type: 'integer',
      default: 1024,
      minimum: 64,
      maximum: 2048,
      description: 'Width of output image',
    },
    height: {
      type: 'integer',
      default: 1024,
      minimum: 64,
      maximum: 2048,
      description: 'Height of output image',
    },
    num_outputs: {
      type: 'integer',
      default: 1,
      minimum: 1,
      maximum: 4,
      description: 'Number of images to output.',
    },
    scheduler: { ...oneOf('scheduler'), default: 'K_EULER', description: 'scheduler' },
    num_inference_steps: {
      type: 'integer',
      default: 50,
      minimum: 1,
      maximum: 500,
      description: 'Number of denoising steps',
    },
    guidance_scale: {
      type: 'number',
      default: 7.5,
      minimum: 1,
      maximum: 50,
      description: 'Scale for classifier-free guidance',
    },
    prompt_strength: { type: 'number', default: 0.8, minimum: 0, maximum: 1 },
    seed: { type: 'integer', description: 'Random seed. Leave blank to randomize the seed' },
    refine: { ...oneOf('refine'), default: 'no_refiner' },
    apply_watermark: { type: 'boolean', default: true },
    disable_safety_checker: { type: 'boolean', default: false },
  },
  {
    scheduler: [
      'DDIM',
      'DPMSolverMultistep',
      'HeunDiscrete',
      'KarrasDPM',
      'K_EULER_ANCESTRAL',
      'K_EULER',
      'PNDM',
    ],
    refine: ['no_refiner', 'expert_ensemble_refiner', 'base_image_refiner'],
  },
);

const ratios = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'];
const format = { ...oneOf('output_format'), default: 'png', description: 'Format of the output images' };

/** An official model that is quick and paid by the picture. */
export const quickPictureInput = inputSchema(
  ['prompt'],
  {
    prompt: { type: 'string', description: 'Prompt for generated image' },
    aspect_ratio: { ...oneOf('aspect_ratio'), default: '1:1', description: 'Aspect ratio' },
    num_outputs: {
      type: 'integer',
      default: 1,
      minimum: 1,
      maximum: 4,
      description: 'Number of outputs to generate',
    },
    num_inference_steps: { type: 'integer', default: 4, minimum: 1, maximum: 4 },
    seed: { type: 'integer', description: 'Random seed. Set for reproducible generation' },
    output_format: format,
    output_quality: { type: 'integer', default: 80, minimum: 0, maximum: 100 },
    disable_safety_checker: { type: 'boolean', default: false },
    go_fast: { type: 'boolean', default: true },
  },
  { aspect_ratio: ratios, output_format: ['png'] },
);

/** An official model that changes a picture as it is told; tells nothing while it works, and gives one file. */
export const editingInput = inputSchema(
  ['prompt'],
  {
    prompt: { type: 'string', description: 'What you want to generate, or how to edit the image' },
    input_image: { type: 'string', format: 'uri', description: 'Image to use as reference' },
    aspect_ratio: { ...oneOf('aspect_ratio'), default: 'match_input_image', description: 'Aspect ratio' },
    seed: { type: 'integer', description: 'Random seed. Set for reproducible generation' },
    output_format: format,
    safety_tolerance: { type: 'integer', default: 2, minimum: 0, maximum: 6 },
    prompt_upsampling: { type: 'boolean', default: false },
  },
  { aspect_ratio: ['match_input_image', ...ratios], output_format: ['png'] },
);

export const enlargingInput = inputSchema(['image'], {
  image: { type: 'string', format: 'uri', description: 'Input image' },
  scale: { type: 'number', default: 4, minimum: 0, maximum: 10, description: 'Factor to scale image by' },
  face_enhance: { type: 'boolean', default: false, description: 'Run GFPGAN face enhancement' },
});
