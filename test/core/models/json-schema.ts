/** The part of JSON Schema that models' inputs use, by itself: the judge over what our forms and checks let through. */

type Json = Readonly<Record<string, unknown>>;

/** The paths at which the value breaks the schema; `root` holds what `$ref` points to. */
export function violations(schema: Json, root: Json, value: unknown, path = 'input'): string[] {
  const found: string[] = [];
  const fail = (keyword: string) => void found.push(`${path}: ${keyword}`);
  const below = (part: unknown) => violations(asJson(part), root, value, path);
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref
      .split('/')
      .slice(1)
      .reduce<Json>((at, key) => asJson(at[key]), root);
    found.push(...below(target));
  }
  for (const part of asList(schema.allOf)) found.push(...below(part));
  if (schema.anyOf && !asList(schema.anyOf).some((part) => below(part).length === 0)) fail('anyOf');
  if (schema.oneOf && asList(schema.oneOf).filter((part) => below(part).length === 0).length !== 1)
    fail('oneOf');
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isType(type, value))) fail('type');
  if (schema.enum && !asList(schema.enum).some((allowed) => allowed === value)) fail('enum');
  if (typeof value === 'number') {
    if (value < Number(schema.minimum ?? -Infinity)) fail('minimum');
    if (value > Number(schema.maximum ?? Infinity)) fail('maximum');
  }
  if (typeof value === 'string') {
    const length = Array.from(value).length;
    if (length < Number(schema.minLength ?? 0)) fail('minLength');
    if (length > Number(schema.maxLength ?? Infinity)) fail('maxLength');
    if (schema.format === 'uri' && !URL.canParse(value)) fail('format');
  }
  if (Array.isArray(value)) {
    if (value.length < Number(schema.minItems ?? 0)) fail('minItems');
    if (value.length > Number(schema.maxItems ?? Infinity)) fail('maxItems');
    value.forEach((entry, index) => {
      found.push(...violations(asJson(schema.items), root, entry, `${path}[${index}]`));
    });
  } else if (typeof value === 'object' && value !== null) {
    const members = asJson(value);
    for (const name of asList(schema.required)) if (!(String(name) in members)) fail(`required ${name}`);
    for (const [name, part] of Object.entries(asJson(schema.properties))) {
      if (name in members) found.push(...violations(asJson(part), root, members[name], `${path}.${name}`));
    }
  }
  return found;
}

function isType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

export function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
