/** A model's inputs from its OpenAPI schema, and in words what each of them allows. */

import type { ModelInput } from './prediction.ts';

type Json = Readonly<Record<string, unknown>>;

const TYPES = ['string', 'integer', 'number', 'boolean', 'array'] as const;

/** The inputs by x-order; empty when the schema has none. Never throws: a field of the wrong kind counts as missing. */
export function readInputs(openapiSchema: unknown): ModelInput[] {
  const schemas = objectAt(objectAt(openapiSchema, 'components'), 'schemas');
  const input = objectAt(schemas, 'Input');
  const required = Array.isArray(input.required) ? input.required : [];
  return Object.entries(objectAt(input, 'properties'))
    .map(([name, raw], index) => {
      const property = withReferences(asObject(raw), schemas);
      const order = typeof property['x-order'] === 'number' ? property['x-order'] : 1000 + index;
      return { order, input: readInput(name, property, required.includes(name)) };
    })
    .sort((a, b) => a.order - b.order)
    .map((entry) => entry.input);
}

function readInput(name: string, property: Json, required: boolean): ModelInput {
  const { format, minimum, maximum, description } = property;
  return {
    name,
    type: TYPES.find((type) => type === property.type) ?? 'unknown',
    required,
    ...(typeof format === 'string' && { format }),
    ...(property.default !== undefined && { default: property.default }),
    ...(typeof minimum === 'number' && { minimum }),
    ...(typeof maximum === 'number' && { maximum }),
    ...(Array.isArray(property.enum) && { enum: property.enum }),
    ...(typeof description === 'string' && { description }),
  };
}

/** Cog writes an enum as `allOf: [{$ref: '#/components/schemas/<name>'}]` beside the property's own keys, which win. */
function withReferences(property: Json, schemas: Json): Json {
  const parts = Array.isArray(property.allOf) ? property.allOf : [property];
  const merged = parts.map((part: unknown) => {
    const reference = asObject(part).$ref;
    const name =
      typeof reference === 'string' ? /^#\/components\/schemas\/(.+)$/.exec(reference)?.[1] : undefined;
    return name === undefined ? asObject(part) : objectAt(schemas, name);
  });
  return Object.assign({}, ...merged, property);
}

/** What an input takes, to follow “allowed: ”: `one of a, b`, `a whole number from 1 to 4`. */
export function describeAllowed(input: ModelInput): string {
  if (input.enum) return `one of ${input.enum.map(String).join(', ')}`;
  const { minimum, maximum } = input;
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` from ${minimum} to ${maximum}`
      : minimum !== undefined
        ? ` of at least ${minimum}`
        : maximum !== undefined
          ? ` of at most ${maximum}`
          : '';
  switch (input.type) {
    case 'integer':
      return `a whole number${range}`;
    case 'number':
      return `a number${range}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'string':
      return input.format === 'uri' ? 'a link to a file' : 'a text';
    case 'unknown':
      return 'a value';
  }
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function objectAt(value: unknown, key: string): Json {
  return asObject(asObject(value)[key]);
}
