// The reference: its examples can be read, its links lead somewhere, its JSON Schemas tell good jobs from bad ones.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { DENIED_ID_OPTIONS, ISOLATION_OPTIONS } from '@orch/executor';
import Ajv2020 from 'ajv/dist/2020.js';
import test from 'ava';
import { parseJob } from '../../packages/core/src/jobspec/index.ts';
import { encodeJobJson } from '../../packages/core/src/schema/index.ts';
import { parseNodeConfig } from '../../packages/driver-docker/src/node-config.ts';
import { newJob, pairs } from '../../test/facts/diff/pairs.ts';
import { drivers } from './driver-types.ts';
import { nodeOptions } from './drivers-page.ts';
import { collectBlocks } from './job/blocks.ts';
import { blockExamples, wholeJob } from './job/examples.ts';
import { hclJobSchema } from './json-schema/hcl-schema.ts';
import { wireJobSchema } from './json-schema/wire-schema.ts';
import { languageExamples } from './language-page.ts';
import { referenceFiles } from './reference.ts';

const ajv = new Ajv2020.default({ allErrors: true, strict: false });
const isWireJob = ajv.compile(wireJobSchema());
const isHclJob = ajv.compile(hclJobSchema());
const why = (validate: typeof isWireJob) =>
  (validate.errors ?? [])
    .map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`)
    .slice(0, 6);

const pages = new Set(collectBlocks().map((block) => block.page));

test('every page of a block has an example, and no example is left over', (t) => {
  t.deepEqual(Object.keys(blockExamples).sort(), [...pages].sort());
});

for (const [page, example] of Object.entries(blockExamples)) {
  test(`the example of ${page} is read without an error`, (t) => {
    const { diagnostics } = parseJob(wholeJob(example), { fileName: `${page}.hcl` });
    const errors = diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ summary, detail }) => `${summary} ${detail}`);
    if (example.notYet !== true) {
      t.deepEqual(errors, []);
      return;
    }
    t.true(errors.length > 0, 'it runs now: remove notYet');
    t.true(errors.every((error) => /comes? later/.test(error)));
  });
}

for (const [name, text] of Object.entries(languageExamples)) {
  test(`the example of ${name} is read without an error or a warning`, (t) => {
    const { diagnostics, warnings } = parseJob(text, { fileName: `${name}.hcl` });
    t.deepEqual(
      [...diagnostics, ...warnings].map(({ summary, detail }) => `${summary} ${detail}`),
      [],
    );
  });
}

test('links between the pages lead to pages and headings that exist', (t) => {
  const files = referenceFiles();
  const headings = new Map<string, readonly string[]>();
  for (const [path, text] of files) {
    const found = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9_ -]/g, '')
        .replaceAll(' ', '-'),
    );
    headings.set(path, found);
    t.is(new Set(found).size, found.length, `${path} has two equal headings`);
  }
  for (const [path, text] of files) {
    if (!path.endsWith('.md')) continue;
    for (const [, target = ''] of text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)]+)\)/g)) {
      const [file = '', heading] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      t.true(files.has(full), `${path}: ${target}`);
      if (heading !== undefined) t.true(headings.get(full)?.includes(heading), `${path}: ${target}`);
    }
  }
});

/** What can run: examples and recorded pairs. */
const sources = [
  ...Object.values(blockExamples)
    .filter(({ notYet }) => notYet !== true)
    .map((example) => wholeJob(example)),
  ...[...pairs, newJob].flatMap(({ before, after }) => [before, after]),
];

test("jobs in the API's form are valid by job.schema.json", (t) => {
  let count = 0;
  for (const source of sources) {
    const { job } = parseJob(source, { fileName: 'job.hcl' });
    if (job === undefined) continue;
    count += 1;
    const wire: unknown = JSON.parse(JSON.stringify(encodeJobJson(job)));
    t.true(isWireJob(wire), `${source}\n${why(isWireJob).join('\n')}`);
    t.true(isWireJob({ Job: wire }));
  }
  t.true(count > 200, `${count} jobs`);
});

test("job files in HCL's JSON syntax are valid by job-hcl.schema.json", async (t) => {
  for (const source of sources) {
    const json: unknown = await parse('job.hcl', source);
    t.true(isHclJob(json), `${source}\n${why(isHclJob).join('\n')}`);
  }
});

const factDirectory = new URL('../../test/facts/schema/', import.meta.url);

for (const file of readdirSync(factDirectory)) {
  if (!file.endsWith('.json')) continue;
  const facts = JSON.parse(readFileSync(new URL(file, factDirectory), 'utf8')) as Record<string, object>;
  const forms = ['output', 'canonical'].filter((form) => facts[form] !== undefined && !('error' in facts[form]));
  if (forms.length === 0) continue;
  test(`what a Nomad server makes of a job file is valid by job.schema.json: ${file}`, (t) => {
    for (const form of forms) t.true(isWireJob(facts[form]), `${form}: ${why(isWireJob).join('\n')}`);
  });
  const source = file.replace(/\.json$/, '.nomad.hcl');
  test(`a job file that a Nomad server takes is valid by job-hcl.schema.json: ${source}`, async (t) => {
    const json: unknown = await parse(source, readFileSync(new URL(source, factDirectory), 'utf8'));
    t.true(isHclJob(json), why(isHclJob).join('\n'));
  });
}

const task = (changes: object) => ({ Name: 't', Driver: 'exec', Config: {}, ...changes });
const group = (changes: object) => ({ Name: 'g', Tasks: [task({})], ...changes });
const good = { ID: 'a', Type: 'service', TaskGroups: [group({})] };

const badWireJobs: readonly (readonly [string, unknown])[] = [
  ['no id', { TaskGroups: [] }],
  ['an unknown field', { ...good, Pirority: 5 }],
  ['an unknown type', { ...good, Type: 'cron' }],
  ['a priority over the limit', { ...good, Priority: 101 }],
  ['a count that is no number', { ...good, TaskGroups: [group({ Count: 'two' })] }],
  ['a negative count', { ...good, TaskGroups: [group({ Count: -1 })] }],
  ['groups that are no list', { ...good, TaskGroups: group({}) }],
  ['a duration without a unit', { ...good, TaskGroups: [group({ ShutdownDelay: '5 minutes' })] }],
  ['an unknown field of a task', { ...good, TaskGroups: [group({ Tasks: [task({ Enviroment: {} })] })] }],
  ['a task without a driver', { ...good, TaskGroups: [group({ Tasks: [{ Name: 't' }] })] }],
  ['an environment with objects', { ...good, TaskGroups: [group({ Tasks: [task({ Env: { A: {} } })] })] }],
  [
    'a port over the limit',
    { ...good, TaskGroups: [group({ Networks: [{ ReservedPorts: [{ Label: 'x', Value: 70_000 }] }] })] },
  ],
  ['a bad job inside Job', { Job: { ...good, Priority: 'high' } }],
  ['a list', []],
];

test('a good job is valid', (t) => {
  t.true(isWireJob(good), why(isWireJob).join('\n'));
  t.true(isHclJob({ job: { a: { group: { g: { task: { t: { driver: 'exec', env: { A: '1' } } } } } } } }));
  const computed = { job: { a: { priority: '${var.p}', group: [{ g: { count: '2', dynamic: { task: {} } } }] } } };
  t.true(isHclJob(computed), why(isHclJob).join('\n'));
});

for (const [what, job] of badWireJobs) {
  test(`job.schema.json refuses ${what}`, (t) => {
    t.false(isWireJob(job));
  });
}

const inGroup = (body: object) => ({ job: { a: { group: { g: body } } } });

const badHclJobs: readonly (readonly [string, unknown])[] = [
  ['no job', { variable: {} }],
  ['an unknown block', { job: { a: {} }, jobs: {} }],
  ['an unknown field', { job: { a: { pirority: 5 } } }],
  ['a name of the API', { job: { a: { Priority: 5 } } }],
  ['an unknown value', { job: { a: { type: 'cron' } } }],
  ['a number that is none', inGroup({ count: 'two' })],
  ['a number over the limit', { job: { a: { priority: 101 } } }],
  ['a duration without a unit', inGroup({ shutdown_delay: '5 minutes' })],
  ['a block that is text', inGroup({ restart: 'always' })],
  ['a task without a driver', inGroup({ task: { t: { config: {} } } })],
  ['a job without a label', { job: { group: 'x' } }],
];

for (const [what, file] of badHclJobs) {
  test(`job-hcl.schema.json refuses ${what}`, (t) => {
    t.false(isHclJob(file));
  });
}

test('what a node may say for a driver is what the driver takes', (t) => {
  const names = (driver: string) => Object.keys(nodeOptions[driver] ?? {}).sort();
  const isolating = [...ISOLATION_OPTIONS, ...DENIED_ID_OPTIONS].sort();
  t.deepEqual(names('exec'), isolating);
  t.deepEqual(names('java'), isolating);
  t.deepEqual(Object.keys(nodeOptions).sort(), Object.keys(drivers).sort());
  const refusal = t.throws(() => parseNodeConfig({ none: true })) as Error & { hint?: string };
  for (const name of names('docker')) t.true(`${refusal.message} ${refusal.hint}`.includes(name), name);
});
