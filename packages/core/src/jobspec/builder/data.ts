// What a job in TypeScript may hold: plain data. Copied when a block is built, so that later changes do not reach it.

export type Data = null | boolean | number | bigint | string | readonly Data[] | DataRecord;
export interface DataRecord {
  readonly [name: string]: Data;
}

/** A builder was called wrongly, or with something that is no data. The stack names the line of the job file. */
export class JobBuildError extends Error {
  override readonly name = 'JobBuildError';
}

/** Deepest nesting of options. */
export const MAX_DATA_DEPTH = 64;

/**
 * A copy without what is undefined. @param path how the value is called in the message, `task "server": env.A`
 * @throws JobBuildError for functions, dates, class instances, NaN, cycles
 */
export function copyData(value: unknown, path: string, depth = 0): Data {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new JobBuildError(`${path} is ${value}: a job holds finite numbers only`);
  }
  if (depth > MAX_DATA_DEPTH)
    throw new JobBuildError(
      `${path} is nested deeper than ${MAX_DATA_DEPTH} levels, or holds itself (limit "data depth")`,
    );
  if (Array.isArray(value)) return value.map((item, index) => copyData(item ?? null, `${path}[${index}]`, depth + 1));
  if (typeof value === 'object' && isPlain(value)) return copyRecord(value, path, depth);
  throw new JobBuildError(
    `${path} is ${describe(value)}: a job holds text, numbers, true, false, lists and plain objects only`,
  );
}

export function copyRecord(value: object, path: string, depth = 0): DataRecord {
  const entries = Object.entries(value as Record<string, unknown>).filter(([, item]) => item !== undefined);
  const join = (name: string) => (path.endsWith(':') ? `${path} ${name}` : `${path}.${name}`);
  return Object.fromEntries(entries.map(([name, item]) => [name, copyData(item, join(name), depth + 1)]));
}

export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has another Object.prototype, which has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const { name } = value.constructor ?? {};
  return name === undefined || name === '' ? 'an object of a class' : `a ${name}`;
}
