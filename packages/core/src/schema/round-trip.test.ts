// Jobs made from the schema itself, to the wire and back.

import test from 'ava';
import fc from 'fast-check';
import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { canonicalizeJob } from './canonicalize.ts';
import { decodeJobJson } from './decode-wire.ts';
import { destructiveChanges } from './destructive.ts';
import { diffJobs } from './diff.ts';
import { encodeJobJson } from './encode-wire.ts';
import { type BlockSchema, type FieldSchema, isBlockType, type ModelRecord, setField } from './field.ts';

/** Any value of a field's type, in the model's form. Empty text is absent on the wire, so it is not made. */
function valueArbitrary(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const { type } = field;
  const text = fc.string({ minLength: 1, maxLength: 8 });
  if (isBlockType(type)) {
    const record = blockArbitrary(type.block, depth + 1);
    if (type.unwrap !== undefined) return type.unwrap === 'file' ? text : fc.dictionary(text, text, { maxKeys: 2 });
    if (type.repeat === 'one') return record;
    const label = type.block.label?.model ?? (type.block.name === 'service' ? 'name' : undefined);
    const unique = label === undefined ? {} : { selector: (item: ModelRecord) => item[label] };
    return fc.uniqueArray(record, {
      maxLength: 2,
      ...unique,
      ...(label === undefined ? { comparator: () => false } : {}),
    });
  }
  if (typeof type === 'object') {
    if (type.kind === 'map')
      return fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        fc.string({ maxLength: 5 }),
        { maxKeys: 2, noNullPrototype: true },
      );
    return fc.array<unknown>(type.of === 'string' ? fc.string({ maxLength: 5 }) : fc.integer(), { maxLength: 3 });
  }
  switch (type) {
    case 'string':
      return field.values === undefined ? text : fc.constantFrom(...field.values);
    case 'bool':
      return fc.boolean();
    case 'duration':
      return fc.integer({ min: 1, max: 1e9 });
    case 'json':
      return fc.constantFrom({ a: [1, 'b', { c: true }] }, {});
    default:
      return fc.integer({ min: 1, max: 1000 });
  }
}

function blockArbitrary(schema: BlockSchema, depth = 0): fc.Arbitrary<ModelRecord> {
  const fields = schema.fields.filter((field) => field.wire !== undefined && field.refused === undefined);
  const values = Object.fromEntries(
    fields.map((field, index) => [
      String(index),
      fc.option(
        fc.constant(null).chain(() => valueArbitrary(field, depth)),
        { nil: undefined, freq: depth > 2 ? 1 : 2 },
      ),
    ]),
  );
  return fc.tuple(fc.record(values), labelArbitrary(schema)).map(([given, label]) => {
    const record: ModelRecord = schema.label === undefined ? {} : { [schema.label.model]: label };
    fields.forEach((field, index) => {
      const value = given[String(index)];
      if (value !== undefined) setField(record, field, value);
    });
    schema.normalize?.(record, () => {});
    return record;
  });
}

function labelArbitrary(schema: BlockSchema): fc.Arbitrary<string> {
  const { wireValues } = schema.label ?? {};
  return wireValues === undefined ? fc.stringMatching(/^[a-z]{1,6}$/) : fc.constantFrom(...Object.keys(wireValues));
}

const jobs = blockArbitrary(jobBlock).map((record) => canonicalizeJob(record));

test('a job that goes to the wire and back is the same job', (t) => {
  fc.assert(
    fc.property(jobs, (job) => {
      const wire = JSON.parse(JSON.stringify(encodeJobJson(job)));
      const { job: back, errors } = decodeJobJson({ Job: wire }, { unknownKeys: 'error' });
      t.deepEqual(errors, []);
      t.deepEqual(back, job);
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('a job does not differ from itself, and no change is destructive', (t) => {
  fc.assert(
    fc.property(jobs, (job) => {
      const copy = structuredClone(job) as Job;
      t.is(diffJobs(job, copy).Type, 'None');
      job.taskGroups.forEach((group, index) => {
        const other = copy.taskGroups[index];
        t.deepEqual(other === undefined ? ['gone'] : destructiveChanges(job, copy, group.name), []);
      });
    }),
    { numRuns: 100 },
  );
});

// Found by the fuzz run: empty text is "not given" also where a default depends on it.
for (const empty of [
  { type: '' },
  { taskGroups: [{ name: 'g', kept: { service: [{ name: '' }] } }] },
  { taskGroups: [{ name: 'g', tasks: [{ name: 't', kept: { service: [{ name: 's', task: '' }] } }] }] },
  { taskGroups: [{ name: 'g', tasks: [{ name: 't', kept: { identity: [{ name: '' }] } }] }] },
]) {
  test(`a job with ${JSON.stringify(empty)} is completed at once`, (t) => {
    const job = canonicalizeJob({ id: 'a', taskGroups: [{ name: 'g' }], ...empty });
    t.deepEqual(canonicalizeJob(job), job);
  });
}
