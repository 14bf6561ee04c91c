// Run-time references in job fields -> values of the node and the task.

import type { Json } from '../model/task.ts';

/** What references can name. Each map is looked up by what follows its prefix. */
export interface InterpolationValues {
  /** `${NAME}` and `${env["NAME"]}`. */
  readonly env: Readonly<Record<string, string>>;
  /** `${node.<name>}`: `unique.id`, `unique.name`, `datacenter`, `class`, `pool`, `region`. */
  readonly node: Readonly<Record<string, string>>;
  /** `${attr.<name>}`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** `${meta.<name>}`: the node's metadata. */
  readonly meta: Readonly<Record<string, string>>;
}

const REFERENCE = /\$\{([A-Za-z0-9_\-.]+|env\["[^"\n}]*"\]|meta\["[^"\n}]*"\]|attr\["[^"\n}]*"\])\}/g;

/** The text with every known reference replaced; unknown ones stay as they are. Replacements are not read again. */
export function interpolate(text: string, values: InterpolationValues): string {
  if (!text.includes('${')) return text;
  return text.replace(REFERENCE, (whole, name: string) => resolveReference(name, values) ?? whole);
}

/** The value of a reference without its `${…}`; undefined = unknown. */
export function resolveReference(name: string, values: InterpolationValues): string | undefined {
  const bracket = name.indexOf('["');
  if (bracket > 0) return fromMap(name.slice(0, bracket), name.slice(bracket + 2, -2), values);
  const dot = name.indexOf('.');
  const own = dot < 0 ? undefined : fromMap(name.slice(0, dot), name.slice(dot + 1), values);
  return own ?? member(values.env, name);
}

function fromMap(prefix: string, key: string, values: InterpolationValues): string | undefined {
  switch (prefix) {
    case 'env':
      return member(values.env, key);
    case 'node':
      return member(values.node, key);
    case 'attr':
      return member(values.attributes, key);
    case 'meta':
      return member(values.meta, key);
    default:
      return undefined;
  }
}

function member(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Every text inside plain data interpolated, such as a driver's `config`. Keys of objects too. */
export function interpolateJson<T extends Json>(value: T, values: InterpolationValues): T;
export function interpolateJson(value: Json, values: InterpolationValues): Json {
  if (typeof value === 'string') return interpolate(value, values);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => interpolateJson(item, values));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) result[interpolate(key, values)] = interpolateJson(item, values);
  return result;
}

export function interpolateMap(
  map: Readonly<Record<string, string>>,
  values: InterpolationValues,
): Record<string, string> {
  return interpolateJson(map as Record<string, string>, values);
}
