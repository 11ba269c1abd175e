/** Schemas of differently shaped models, as Replicate publishes them: shapes that were seen there, under other names. */

import { readdirSync, readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import type { ModelInput, ValueShape } from '../../../src/core/models/prediction.ts';
import { readInputs } from '../../../src/core/models/schema.ts';
import { asJson, violations } from './json-schema.ts';

const FOLDER = new URL('./schemas/', import.meta.url);

export interface RecordedSchema {
  readonly name: string;
  readonly inputs: readonly ModelInput[];
  /** Where an input breaks the schema. */
  violations(input: unknown): string[];
}

export const recordedSchemas: readonly RecordedSchema[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const document: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    const root = asJson(document);
    const input = asJson(asJson(asJson(root.components).schemas).Input);
    return {
      name: file.replace('.json', ''),
      inputs: readInputs(document),
      violations: (value) => violations(input, root, value),
    };
  });

/** Values of every kind that fit the shape. */
function fitting(shape: ValueShape): Arbitrary<unknown> {
  const { minimum, maximum, minLength = 0, maxLength = 30 } = shape;
  if (shape.enum) return fc.constantFrom(...shape.enum);
  switch (shape.type) {
    case 'integer':
      return fc.integer({ min: minimum ?? -1e9, max: maximum ?? 1e9 });
    case 'number':
      return fc.double({ min: minimum ?? -1e9, max: maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      if (shape.format === 'uri') return fc.webUrl({ withQueryParameters: true });
      return fc.string({
        minLength,
        maxLength: Math.min(maxLength, 30),
        unit: fc.oneof(
          fc.constantFrom('"', "'", '\\', '=', ' ', '\n', '[', 'ä', '🙂'),
          fc.string({ minLength: 1, maxLength: 1 }),
        ),
      });
    case 'array':
      return fc.array(fitting(shape.items ?? { type: 'unknown' }), {
        minLength,
        maxLength: Math.min(maxLength, 4),
      });
    case 'object':
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue());
    case 'unknown':
      return fc.stringMatching(/^[a-z]{1,8}$/);
  }
}

/** Inputs that fit, the required ones always among them. */
export function fittingInput(inputs: readonly ModelInput[]): Arbitrary<Record<string, unknown>> {
  const open = inputs.filter((input) => input.format !== 'password');
  return fc.record(Object.fromEntries(open.map((input) => [input.name, fitting(input)])), {
    requiredKeys: open.filter((input) => input.required).map((input) => input.name),
  });
}
