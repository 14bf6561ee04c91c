// Limits: what is too large, too deep or too costly is refused by the name of the limit, and nothing overflows.

import test from 'ava';
import { encodeJobJson } from '../../schema/encode-wire.ts';
import { parseJob } from '../parse-job.ts';
import { createDiagnosticSink } from './diagnostic.ts';
import { parseJson } from './json.ts';
import { parseFile } from './parse-file.ts';
import { renderDiagnostic } from './render-diagnostic.ts';
import { createSource, MAX_SOURCE_LENGTH } from './source.ts';

function errorsOf(text: string, limits = {}): string[] {
  const { diagnostics, sources } = parseJob(text, { fileName: 'x', limits });
  for (const diagnostic of diagnostics) renderDiagnostic(diagnostic, sources);
  return diagnostics.map(({ detail }) => detail);
}

const inJob = (value: string) => `job "a" {\n  meta = { x = ${value} }\n}\n`;

test('a file of 1 MiB is read, one character more is refused by the name of the limit', (t) => {
  const text = `# ${'x'.repeat(MAX_SOURCE_LENGTH - 3)}\n`;
  t.is(text.length, MAX_SOURCE_LENGTH);
  const sink = createDiagnosticSink();
  parseFile(createSource('x', text), sink);
  t.deepEqual(sink.list, []);
  t.regex(errorsOf(`${text} `)[0] ?? '', /limit "source size"/);
  t.regex(errorsOf(`{"a": "${'x'.repeat(MAX_SOURCE_LENGTH)}"}`)[0] ?? '', /limit "source size"/);
});

const DEPTH = 20_000;
const DEEP: readonly (readonly [title: string, text: string])[] = [
  ['lists', inJob('['.repeat(DEPTH) + ']'.repeat(DEPTH))],
  ['lists that are not closed', inJob('['.repeat(DEPTH))],
  ['objects', inJob(`${'{a='.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`)],
  ['parentheses', inJob(`${'('.repeat(DEPTH)}1${')'.repeat(DEPTH)}`)],
  ['calls', inJob('f('.repeat(DEPTH) + ')'.repeat(DEPTH))],
  ['signs', inJob(`${'-'.repeat(DEPTH)}1`)],
  ['negations', inJob(`${'!'.repeat(DEPTH)}true`)],
  ['sums', inJob(`1${'+1'.repeat(DEPTH)}`)],
  ['conditionals', inJob(`${'true ? 1 : '.repeat(DEPTH)}1`)],
  ['conditions', inJob(`${'true ? '.repeat(DEPTH)}1${' : 1'.repeat(DEPTH)}`)],
  ['for-expressions', inJob(`${'[for x in y : '.repeat(DEPTH)}1${']'.repeat(DEPTH)}`)],
  ['indexes', inJob(`f()${'[0]'.repeat(DEPTH)}`)],
  ['indexes in indexes', inJob(`${'a[f()+'.repeat(DEPTH)}0${']'.repeat(DEPTH)}`)],
  ['members', inJob(`f()${'.a'.repeat(DEPTH)}`)],
  ['full splats', inJob(`a${'[*]'.repeat(DEPTH)}`)],
  ['attribute splats', inJob(`a.*${'.b'.repeat(DEPTH)}`)],
  ['splats of splats', inJob(`a${'.*[0]'.repeat(DEPTH)}`)],
  ['directives', inJob(`"${'%{ if true }'.repeat(DEPTH)}x${'%{ endif }'.repeat(DEPTH)}"`)],
  ['blocks', `job "a" {\n${'b {\n'.repeat(DEPTH)}${'}\n'.repeat(DEPTH)}}\n`],
  ['blocks that are not closed', `job "a" {\n${'b {\n'.repeat(DEPTH)}`],
  ['JSON', `{"job": {"a": {"meta": {"x": ${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}}}}`],
  ['JSON objects', `{"Job": ${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}}`],
];

for (const [title, text] of DEEP) {
  test(`${DEPTH} nested ${title} are refused by the name of the limit`, (t) => {
    t.true(errorsOf(text).some((detail) => /limit "nesting"/.test(detail)));
  });
}

test('templates in templates are refused by the name of the limit', (t) => {
  const errors = errorsOf(inJob(`${'"${'.repeat(DEPTH)}1${'}"'.repeat(DEPTH)}`));
  t.true(errors.some((detail) => /limit "template depth"/.test(detail)));
});

test('what is nested less deeply is read, evaluated and encoded', (t) => {
  const value = `${'['.repeat(150)}${']'.repeat(150)}`;
  const { job, diagnostics } = parseJob(
    `job "a" {\n  group "g" {\n    task "t" {\n      driver = "exec"\n      config {\n        command = "x"\n        deep = ${value}\n      }\n    }\n  }\n}\n`,
    { fileName: 'x' },
  );
  t.deepEqual(diagnostics, []);
  if (job !== undefined) t.true(JSON.stringify(encodeJobJson(job)).includes(value));
});

