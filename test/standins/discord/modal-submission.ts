/** A modal filled in by a person: what Discord's client lets through, in the form in which it arrives at the bot. */

import { modalComponents } from './modal-rules.ts';
import { asArray, asObject, type Json } from './refusal.ts';

export type Filled = Readonly<Record<string, string | boolean | { readonly url: string }>>;

/** Fields that are not named keep what stands in them. Throws where the client would not let a person submit. */
export function modalSubmission<F extends Filled>(
  modal: Json,
  filled: F,
  attachmentJson: (file: Exclude<F[string], string | boolean>) => Json,
): Json {
  const attachments: Json = {};
  const children = modalComponents(modal);
  for (const name of Object.keys(filled)) {
    if (!children.some((child) => child.custom_id === name))
      throw new Error(`the modal has no field ${name}`);
  }
  const components = children.map((child, at) => ({
    type: 18,
    id: at * 2 + 1,
    component: { id: at * 2 + 2, type: child.type, custom_id: child.custom_id, ...fill(child) },
  }));
  return { custom_id: modal.custom_id, components, resolved: { attachments } };

  function fill(child: Json): Json {
    const name = String(child.custom_id);
    const given = filled[name];
    const missing = () => {
      if (child.required !== false) throw new Error(`the modal needs the field ${name}`);
    };
    switch (child.type) {
      case 4: {
        const value = given === undefined ? String(child.value ?? '') : String(given);
        if (value === '') missing();
        if (value.length > Number(child.max_length ?? 4000)) throw new Error(`the field ${name} is too long`);
        return { value };
      }
      case 3: {
        const options = asArray(child.options, 'options').map((each) => asObject(each, 'options'));
        const chosen = options.find((option) =>
          given === undefined ? option.default === true : option.value === given,
        );
        if (given !== undefined && !chosen) throw new Error(`the field ${name} has no option ${given}`);
        if (!chosen) missing();
        return { values: chosen ? [chosen.value] : [] };
      }
      case 19: {
        if (given === undefined) missing();
        if (given === undefined || typeof given === 'string' || typeof given === 'boolean')
          return { values: [] };
        const json = attachmentJson(given as Exclude<F[string], string | boolean>);
        attachments[String(json.id)] = json;
        return { values: [json.id] };
      }
      default:
        return { value: given ?? child.default === true };
    }
  }
}
