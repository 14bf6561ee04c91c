// A task's `config` against what its driver declares. The types are the driver interface's, by structure.

import { didYouMean, nearestName } from '../lib/nearest-name.ts';
import type { Json } from '../model/task.ts';
import { parseDuration } from './duration.ts';
import type { FieldProblem } from './field.ts';
import { joinPath } from './path.ts';

/** As `ConfigSchema` of the driver interface. */
export interface DriverConfigSchema {
  readonly fields: Readonly<Record<string, DriverConfigField>>;
  readonly exactlyOneOf?: readonly (readonly string[])[];
}

export interface DriverConfigField {
  readonly type: DriverConfigType;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
  readonly doc: string;
  readonly values?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly noEffect?: string;
}

export type DriverConfigType =
  | 'string'
  | 'number'
  | 'bool'
  | 'duration'
  | { readonly kind: 'list'; readonly of: DriverConfigType }
  | { readonly kind: 'map'; readonly of: DriverConfigType }
  | { readonly kind: 'block'; readonly schema: DriverConfigSchema; readonly many: boolean };

export interface DriverConfigResult {
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
  /**
   * The config in the shape the schema says: a single repeatable block as a list of one, a map written as a block as an
   * object, text that is a number as a number. Run-time references stay text.
   */
  readonly config: Readonly<Record<string, Json>>;
}

interface Check {
  readonly errors: FieldProblem[];
  readonly warnings: FieldProblem[];
}

type JsonObject = Readonly<Record<string, Json>>;

/**
 * A task's `config` against its driver's own `configSchema`, which is the source of the rules. `path` is the field path
 * of the block: `group["web"].task["server"].config`.
 */
export function validateDriverConfig(config: JsonObject, schema: DriverConfigSchema, path: string): DriverConfigResult {
  const check: Check = { errors: [], warnings: [] };
  const shaped = checkObject(config, schema, path, check);
  return { ...check, config: shaped };
}

function checkObject(value: JsonObject, schema: DriverConfigSchema, path: string, check: Check): Record<string, Json> {
  const result: Record<string, Json> = {};
  const misspelt = new Set<string>();
  for (const [name, item] of Object.entries(value)) {
    const fieldPath = joinPath(path, name);
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field === undefined) {
      const names = Object.keys(schema.fields);
      const meant = nearestName(name, names);
      if (meant !== undefined) misspelt.add(meant);
      const hint = meant === undefined ? `it has: ${names.join(', ')}` : `did you mean "${meant}"?`;
      check.errors.push({ path: fieldPath, message: `the driver has no option "${name}"`, hint });
      continue;
    }
    if (item === null) continue;
    if (field.noEffect !== undefined) {
      check.warnings.push({ path: fieldPath, message: `"${name}" has no effect here: ${field.noEffect}` });
    }
    const before = check.errors.length;
    const shaped = checkValue(item, field.type, fieldPath, name, check);
    if (check.errors.length === before) checkLimits(shaped, field, fieldPath, check);
    result[name] = shaped;
  }
  checkPresence(value, misspelt, schema, path, check);
  return result;
}

/** An option that is there under a misspelt name is not missing too. */
function checkPresence(
  value: JsonObject,
  misspelt: ReadonlySet<string>,
  schema: DriverConfigSchema,
  path: string,
  check: Check,
): void {
  const isGiven = (name: string) => value[name] !== undefined && value[name] !== null;
  for (const [name, field] of Object.entries(schema.fields)) {
    if (field.required !== true || isGiven(name) || misspelt.has(name)) continue;
    check.errors.push({ path: joinPath(path, name), message: `"${name}" is required`, hint: field.doc });
  }
  for (const group of schema.exactlyOneOf ?? []) {
    const given = group.filter(isGiven);
    const names = group.map((name) => `"${name}"`).join(', ');
    if (given.length === 0 && !group.some((name) => misspelt.has(name)))
      check.errors.push({ path, message: `one of ${names} is required` });
    const second = given[1];
    if (second === undefined) continue;
    const message = `only one of ${names} can be given`;
    check.errors.push({ path: joinPath(path, second), message, hint: `remove all but one` });
  }
}

