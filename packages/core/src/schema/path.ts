// Field paths: how a field of a job is named in messages, in source maps and in the API's answers.

import type { BlockSchema, BlockType, FieldSchema, ModelRecord } from './field.ts';

/** `outer.name`, or `name` at the top. */
export function joinPath(outer: string, name: string): string {
  if (name === '') return outer;
  if (outer === '') return name;
  return name.startsWith('[') ? outer + name : `${outer}.${name}`;
}

export function fieldName(field: FieldSchema): string {
  return field.pathName ?? field.hcl ?? field.model;
}

/** One step of a block that may be repeated: by its label when it has one, else by its place. */
export function repeatedPath(path: string, type: BlockType, record: ModelRecord, index: number): string {
  return path + repeatedKey(type.block, record, index);
}

export function repeatedKey(schema: BlockSchema, record: ModelRecord, index: number): string {
  const label = schema.label === undefined ? undefined : record[schema.label.model];
  return typeof label === 'string' && label !== '' ? `["${label}"]` : `[${index}]`;
}

/** The path one step out; undefined at the top. */
export function outerPath(path: string): string | undefined {
  if (path === '') return undefined;
  if (path.endsWith(']')) {
    const labelled = path.endsWith('"]') ? path.lastIndexOf('["') : path.lastIndexOf('[');
    return labelled < 0 ? '' : path.slice(0, labelled);
  }
  // A dot inside a label belongs to the label: only dots after the last "] count.
  const dot = path.lastIndexOf('.');
  const bracket = path.lastIndexOf(']');
  if (dot < 0) return bracket < 0 ? '' : path.slice(0, bracket + 1);
  return dot > bracket || bracket < 0 ? path.slice(0, dot) : path.slice(0, bracket + 1);
}

/** Blocks that say something for inner ones too: from the job to its groups, from a group to its tasks. */
const FROM_JOB = ['update', 'reschedule', 'migrate', 'vault', 'secret'];
const FROM_GROUP = ['restart', 'vault', 'secret'];

/** The path one level further out that the value at this path may come from: `group["g"].update.canary` → `update.canary`. */
export function handedDownFrom(path: string): string | undefined {
  if (!path.startsWith('group[')) return undefined;
  const group = path.indexOf(']');
  const rest = path.slice(group + 2);
  const [name = ''] = rest.split(/[.[]/, 1);
  if (FROM_JOB.includes(name)) return rest;
  if (name !== 'task') return undefined;
  const task = rest.indexOf(']');
  const inner = rest.slice(task + 2);
  const [innerName = ''] = inner.split(/[.[]/, 1);
  return FROM_GROUP.includes(innerName) ? `${path.slice(0, group + 1)}.${inner}` : undefined;
}
