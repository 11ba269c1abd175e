/** A modal filled in by a person: what Discord's client lets through, in the form in which it arrives at the bot. */

import type { StandinAttachment } from './command-data.ts';
import { modalComponents } from './modal-rules.ts';
import { asArray, asObject, type Json } from './refusal.ts';

export type Filled = Readonly<
  Record<string, string | boolean | StandinAttachment | readonly StandinAttachment[]>
>;

/** Fields that are not named keep what stands in them. Throws where the client would not let a person submit. */
export function modalSubmission(
  modal: Json,
  filled: Filled,
  attachmentJson: (file: StandinAttachment) => Json,
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
        if (typeof given === 'string' || typeof given === 'boolean')
          throw new Error(`the field ${name} takes files`);
        const files = given === undefined ? [] : 'url' in given ? [given] : given;
        if (files.length === 0) missing();
        if (files.length > Number(child.max_values ?? 1))
          throw new Error(`the field ${name} takes ${child.max_values ?? 1} files at most`);
        const uploaded = files.map(attachmentJson);
        for (const json of uploaded) attachments[String(json.id)] = json;
        return { values: uploaded.map((json) => json.id) };
      }
      default:
        return { value: given ?? child.default === true };
    }
  }
}
