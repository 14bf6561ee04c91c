// Job -> job file: the shortest one that is read back as the same job, in canonical formatting.

import type { Job } from '../../model/job.ts';
import type { Json } from '../../model/task.ts';
import { jobBlock } from '../../schema/blocks/job.ts';
import { defaultOf, innerContext } from '../../schema/canonicalize.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
  type SchemaContext,
} from '../../schema/field.ts';
import { sameData } from '../../schema/same-data.ts';
import { formatText } from '../format/format.ts';
import { durationText } from './duration-text.ts';
import { isIdentifier, jsonText } from './json-value.ts';
import { quoted } from './text-value.ts';

export interface PrintOptions {
  /** Lines of comment above the job. */
  readonly comments?: readonly string[];
}

/** Prints a canonical job. What equals its default is left out. */
export function printJob(job: Job, options: PrintOptions = {}): string {
  const record = job as unknown as ModelRecord;
  const context: SchemaContext = { jobType: job.type, job: record };
  const comments = (options.comments ?? []).map((line) => (line === '' ? '#' : `# ${line}`).replace(/[\r\n]+/g, ' '));
  const lines = [
    ...comments,
    ...(comments.length === 0 ? [] : ['']),
    ...printBlock('job', record, jobBlock, undefined, context, ''),
  ];
  const text = `${lines.join('\n')}\n`;
  return formatText(text, 'job.nomad.hcl').text ?? text;
}

function printBlock(
  name: string,
  record: ModelRecord,
  schema: BlockSchema,
  base: ModelRecord | undefined,
  context: SchemaContext,
  indent: string,
): string[] {
  const label = schema.label === undefined ? '' : ` ${quoted(String(record[schema.label.model] ?? ''))}`;
  const body = printBody(record, schema, base, context, `${indent}  `);
  return body.length === 0 ? [`${indent}${name}${label} {}`] : [`${indent}${name}${label} {`, ...body, `${indent}}`];
}

/** Attributes first, then blocks with a blank line between them. */
function printBody(
  record: ModelRecord,
  schema: BlockSchema,
  base: ModelRecord | undefined,
  context: SchemaContext,
  indent: string,
): string[] {
  const attributes: string[] = [];
  const blocks: string[][] = [];
  for (const field of schema.fields) {
    const name = writtenName(field, schema);
    const value = getField(record, field);
    // Fields of job files alone (`enabled` of logs, `regexp` of constraints) are brought into others when they are read.
    if (name === undefined || value === undefined || (field.wire === undefined && field.kept !== true)) continue;
    if (isBlockType(field.type)) blocks.push(...printBlocks(name, field, field.type, value, context, indent));
    else if (!isExpected(field, value, base, context)) printValue(name, field, value, indent, attributes, blocks);
  }
  const parts = [...(attributes.length === 0 ? [] : [attributes]), ...blocks];
  return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** What the API keeps apart (`ReservedPorts`, `Identity`) is written as the field or block it is part of. */
function writtenName(field: FieldSchema, schema: BlockSchema): string | undefined {
  const { pathName, hcl, type } = field;
  if (pathName !== undefined && schema.fields.some((other) => other.hcl === pathName)) return pathName;
  return hcl ?? pathName ?? (isBlockType(type) ? type.block.name : undefined);
}

/** Whether the value comes by itself when the field is not written. */
function isExpected(
  field: FieldSchema,
  value: unknown,
  base: ModelRecord | undefined,
  context: SchemaContext,
): boolean {
  const outer = base === undefined ? undefined : getField(base, field);
  return sameData(value, outer ?? defaultOf(field, context));
}

function printBlocks(
  name: string,
  field: FieldSchema,
  type: BlockType,
  value: unknown,
  context: SchemaContext,
  indent: string,
): string[][] {
  const records = blockRecords(type, value);
  const base = field.base?.(context);
  const implicit = typeof field.implicit === 'function' ? field.implicit(context) : field.implicit === true;
  return records.flatMap((record) => {
    const inner = innerContext(type.block, record, context);
    if (type.repeat === 'one' && (implicit || base !== undefined)) {
      if (printBody(record, type.block, base, inner, indent).length === 0) return [];
    }
    return [printBlock(name, record, type.block, type.repeat === 'one' ? base : undefined, inner, indent)];
  });
}

function printValue(
  name: string,
  field: FieldSchema,
  value: unknown,
  indent: string,
  attributes: string[],
  blocks: string[][],
): void {
  const { type } = field;
  if (type === 'duration') attributes.push(`${indent}${name} = ${quoted(durationText(value as number))}`);
  else if (isPlainObject(value) && (type === 'json' || (typeof type === 'object' && type.kind === 'map'))) {
    const keys = Object.keys(value);
    if (keys.length > 0 && keys.every(isIdentifier)) blocks.push(printObject(name, value, indent));
    else attributes.push(`${indent}${name} = ${jsonText(value, indent)}`);
  } else attributes.push(`${indent}${name} = ${jsonText(value as Json, indent)}`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Data without a schema as a block; lists of objects in it are blocks. */
function printObject(name: string, value: Readonly<Record<string, Json>>, indent: string): string[] {
  const inner = `${indent}  `;
  const attributes: string[] = [];
  const blocks: string[][] = [];
  for (const [key, item] of Object.entries(value)) {
    // Blocks are read back as a list of objects, also when there is one.
    const isList = Array.isArray(item) && item.length > 0 && item.every(isBlockLike);
    if (isList) for (const one of item as readonly Record<string, Json>[]) blocks.push(printObject(key, one, inner));
    else attributes.push(`${inner}${key} = ${jsonText(item, inner)}`);
  }
  const parts = [...(attributes.length === 0 ? [] : [attributes]), ...blocks];
  const body = parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
  return body.length === 0 ? [`${indent}${name} {}`] : [`${indent}${name} {`, ...body, `${indent}}`];
}

/** Nothing in it is null: an attribute that is null is the same as none. */
function isBlockLike(value: Json): value is Readonly<Record<string, Json>> {
  return isPlainObject(value) && Object.entries(value).every(([key, item]) => isIdentifier(key) && item !== null);
}
