/** Models and versions as Replicate's API shows them. */
import type { SandboxModel } from './models.ts';

/** A version as `GET /models/{owner}/{name}/versions/{id}` shows it. */
export function showVersion(model: SandboxModel): object {
  const { required, properties, enums } = model.input;
  const named = Object.entries(enums).map(([name, values]) => [
    name,
    { enum: values, type: 'string', title: name, description: 'An enumeration.' },
  ]);
  return {
    id: model.version,
    created_at: '2024-04-17T18:04:26.049832Z',
    cog_version: '0.9.6',
    openapi_schema: {
      openapi: '3.0.2',
      info: { title: 'Cog', version: '0.1.0' },
      paths: {},
      components: {
        schemas: {
          Input: {
            type: 'object',
            title: 'Input',
            ...(required.length > 0 ? { required } : {}),
            properties,
          },
          Output: model.output,
          ...Object.fromEntries(named),
        },
      },
    },
  };
}

/** A model as `GET /models/{owner}/{name}` shows it. */
export const showModel = (model: SandboxModel): object => ({
  url: `https://replicate.com/${model.owner}/${model.name}`,
  owner: model.owner,
  name: model.name,
  description: model.description,
  visibility: model.visibility,
  is_official: model.official,
  github_url: null,
  paper_url: null,
  license_url: null,
  run_count: model.runCount,
  cover_image_url: null,
  default_example: null,
  latest_version: showVersion(model),
});