function checkLimits(value: Json, field: DriverConfigField, path: string, check: Check): void {
  if (field.values !== undefined && typeof value === 'string' && !isRuntime(value) && !field.values.includes(value)) {
    const hint = didYouMean(value, field.values) ?? `write one of ${field.values.join(', ')}`;
    check.errors.push({ path, message: `"${value}" is none of ${field.values.join(', ')}`, hint });
  }
  if (typeof value !== 'number') return;
  if (field.min !== undefined && value < field.min) {
    check.errors.push({ path, message: `${value} is too small`, hint: `at least ${field.min}` });
  }
  if (field.max !== undefined && value > field.max) {
    check.errors.push({ path, message: `${value} is too large`, hint: `at most ${field.max}` });
  }
}

/** Holds a reference that only the node can resolve. */
function isRuntime(value: Json): boolean {
  return typeof value === 'string' && value.includes('${');
}

function checkValue(value: Json, type: DriverConfigType, path: string, name: string, check: Check): Json {
  const mismatch = (expected: string, hint?: string): Json => {
    const message = `"${name}" is ${expected}, this is ${describeJson(value)}`;
    check.errors.push({ path, message, ...(hint === undefined ? {} : { hint }) });
    return value;
  };
  if (typeof type === 'object') return checkCompound(value, type, path, name, check, mismatch);
  if (typeof value === 'object' && value !== null) return mismatch(type === 'bool' ? 'true or false' : `a ${type}`);
  if (type === 'string') return String(value);
  if (isRuntime(value)) return value;
  if (type === 'number') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && !Number.isNaN(number) ? number : mismatch('a number');
  }
  if (type === 'bool') {
    if (value === 'true' || value === 'false') return value === 'true';
    return typeof value === 'boolean' ? value : mismatch('true or false');
  }
  const isDuration = typeof value === 'number' || (typeof value === 'string' && parseDuration(value) !== undefined);
  return isDuration ? value : mismatch('a duration', 'write it like "30s" or "5m"');
}

function checkCompound(
  value: Json,
  type: Exclude<DriverConfigType, string>,
  path: string,
  name: string,
  check: Check,
  mismatch: (expected: string, hint?: string) => Json,
): Json {
  // A reference may stand for the whole of it: the node reads it and checks again.
  if (type.kind !== 'block' && isRuntime(value)) return value;
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) return mismatch('a list', 'put it in brackets: […]');
      return value.map((item: Json, index) =>
        checkValue(item, type.of, `${path}[${index}]`, `${name}[${index}]`, check),
      );
    case 'map': {
      const maps = asMaps(value);
      if (maps === undefined) return mismatch('a map', `write ${name} = { key = … }`);
      const entries = maps.flatMap((map, index) => {
        const outer = index === 0 ? path : `${path}[${index}]`;
        return Object.entries(map).map(([key, item]) => {
          return [key, checkValue(item, type.of, joinPath(outer, key), `${name}.${key}`, check)] as const;
        });
      });
      return Object.fromEntries(entries);
    }
    case 'block': {
      const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
      if (!items.every(isObject)) return mismatch('a block', `write ${name} { … }`);
      if (!type.many && items.length > 1) {
        const message = `"${name}" is given once, this is the second`;
        check.errors.push({ path: `${path}[1]`, message, hint: 'put all of it in one block' });
      }
      const shaped = items.map((item, index) => {
        return checkObject(item as JsonObject, type.schema, index === 0 ? path : `${path}[${index}]`, check);
      });
      return type.many ? shaped : (shaped[0] ?? {});
    }
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map, or maps written as blocks, which are lists of maps. */
function asMaps(value: Json): readonly JsonObject[] | undefined {
  if (isObject(value)) return [value];
  return Array.isArray(value) && value.every(isObject) ? (value as readonly JsonObject[]) : undefined;
}

function describeJson(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 40 ? 'a text' : `the text "${value}"`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : String(value);
}