test('values that grow deeper from local to local are refused by the name of the limit', (t) => {
  const lines = Array.from({ length: 5_000 }, (_, index) => `  l${index + 1} = [local.l${index}]\n`);
  const text = `locals {\n  l0 = 1\n${lines.join('')}}\njob "a" {\n  group "g" {\n    task "t" {\n      driver = "exec"\n      config {\n        x = jsonencode(local.l5000)\n        y = local.l5000\n      }\n    }\n  }\n}\n`;
  t.true(errorsOf(text).some((detail) => /limit "/.test(detail)));
});

const COSTLY: readonly (readonly [limit: string, text: string, limits: object])[] = [
  ['steps', '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]', { output: 1e9 }],
  ['output', 'length([for a in range(900) : strlen(join("-", range(500)))])', { output: 100_000 }],
  ['depth', '[[[[[[[[1]]]]]]]]', { depth: 5 }],
];

for (const [limit, value, limits] of COSTLY) {
  test(`an evaluation that is too costly is refused by its limit "${limit}", also inside of try`, (t) => {
    const pattern = new RegExp(`limit "${limit}"`);
    for (const text of [value, `try(${value}, 1)`, `can(${value})`]) {
      t.true(
        errorsOf(inJob(text), limits).some((detail) => pattern.test(detail)),
        text,
      );
    }
  });
}

test('an evaluation that takes too long by the clock is refused by its limit "timeMs"', (t) => {
  let now = 0;
  const { diagnostics } = parseJob(inJob('length([for a in range(1000) : [for b in range(1000) : b]])'), {
    fileName: 'x',
    functions: { now: () => (now += 1_000) },
  });
  t.true(diagnostics.some(({ detail }) => /limit "timeMs"/.test(detail)));
});

test('a hundred thousand mistakes on one line are counted in linear time', (t) => {
  const sink = createDiagnosticSink();
  parseFile(createSource('x', `a = [${'"\\q", '.repeat(100_000)}]\n${'b = 1 '.repeat(1_000)}`), sink);
  t.true(sink.list.length > 0);
  const many = Array.from({ length: 80_000 }, (_, index) => `a${index} = 1\n`).join('');
  const body = parseFile(createSource('x', many), createDiagnosticSink());
  t.is(body.attributes.length, 80_000);
});

// Both found by the fuzz run.
test('a hundred warnings do not hide an error', (t) => {
  const sink = createDiagnosticSink();
  const at = (severity: 'error' | 'warning', detail: string) =>
    sink.add({ severity, summary: 'x', detail, fileName: 'x' });
  for (let index = 0; index < 150; index += 1) at('warning', String(index));
  for (let index = 0; index < 150; index += 1) at('error', String(index));
  t.deepEqual([...new Set(sink.list.map(({ severity }) => severity))], ['warning', 'error']);
  t.is(sink.list.length, 200);
});

test('-0 is 0', (t) => {
  const { job } = parseJob(
    'job "a" {\n  priority = 50\n  group "g" {\n    count = -0\n    task "t" {\n      driver = "exec"\n      config {\n        command = "x"\n      }\n    }\n  }\n}\n',
    { fileName: 'x' },
  );
  t.true(Object.is(job?.taskGroups[0]?.count, 0));
  const json = parseJson(createSource('x', '{"a": -0}'), createDiagnosticSink());
  t.true(
    json?.kind === 'object' && json.members[0]?.value.kind === 'scalar' && Object.is(json.members[0].value.value, 0),
  );
});

// Each of these took minutes, or the memory, when its cost grew with the square of the file.
const label = 'x'.repeat(400_000);
for (const [what, text] of Object.entries({
  'many unknown names under a long label': `job "j" {\n group "${label}" {\n task "t" {\n${'a=1\n'.repeat(60_000)}}\n}\n}\n`,
  'many values of a wrong type under a long label': `job "j" {\n group "${label}" {\n${'update {\ncanary = []\n}\n'.repeat(20_000)}}\n}\n`,
  'many names given twice on one line': `job "a" { ${'a=1,'.repeat(200_000)} }`,
  'many members of a long name in JSON': JSON.stringify({
    Job: {
      ID: 'a',
      TaskGroups: [
        {
          Tasks: [
            { Config: { [label]: Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [index, 1])) } },
          ],
        },
      ],
    },
  }),
})) {
  test(`${what} cost no more than their length`, (t) => {
    const { job, diagnostics } = parseJob(text, { fileName: 'x' });
    t.is(job, undefined);
    t.true(diagnostics.length > 0 && diagnostics.length <= 100);
  });
}
