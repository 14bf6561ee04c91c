// Every block and attribute of the job language with what it is when the job does not say it, as a table that is written
// by hand (the reference is NOMAD.md "Blocks, attributes, defaults", and what a Nomad server answers). The test fails for
// a field that the table does not name, for a row that the schema does not have, and for a default that differs.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { jobTypes } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { canonicalizeJob } from './canonicalize.ts';
import { formatDuration } from './duration.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  blockValue,
  type FieldSchema,
  getField,
  isBlockType,
  keptValue,
  type ModelRecord,
  setField,
} from './field.ts';

interface Step {
  readonly field: FieldSchema;
  readonly type: BlockType;
}

interface Found {
  readonly schema: BlockSchema;
  readonly path: string;
  readonly steps: readonly Step[];
}

/** Every block of the language once, with the shortest way to it. */
function blocks(): readonly Found[] {
  const found: Found[] = [{ schema: jobBlock, path: 'job', steps: [] }];
  const seen = new Set<BlockSchema>([jobBlock]);
  for (const { schema, path, steps } of found) {
    for (const field of schema.fields) {
      const { type } = field;
      // `vault` and `secret` of a job or group are handed down to the tasks, and stand in the table there.
      const isHandedDown = field.kept === true && field.wire === undefined;
      if (!isBlockType(type) || field.hcl === undefined || isHandedDown || seen.has(type.block)) continue;
      seen.add(type.block);
      const inner = path === 'job' ? field.hcl : `${path}.${field.hcl}`;
      found.push({ schema: type.block, path: inner, steps: [...steps, { field, type }] });
    }
  }
  return found;
}

/** A canonical job of a type that has the block, with nothing said in it, and the record of the block. */
function emptyBlock(steps: readonly Step[], jobType: string): ModelRecord | undefined {
  const job: ModelRecord = { id: 'j', type: jobType };
  let at = job;
  for (const { field, type } of steps) {
    const label = type.block.label;
    const inner: ModelRecord =
      label === undefined ? {} : { [label.model]: label.wireValues === undefined ? 'n' : 'cpu' };
    if (type.unwrap !== undefined) return {};
    setField(at, field, blockValue(type, [inner]));
    at = inner;
  }
  let record: ModelRecord | undefined = canonicalizeJob(job) as unknown as ModelRecord;
  for (const { field, type } of steps) {
    const value: unknown = record === undefined ? undefined : getField(record, field);
    // An identity without a name is the default one, which stands apart.
    const apart: unknown = field.hcl === 'identity' ? keptValue(record, 'default_identity') : undefined;
    record = blockRecords(type, value)[0] ?? (apart as ModelRecord | undefined);
  }
  return record;
}

function shown(field: FieldSchema, record: ModelRecord | undefined): string {
  const value = record === undefined ? undefined : getField(record, field);
  if (isBlockType(field.type)) return value === undefined || sameAsNone(value) ? 'none' : 'always';
  if (value === undefined) return 'none';
  if (field.type === 'duration') return formatDuration(value as number);
  return JSON.stringify(value);
}

function sameAsNone(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function marks(field: FieldSchema): string {
  const all = [
    field.required === true ? 'required' : '',
    field.deprecated === undefined ? '' : 'deprecated',
    field.enterprise === true ? 'enterprise' : '',
    field.notYet === undefined ? '' : 'not yet',
    field.wire === undefined && field.kept !== true && !isBlockType(field.type) ? 'another spelling' : '',
  ].filter((mark) => mark !== '');
  return all.length === 0 ? '' : ` (${all.join(', ')})`;
}

/** `max_parallel = 1`, `attempts = service 2, batch 3, system 2, sysbatch 3`, `driver = none (required)`. */
function row(field: FieldSchema, steps: readonly Step[]): string {
  const values = jobTypes.map((type) => [type, shown(field, emptyBlock(steps, type))] as const);
  const [first] = values;
  const isSame = values.every(([, value]) => value === first?.[1]);
  const text = isSame ? first?.[1] : values.map(([type, value]) => `${type} ${value}`).join(', ');
  return `${field.hcl} = ${field.type === 'json' && text === 'none' ? 'none' : text}${marks(field)}`;
}

const text = readFileSync(new URL('./language-table.txt', import.meta.url), 'utf8');

/** Block → rows. A block begins at the start of a line, its rows are indented. */
function readTable(): Map<string, string[]> {
  const table = new Map<string, string[]>();
  let rows: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith(' ')) rows.push(line.trim().replaceAll(/\s+=\s+/g, ' = '));
    else {
      rows = [];
      table.set(line.trim(), rows);
    }
  }
  return table;
}

const table = readTable();
const found = blocks();

test('the table has every block of the language, and no other', (t) => {
  t.deepEqual([...table.keys()].toSorted(), found.map(({ path }) => path).toSorted());
});

for (const { path, schema, steps } of found) {
  test(`${path}: every attribute has the default of the table`, (t) => {
    const rows = schema.fields.filter((field) => field.hcl !== undefined).map((field) => row(field, steps));
    t.deepEqual(rows.toSorted(), (table.get(path) ?? []).toSorted());
  });
}

test('every field and block has a sentence for the reference page', (t) => {
  const bad = found.flatMap(({ path, schema }) =>
    [schema, ...schema.fields.filter((field) => field.hcl !== undefined)]
      .filter(({ doc }) => !/^["A-Z`].{8,}\.$/s.test(doc))
      .map((item) => `${path}: ${item.doc}`),
  );
  t.deepEqual(bad, []);
});
