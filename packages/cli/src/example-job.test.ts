import { formatDiagnosticLine, parseJob } from '@orch/core/jobspec';
import { formatText } from '@orch/core/jobspec/format/format';
import test from 'ava';
import { fullExample, jobNameOf, shortExample } from './example-job.ts';

for (const [kind, example] of [
  ['short', shortExample],
  ['full', fullExample],
] as const) {
  test(`the ${kind} example is a valid job without warnings, of the name it was given`, (t) => {
    const { job, diagnostics, warnings } = parseJob(example('web'), { fileName: 'web.nomad.hcl' });
    t.deepEqual([...diagnostics, ...warnings].map(formatDiagnosticLine), []);
    t.is(job?.id, 'web');
  });

  test(`the ${kind} example is formatted as fmt does it`, (t) => {
    const text = example('web');
    t.is(formatText(text, 'web.nomad.hcl').text, text);
  });

  test(`the ${kind} example has no line that is wider than a terminal`, (t) => {
    const wide = example('web')
      .split('\n')
      .filter((line) => line.length > 120);
    t.deepEqual(wide, []);
  });
}

test('the full example says what it is about: its variables change it, and a bad value is refused', (t) => {
  const parse = (count: string) =>
    parseJob(fullExample('x'), { fileName: 'x.nomad.hcl', variables: [['count', count]] });
  t.is(parse('3').job?.taskGroups[0]?.count, 3);
  t.regex(parse('0').diagnostics[0]?.detail ?? '', /At least one instance must run/);
});

test('a job is called like its file, where that can be a name', (t) => {
  for (const [file, name] of [
    ['example.nomad.hcl', 'example'],
    ['dir/web-1.hcl', 'web-1'],
    ['.hcl', 'example'],
    ['größe.nomad.hcl', 'example'],
    ['a b.hcl', 'example'],
  ] as const)
    t.is(jobNameOf(file), name, file);
});
