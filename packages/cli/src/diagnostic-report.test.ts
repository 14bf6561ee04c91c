import { parseJob } from '@orch/core/jobspec';
import test from 'ava';
import { report, reportCount } from './diagnostic-report.ts';

const text = 'job "x" {\n  cuont = 1\n  tpye = "batch"\n}\n';
const { diagnostics, sources } = parseJob(text, { fileName: 'x.hcl' });
const options = { sources, colors: false };

test('gcc has one line for each, json all fields of each, text a block of each', (t) => {
  t.deepEqual(
    report('gcc', diagnostics, options)
      .split('\n')
      .map((line) => /^x\.hcl:\d+:\d+: error: /.exec(line)?.[0]),
    ['x.hcl:2:3: error: ', 'x.hcl:3:3: error: '],
  );
  const list = JSON.parse(report('json', diagnostics, options));
  t.deepEqual(Object.keys(list[0]), ['file', 'range', 'severity', 'summary', 'detail', 'hint', 'path']);
  t.deepEqual(list[1].range.start, { line: 3, column: 3, offset: 24 });
  t.is(report('text', diagnostics, options).split('\n\n').length, 2);
});

test('nothing wrong is an empty list, and nothing at all for people', (t) => {
  t.is(report('json', [], options), '[]');
  t.is(report('gcc', [], options), '');
  t.is(report('text', [], options), '');
});

test('a person is shown the first hundred, a program all', (t) => {
  const [one] = diagnostics;
  const many = one === undefined ? [] : Array.from({ length: 130 }, () => one);
  t.true(report('text', many, options).endsWith('\n\n… and 30 more'));
  t.is(report('gcc', many, options).split('\n').length, 130);
  t.is(JSON.parse(report('json', many, options)).length, 130);
  t.is(reportCount('x.hcl', many), '130 errors in x.hcl');
  t.is(reportCount('x.hcl', many.slice(0, 100)), 'at least 100 errors in x.hcl');
});

test('the count says errors and warnings apart', (t) => {
  const [one] = diagnostics;
  const warning = { ...one, severity: 'warning' } as (typeof diagnostics)[number];
  t.is(reportCount('x.hcl', diagnostics), '2 errors in x.hcl');
  t.is(reportCount('x.hcl', [...diagnostics.slice(1), warning, warning]), '1 error, 2 warnings in x.hcl');
});
