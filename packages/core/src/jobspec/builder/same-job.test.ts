// Any options the schema allows, once in TypeScript and once in HCL's JSON form: the same job, or the same complaints.

import test from 'ava';
import fc from 'fast-check';
import { groupBlock } from '../../schema/blocks/group.ts';
import { jobBlock } from '../../schema/blocks/job.ts';
import { taskBlock } from '../../schema/blocks/task.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../../schema/field.ts';
import { type ParseResult, parseJob } from '../parse-job.ts';
import { buildFields, camelName } from './field-names.ts';
import { group, job, task } from './index.ts';
import { buildInputs } from './inputs.ts';
import { parseBuiltJob } from './parse-built-job.ts';

/** The same value in both languages. */
interface Pair {
  readonly ts: unknown;
  readonly hcl: unknown;
}

type Options = Record<string, unknown>;

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
const same = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Pair> => values.map((value) => ({ ts: value, hcl: value }));

function fieldValue(field: FieldSchema, depth: number, rare: number): fc.Arbitrary<Pair> {
  const { type } = field;
  if (isBlockType(type)) {
    const inner = optionsOf(type.block, depth + 1, rare);
    const list = fc.array(inner, { minLength: 1, maxLength: 2 }).map(both);
    if (type.block.label !== undefined)
      return fc.dictionary(word, inner, { minKeys: 1, maxKeys: 2, noNullPrototype: true }).map(bothByLabel);
    return type.repeat === 'one' ? inner : fc.oneof(inner, list);
  }
  if (typeof type === 'object') {
    if (type.kind === 'map')
      return same(
        fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean()), { maxKeys: 2, noNullPrototype: true }),
      );
    return same(fc.array<unknown>(type.of === 'string' ? word : fc.integer(), { maxLength: 3 }));
  }
  switch (type) {
    case 'string':
      return same(field.values === undefined ? word : fc.constantFrom(...field.values));
    case 'bool':
      return same(fc.boolean());
    case 'duration':
      return fc.integer({ min: 1, max: 1e7 }).map((ms) => ({ ts: ms, hcl: `${ms}ms` }));
    case 'json':
      return same(
        fc.dictionary(word, fc.oneof<fc.Arbitrary<unknown>[]>(word, fc.integer(), fc.array(word)), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      );
    default:
      return same(fc.integer({ min: 1, max: 100 }));
  }
}

function both(pairs: readonly Pair[]): Pair {
  return { ts: pairs.map(({ ts }) => ts), hcl: pairs.map(({ hcl }) => hcl) };
}

function bothByLabel(pairs: Readonly<Record<string, Pair>>): Pair {
  const map = (side: keyof Pair) =>
    Object.fromEntries(Object.entries(pairs).map(([label, pair]) => [label, pair[side]]));
  return { ts: map('ts'), hcl: map('hcl') };
}

/** `rare`: how many of its fields a block leaves out for one it has. */
function optionsOf(schema: BlockSchema, depth: number, rare: number): fc.Arbitrary<Pair> {
  const fields = [...buildFields(schema).values()].filter(({ hcl }) => hcl !== 'id');
  const values = fields.map((field) => {
    const given = fc.constant(0).chain(() => fieldValue(field, depth, rare));
    if (field.required === true) return given;
    return fc.oneof(
      { arbitrary: fc.constant(undefined), weight: depth > 2 ? 2 * rare : rare },
      { arbitrary: given, weight: 1 },
    );
  });
  return fc.tuple(...values).map((given) => {
    const ts: Options = {};
    const hcl: Options = {};
    fields.forEach((field, index) => {
      const pair = given[index];
      if (pair === undefined) return;
      ts[camelName(field.hcl as string)] = pair.ts;
      hcl[field.hcl as string] = pair.hcl;
    });
    return { ts, hcl };
  });
}

const jobsOf = (rare: number) =>
  fc.record({
    job: optionsOf(jobBlock, 1, rare),
    group: optionsOf(groupBlock, 1, rare),
    task: optionsOf(taskBlock, 1, rare),
  });
/** Full ones break some rule nearly always, small ones are often valid. */
const jobs = fc.oneof(jobsOf(4), jobsOf(40));

/** What is wrong where; without the words, which name fields as they are written. */
function complaints({ diagnostics }: ParseResult): string[] {
  const all = diagnostics.map(({ path, summary }) => `${path ?? ''}: ${summary}`).sort();
  // The identity without a name is checked twice, once under a name of its own; where all places are one, both are told.
  return all.filter((line) => !line.includes('.default_identity'));
}

test('a job in TypeScript is the job of the same fields in HCL', (t) => {
  let accepted = 0;
  fc.assert(
    fc.property(jobs, (pairs) => {
      const options = { fileName: 'x', allowNotYetRunnable: true };
      const built = job(
        'x',
        pairs.job.ts as object,
        group('g', pairs.group.ts as object, task('t', pairs.task.ts as never)),
      );
      const hcl = {
        job: {
          x: {
            ...(pairs.job.hcl as object),
            group: { g: { ...(pairs.group.hcl as object), task: { t: pairs.task.hcl } } },
          },
        },
      };
      const ours = parseBuiltJob(built, { ...options, text: '', url: 'file:///x' });
      const theirs = parseJob(JSON.stringify(hcl), options);
      t.deepEqual(complaints(ours), complaints(theirs));
      t.deepEqual(ours.job, theirs.job);
      if (ours.job !== undefined) accepted += 1;
    }),
    { numRuns: 300 },
  );
  t.true(accepted > 5, `${accepted} of 300 were valid jobs`);
  t.log(`${accepted} of 300 were valid jobs`);
});

test('every field of every block has a name of its own', (t) => {
  const seen = new Set<BlockSchema>();
  const visit = (schema: BlockSchema) => {
    if (seen.has(schema)) return;
    seen.add(schema);
    const named = schema.fields.filter(({ hcl }) => hcl !== undefined && hcl !== 'group' && hcl !== 'task');
    t.is(buildFields(schema).size, new Set(named.map(({ hcl }) => hcl)).size, schema.name);
    for (const field of schema.fields) if (isBlockType(field.type)) visit(field.type.block);
  };
  visit(jobBlock);
  t.true(seen.size > 30);
});

test('variables: flags over files over ORCH_VAR over NOMAD_VAR; each is text', (t) => {
  const { values, diagnostics, unread } = buildInputs({
    fileName: 'x.ts',
    variables: [
      ['a', '1'],
      ['a', '2=3'],
    ],
    varFiles: [{ fileName: 'v.hcl', text: 'a = 5\nb = [1, "x"]\nc = true\nd = { k = null }\n' }],
    environmentVariables: { NOMAD_VAR_a: 'n', ORCH_VAR_e: 'o', NOMAD_VAR_e: 'n', HOME: '/' },
  });
  t.deepEqual(values, { a: '2=3', b: '[1,"x"]', c: 'true', d: '{"k":null}', e: 'o' });
  t.deepEqual(diagnostics, []);
  t.deepEqual([...unread.keys()].sort(), ['a', 'b', 'c', 'd']);
});

test('what is wrong with a variable file has its place', (t) => {
  const { diagnostics } = buildInputs({
    fileName: 'x.ts',
    varFiles: [{ fileName: 'v.hcl', text: 'a = nothing\nb {}\n' }],
  });
  t.deepEqual(
    diagnostics.map(({ fileName, range }) => `${fileName}:${range?.start.line}:${range?.start.column}`).sort(),
    ['v.hcl:1:5', 'v.hcl:2:1'],
  );
});
