// Small checks that build a record out of data of unknown shape: known fields only, each of its kind and within its limit.

import { type NameRule, nameProblem, quotedName } from './name.ts';

/** What is wrong, and where in the record. */
export class RecordProblem extends Error {
  override readonly name = 'RecordProblem';
}

/** Gives the value as the model has it. @throws RecordProblem */
export type Check<T> = (value: unknown, at: string) => T;

export function text(maxLength: number): Check<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'is no text');
    if (value.length > maxLength) throw wrong(at, `is longer than ${maxLength} characters`);
    return value;
  };
}

/** A name after its rule; `''` where nothing is said. */
export function named(rule: NameRule, options: { readonly mayBeEmpty?: boolean } = {}): Check<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'is no text');
    if (value === '' && options.mayBeEmpty === true) return value;
    const problem = nameProblem(value, rule);
    if (problem !== undefined) throw wrong(at, `${quotedName(value)} ${problem.reason}`);
    return value;
  };
}

export function numberIn(min: number, max: number): Check<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw wrong(at, `is no number from ${min} to ${max}`);
    }
    return value;
  };
}

export function wholeIn(min: number, max: number): Check<number> {
  const inside = numberIn(min, max);
  return (value, at) => {
    if (!Number.isInteger(inside(value, at))) throw wrong(at, 'is no whole number');
    return value as number;
  };
}

export const bool: Check<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'is neither true nor false');
  return value;
};

export function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  return (value, at) => {
    if (!values.includes(value as T)) throw wrong(at, `is none of ${values.join(', ')}`);
    return value as T;
  };
}

export function listOf<T>(item: Check<T>, maxItems: number): Check<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'is no list');
    if (value.length > maxItems) throw wrong(at, `has more than ${maxItems} items`);
    return value.map((one, index) => item(one, `${at}[${index}]`));
  };
}

export function mapOf<T>(keys: NameRule, item: Check<T>, maxItems: number): Check<Readonly<Record<string, T>>> {
  return (value, at) => {
    const entries = Object.entries(object(value, at));
    if (entries.length > maxItems) throw wrong(at, `has more than ${maxItems} entries`);
    return Object.fromEntries(
      entries.map(([key, one]) => {
        const problem = nameProblem(key, keys);
        if (problem !== undefined) throw wrong(at, `has a key ${quotedName(key)} that ${problem.reason}`);
        return [key, item(one, `${at}[${quotedName(key)}]`)];
      }),
    );
  };
}

/** A field that need not be there. */
export interface Optional<T> {
  readonly optional: Check<T>;
}

export function optional<T>(check: Check<T>): Optional<T> {
  return { optional: check };
}

type Fields<T> = {
  readonly [Key in keyof T]-?: undefined extends T[Key] ? Optional<Exclude<T[Key], undefined>> : Check<T[Key]>;
};

/** A record of these fields; others are left out. */
export function recordOf<T extends object>(fields: Fields<T>): Check<T> {
  const checks = Object.entries(fields) as [string, Check<unknown> | Optional<unknown>][];
  return (value, at) => {
    const given = object(value, at);
    const record: Record<string, unknown> = {};
    for (const [name, check] of checks) {
      const inner = at === '' ? name : `${at}.${name}`;
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      if (typeof check === 'function') record[name] = check(own, inner);
      else if (own !== undefined) record[name] = check.optional(own, inner);
    }
    return record as T;
  };
}

/** The record, or what is wrong with it. */
export function tryCheck<T>(check: Check<T>, value: unknown): { readonly record: T } | { readonly problem: string } {
  try {
    return { record: check(value, '') };
  } catch (error) {
    if (error instanceof RecordProblem) return { problem: error.message };
    throw error;
  }
}

function object(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'is no record');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(at: string, what: string): RecordProblem {
  return new RecordProblem(at === '' ? `it ${what}` : `${at} ${what}`);
}
