/** How the sandbox's models describe their inputs and outputs: the JSON Schema dialect that Replicate publishes. */

/** One input; `x-order` is its place in the list. */
export interface InputProperty {
  readonly title: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly format?: 'uri';
  /** Of an array. */
  readonly items?: { readonly type: 'string'; readonly format?: 'uri' };
  readonly description?: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly allOf?: readonly { readonly $ref: string }[];
  readonly 'x-order'?: number;
}

export interface InputSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, InputProperty>>;
  /** The named enumerations that `allOf: [{$ref}]` points to. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** Published as it stands; only the type is looked at: an array is written piece by piece. */
export interface OutputSchema {
  readonly type: 'array' | 'string' | 'object';
  readonly [key: string]: unknown;
}

type Field = Omit<InputProperty, 'title' | 'x-order'>;

const titled = (name: string): string =>
  name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');

/** Fields in the order they are given; `enums` by the names that `oneOf` points to. */
export function inputSchema(
  required: readonly string[],
  fields: Readonly<Record<string, Field>>,
  enums: InputSchema['enums'] = {},
): InputSchema {
  const properties = Object.entries(fields).map(
    ([name, field], index) => [name, { ...field, title: titled(name), 'x-order': index }] as const,
  );
  return { required, properties: Object.fromEntries(properties), enums };
}

export const oneOf = (name: string): Pick<Field, 'allOf'> => ({
  allOf: [{ $ref: `#/components/schemas/${name}` }],
});

/** Text as it is written. */
export const textOutput = {
  type: 'array',
  items: { type: 'string' },
  title: 'Output',
  'x-cog-array-type': 'iterator',
  'x-cog-array-display': 'concatenate',
} as const satisfies OutputSchema;

/** Text all at once. */
export const stringOutput = { type: 'string', title: 'Output' } as const satisfies OutputSchema;

/** One file. */
export const fileOutput = {
  type: 'string',
  format: 'uri',
  title: 'Output',
} as const satisfies OutputSchema;

export const filesOutput = {
  type: 'array',
  items: { type: 'string', format: 'uri' },
  title: 'Output',
} as const satisfies OutputSchema;
