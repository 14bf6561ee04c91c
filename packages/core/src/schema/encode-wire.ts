// Job records -> the HTTP API's JSON.

import type { Job } from '../model/job.ts';
import type { Json } from '../model/task.ts';
import { jobBlock } from './blocks/job.ts';
import { msToNs } from './duration.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  type FieldSchema,
  getField,
  isBlockType,
  labelToWire,
  type ModelRecord,
} from './field.ts';

/**
 * A job in Nomad's API form: PascalCase names, nanoseconds, null for what is absent. `decodeJobJson` reads it back.
 * Source: jobs of a Nomad server, recorded in test/facts/schema.
 */
export function encodeJobJson(job: Job): Record<string, Json> {
  return encodeBlock(job as unknown as ModelRecord, jobBlock);
}

function encodeBlock(record: ModelRecord, schema: BlockSchema): Record<string, Json> {
  const wire: Record<string, Json> = {};
  const { label } = schema;
  if (label !== undefined) wire[label.wire] = labelToWire(label, String(record[label.model] ?? ''));
  for (const field of schema.fields) {
    if (field.wire !== undefined) wire[field.wire] = encodeField(field, getField(record, field));
  }
  return wire;
}

function encodeField(field: FieldSchema, value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (field.type === 'duration') return msToNs(value as number);
  if (!isBlockType(field.type)) return value as Json;
  return encodeBlocks(field.type, value);
}

function encodeBlocks(type: BlockType, value: unknown): Json {
  const items = blockRecords(type, value).map((item) => encodeBlock(item, type.block));
  if (type.repeat === 'many') return items;
  if (type.repeat === 'one') return items[0] ?? null;
  const { label } = type.block;
  return Object.fromEntries(items.map((item) => [label === undefined ? '' : String(item[label.wire]), item]));
}
