// How fields are called in a job file written in TypeScript: the names of the job language in camelCase, one rule, no exceptions.

import type { BlockSchema, FieldSchema } from '../../schema/field.ts';

/** `kill_timeout` → `killTimeout`. */
export function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Blocks that are arguments of `job(…)` and `group(…)`, not fields. */
const BUILT = new Set(['group', 'task']);

const indexes = new WeakMap<BlockSchema, ReadonlyMap<string, FieldSchema>>();

/** Fields of a block by their name in TypeScript. */
export function buildFields(schema: BlockSchema): ReadonlyMap<string, FieldSchema> {
  let index = indexes.get(schema);
  if (index === undefined) {
    const entries = schema.fields.flatMap((field) =>
      field.hcl === undefined || BUILT.has(field.hcl) ? [] : [[camelName(field.hcl), field] as const],
    );
    index = new Map(entries);
    indexes.set(schema, index);
  }
  return index;
}
