/** Checks a prediction's input against its model's schema and fills in the defaults. */
import type { SandboxModel } from './models.ts';
import { type InvalidField, invalidInput } from './problems.ts';
import type { InputProperty, InputSchema } from './schemas.ts';

type Input = Readonly<Record<string, unknown>>;

/** The input with defaults; throws the 422 that names every refused field. Inputs the model does not know pass. */
export function checkInput(model: SandboxModel, input: Input): Input {
  const schema = model.input;
  const invalid: InvalidField[] = [];
  for (const name of schema.required) {
    if (input[name] === undefined || input[name] === null) {
      invalid.push({ type: 'required', field: 'input', description: `${name} is required` });
    }
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    const refusal = refuse(value, property, schema);
    if (refusal) invalid.push({ ...refusal, field: `input.${name}` });
  }
  if (invalid.length > 0) throw invalidInput(invalid);
  const defaults = Object.entries(schema.properties).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(given) };
}

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

function refuse(
  value: unknown,
  property: InputProperty,
  schema: InputSchema,
): Omit<InvalidField, 'field'> | undefined {
  const expected = property.type ?? 'string';
  const given = typeOf(value);
  if (given !== expected && !(expected === 'number' && given === 'integer')) {
    return { type: 'invalid_type', description: `Invalid type. Expected: ${expected}, given: ${given}` };
  }
  if (Array.isArray(value)) {
    const wrong = value.find((item) => typeof item !== 'string' || !isUriWhereAsked(item, property.items));
    if (wrong !== undefined) return { type: 'invalid_type', description: 'Invalid type of an item' };
    return undefined;
  }
  for (const { $ref } of property.allOf ?? []) {
    const allowed = schema.enums[$ref.split('/').at(-1) ?? ''] ?? [];
    if (!allowed.includes(String(value))) {
      const list = allowed.map((item) => JSON.stringify(item)).join(', ');
      return { type: 'enum', description: `Must be one of the following: ${list}` };
    }
  }
  if (typeof value === 'number' && property.minimum !== undefined && value < property.minimum) {
    return { type: 'number_gte', description: `Must be greater than or equal to ${property.minimum}` };
  }
  if (typeof value === 'number' && property.maximum !== undefined && value > property.maximum) {
    return { type: 'number_lte', description: `Must be less than or equal to ${property.maximum}` };
  }
  if (!isUriWhereAsked(String(value), property)) {
    return { type: 'format', description: "Does not match format 'uri'" };
  }
  return undefined;
}

const isUriWhereAsked = (value: string, schema: { readonly format?: 'uri' } | undefined): boolean =>
  schema?.format !== 'uri' || /^(https?:\/\/|data:)\S+$/.test(value);
