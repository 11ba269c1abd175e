/** A model's inputs from its OpenAPI schema, and in words what each of them allows. */

import type { ModelInput, ValueShape } from './prediction.ts';

type Json = Readonly<Record<string, unknown>>;

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;
/** Deeper than any model nests; a schema that refers to itself ends here. */
const DEEPEST = 6;

/** The inputs by x-order; empty when the schema has none. Never throws: a field of the wrong kind counts as missing. */
export function readInputs(openapiSchema: unknown): ModelInput[] {
  const schemas = objectAt(objectAt(openapiSchema, 'components'), 'schemas');
  const input = flatten(objectAt(schemas, 'Input'), schemas, DEEPEST);
  const required = Array.isArray(input.required) ? input.required : [];
  return Object.entries(objectAt(input, 'properties'))
    .map(([name, raw], index) => {
      const property = flatten(asObject(raw), schemas, DEEPEST);
      const order = typeof property['x-order'] === 'number' ? property['x-order'] : 1000 + index;
      return { order, input: readInput(name, property, schemas, required.includes(name)) };
    })
    .sort((a, b) => a.order - b.order)
    .map((entry) => entry.input);
}

function readInput(name: string, property: Json, schemas: Json, required: boolean): ModelInput {
  const { description } = property;
  return {
    name,
    required,
    ...readShape(property, schemas, DEEPEST),
    ...(property.default !== undefined && property.default !== null && { default: property.default }),
    ...(typeof description === 'string' && { description }),
    ...(property.deprecated === true && { deprecated: true }),
  };
}

function readShape(property: Json, schemas: Json, depth: number): ValueShape {
  const types = Array.isArray(property.type) ? property.type : [property.type];
  const type = TYPES.find((known) => types.includes(known)) ?? 'unknown';
  const { minimum, maximum } = property;
  const minLength = type === 'array' ? property.minItems : property.minLength;
  const maxLength = type === 'array' ? property.maxItems : property.maxLength;
  const format = property['x-cog-secret'] === true ? 'password' : property.format;
  return {
    type,
    ...(typeof format === 'string' && { format }),
    ...(typeof minimum === 'number' && { minimum }),
    ...(typeof maximum === 'number' && { maximum }),
    ...(typeof minLength === 'number' && { minLength }),
    ...(typeof maxLength === 'number' && { maxLength }),
    ...(Array.isArray(property.enum) && { enum: property.enum.filter((value) => value !== null) }),
    ...(type === 'array' &&
      depth > 0 && {
        items: readShape(flatten(asObject(property.items), schemas, depth), schemas, depth - 1),
      }),
  };
}

/**
 * Cog writes an enum as `allOf: [{$ref: '#/components/schemas/<name>'}]` beside the property's own keys, which win. Of
 * alternatives (`anyOf`, `oneOf`) the first that is not null is taken: whatever it allows, the schema allows.
 */
function flatten(property: Json, schemas: Json, depth: number): Json {
  if (depth === 0) return property;
  const { $ref } = property;
  const name = typeof $ref === 'string' ? /^#\/components\/schemas\/(.+)$/.exec($ref)?.[1] : undefined;
  const alternatives = listAt(property, 'anyOf').concat(listAt(property, 'oneOf'));
  const first = alternatives.find((alternative) => alternative.type !== 'null');
  const parts = [
    ...(name === undefined ? [] : [objectAt(schemas, name)]),
    ...listAt(property, 'allOf'),
    ...(first ? [first] : []),
  ];
  return Object.assign({}, ...parts.map((part) => flatten(part, schemas, depth - 1)), property);
}

/** What an input takes, to follow “allowed: ”: `one of a, b`, `a whole number from 1 to 4`. */
export function describeAllowed(shape: ValueShape): string {
  if (shape.enum) return `one of ${shape.enum.map(String).join(', ')}`;
  switch (shape.type) {
    case 'integer':
      return `a whole number${describeRange(shape.minimum, shape.maximum)}`;
    case 'number':
      return `a number${describeRange(shape.minimum, shape.maximum)}`;
    case 'boolean':
      return 'true or false';
    case 'array': {
      const { items } = shape;
      const what = items?.format === 'uri' ? ' of links to files' : items?.enum ? ` of: ${items.enum}` : '';
      return `a list${what}${describeLength(shape, 'entries')}`;
    }
    case 'object':
      return 'a JSON object';
    case 'string':
      return shape.format === 'uri' ? 'a link to a file' : `a text${describeLength(shape, 'characters')}`;
    case 'unknown':
      return 'a value';
  }
}

function describeLength({ minLength, maxLength }: ValueShape, unit: string): string {
  const range = describeRange(minLength, maxLength);
  return range === '' ? '' : `${range.replace(' from', ' of')} ${unit}`;
}

/** To follow “a number”; empty without bounds. */
export function describeRange(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum !== undefined ? ` of at most ${maximum}` : '';
}

function listAt(property: Json, key: string): Json[] {
  const list = property[key];
  return Array.isArray(list) ? list.map(asObject) : [];
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function objectAt(value: unknown, key: string): Json {
  return asObject(asObject(value)[key]);
}
