// No job file takes more than its limits, and each limit is named.

import test from 'ava';
import { type ParseOptions, parseJob } from '../index.ts';

const run = (prelude: string, expression: string, options: Partial<ParseOptions> = {}) =>
  parseJob(
    `${prelude}\njob "x" {\n group "g" {\n task "t" {\n driver = "exec"\n meta {\n x = jsonencode(${expression})\n }\n }\n }\n}\n`,
    { fileName: 'x.hcl', ...options },
  );

/** `make(i)` defines the local `i + 1` from the local `i`. */
const chain = (first: string, length: number, make: (name: string) => string) =>
  `locals {\n a0 = ${first}\n${Array.from({ length }, (_, index) => ` a${index + 1} = ${make(`local.a${index}`)}\n`).join('')}}`;

const LONG = `"${'x'.repeat(100_000)}"`;

const CASES: readonly (readonly [what: string, prelude: string, expression: string, limit: string])[] = [
  ['shared lists', chain('["x", "x"]', 40, (name) => `[${name}, ${name}]`), 'local.a40', 'value size'],
  [
    'shared objects',
    chain('{ a = 1 }', 40, (name) => `{ a = ${name}, b = ${name} }`),
    'local.a40 == local.a39',
    'value size',
  ],
  ['shared text', chain('"xxxxxxxx"', 40, (name) => `"\${${name}}\${${name}}"`), 'local.a40', 'output'],
  ['nested loops', '', '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]', 'steps'],
  [
    'nested loops in text',
    '',
    `"%{ for a in range(1000) }%{ for b in range(1000) }${'x'.repeat(50)}%{ endfor }%{ endfor }"`,
    'output',
  ],
  [
    'comparing in a loop',
    'locals { l = range(1000) }',
    '[for a in range(1000) : local.l == [for x in local.l : x]]',
    'steps',
  ],
  ['range', '', 'range(100000)', 'range'],
  ['setproduct', '', 'setproduct(range(1000), range(1000))', 'setproduct'],
  ['a wide format', '', 'format("%100000d", 1)', 'format width'],
  [
    'many wide formats',
    '',
    `[for x in range(1000) : format("${'%9999d'.repeat(20)}", ${Array(20).fill(1).join(', ')})]`,
    'output',
  ],
  ['replace', `locals { s = ${LONG} }`, 'replace(local.s, "x", local.s)', 'output'],
  ['join', `locals { s = ${LONG} }`, 'join(local.s, split("", local.s))', 'output'],
  ['indent', `locals { s = "${'\\n'.repeat(50_000)}" }`, 'indent(1000, local.s)', 'output'],
  ['regex_replace', `locals { s = ${LONG} }`, `regex_replace(local.s, "x", "${'y'.repeat(200)}")`, 'output'],
  [
    'a large pattern',
    `locals { s = ${LONG} }`,
    'regex_replace(local.s, "(x{0,900}y?)(x{0,900}y?)z", "")',
    'pattern work',
  ],
  ['a tower of powers', chain('99999', 40, (name) => `${name} * ${name}`), 'local.a40', 'number size'],
  ['deep JSON', '', `jsondecode("${'['.repeat(1_000)}${']'.repeat(1_000)}")`, 'nesting'],
  ['deep expressions', '', `${'['.repeat(1_000)}1${']'.repeat(1_000)}`, 'nesting'],
];

for (const [what, prelude, expression, limit] of CASES) {
  test(`${what}: the limit "${limit}" is named`, (t) => {
    const { job, diagnostics } = run(prelude, expression);
    t.is(job, undefined);
    t.true(
      diagnostics.some(({ detail }) => detail.includes(`limit "${limit}"`)),
      diagnostics.map(({ detail }) => detail.slice(0, 200)).join(' '),
    );
  });
}

test('the time limit counts with the clock that is handed in', (t) => {
  let ms = 0;
  const now = () => {
    ms += 500;
    return ms;
  };
  const { diagnostics } = run('', '[for a in range(100) : [for b in range(100) : a + b]]', { functions: { now } });
  t.regex(diagnostics[0]?.detail ?? '', /limit "timeMs" of 2000 ms/);
});

test('try and can do not swallow a limit', (t) => {
  const { diagnostics } = run(
    '',
    'try([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]], 1)',
  );
  t.regex(diagnostics[0]?.detail ?? '', /limit "steps"/);
});

test('large values within the limits are computed', (t) => {
  const { job } = run(
    'locals { l = flatten([for a in range(30) : [for b in range(1000) : { a = a, b = b }]]) }',
    'length(distinct(local.l))',
  );
  t.is(job?.taskGroups[0]?.tasks[0]?.meta['x'], '30000');
});
