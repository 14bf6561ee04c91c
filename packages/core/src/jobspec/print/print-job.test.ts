import { globSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type { Job } from '../../model/job.ts';
import type { Json } from '../../model/task.ts';
import { jobBlock } from '../../schema/blocks/job.ts';
import { decodeJobJson } from '../../schema/decode-wire.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../../schema/field.ts';
import { brokenRules } from '../../schema/validate.ts';
import { formatText } from '../format/format.ts';
import { parseJob } from '../parse-job.ts';
import { durationText } from './duration-text.ts';
import { jsonText } from './json-value.ts';
import { printJob } from './print-job.ts';

const parse = (text: string) => parseJob(text, { fileName: 'job.hcl', allowNotYetRunnable: true });
/** Without members that are undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

function complete(tasks: string): Job {
  const { job, diagnostics } = parse(`job "j" {\n  group "g" {\n${tasks}\n  }\n}\n`);
  if (job === undefined) throw new Error(JSON.stringify(diagnostics));
  return job;
}

test('every example is read back from its print as the same job, and the print is formatted', (t) => {
  const files = globSync('../../../../../examples/**/*.nomad.hcl', { cwd: import.meta.dirname });
  t.true(files.length >= 4, `${files.length} examples`);
  for (const file of files) {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    const variables = text.includes('variable "artifacts"') ? { artifacts: '/artifacts' } : {};
    const { job, diagnostics } = parseJob(text, { fileName: file, variables });
    if (job === undefined) {
      t.fail(JSON.stringify(diagnostics));
      continue;
    }
    const printed = printJob(job);
    const again = parse(printed);
    t.deepEqual(again.diagnostics, [], printed);
    t.deepEqual(plain(again.job), plain(job), file);
    t.is(formatText(printed, file).text, printed);
  }
});

test('what old task networks became is read back as the same job', (t) => {
  const task = (name: string) =>
    `task "${name}" {\ndriver = "docker"\nconfig {\nimage = "a"\n}\nresources {\nnetwork {\nport "http" {}\n}\n}\n}`;
  const job = complete(`${task('a')}\n${task('b')}`);
  const printed = printJob(job);
  const again = parse(printed);
  t.deepEqual(again.diagnostics, [], printed);
  t.deepEqual(plain(again.job), plain(job));
  t.regex(printed, /port "b_http" \{[^}]*task\s+= "b"[^}]*task_label\s*= "http"/);
});

test('what equals its default is left out', (t) => {
  const job = complete(
    '    task "t" {\n      driver = "docker"\n      config {\n        image = "i:1"\n      }\n    }',
  );
  t.is(
    printJob(job),
    `job "j" {
  group "g" {
    task "t" {
      driver = "docker"

      config {
        image = "i:1"
      }
    }
  }
}
`,
  );
});

test('static and dynamic ports are ports, and the default identity is an identity', (t) => {
  const text = complete(
    'network {\n port "a" {\n static = 80\n }\n port "b" {}\n }\n task "t" {\n driver = "exec"\n identity {\n env = true\n }\n }',
  );
  const printed = printJob(text);
  t.regex(printed, /port "a" \{\n {8}static = 80\n {6}\}\n\n {6}port "b" \{\}/);
  t.regex(printed, /identity \{[^}]*env\s+= true/);
});

test('comments stand above the job, one line each', (t) => {
  const text = printJob(complete('task "t" {\n driver = "exec"\n}'), { comments: ['one', '', 'two\nlines'] });
  t.true(text.startsWith('# one\n#\n# two lines\n\njob "j" {'), text);
});

const env = (value: string) =>
  `    task "t" {\n      driver = "exec"\n      env {\n        A = ${value}\n      }\n    }`;

for (const [what, text, expected] of [
  ['a reference that the node resolves', '${NOMAD_PORT_http}', '"${NOMAD_PORT_http}"'],
  ['a reference among text', 'a ${node.unique.name} b', '"a ${node.unique.name} b"'],
  ['a reference with an index', '${env["HOME"]}', '"${env["HOME"]}"'],
  ['text that only looks like a reference', '${foo bar}', '"$${foo bar}"'],
  ['a name of the language', '${var.x}', '"$${var.x}"'],
  ['a directive', '%{ if }', '"%%{ if }"'],
  ['an open brace', '${', '"$${"'],
  ['a dollar before a reference', '$${node.class}', undefined],
  ['quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
  ['a line break in the middle', 'a\nb', '"a\\nb"'],
  ['lines', 'a\n  b\n', '<<-EOT\n          a\n            b\n        EOT'],
  ['lines with the marker in them', 'a\nEOT\n', '<<-EOT1\n          a\n          EOT\n        EOT1'],
  ['indented lines', '  a\n  b\n', '<<EOT\n  a\n  b\nEOT'],
  ['lines with a tab', '\ta\nb\n', '<<EOT\n\ta\nb\nEOT'],
  ['lines with a reference and a brace', 'a ${node.class}\n${ }\n', undefined],
] as const) {
  test(`${what} is printed so that it is read back`, (t) => {
    const { job } = parse(`job "j" {\n  group "g" {\n${env('"x"')}\n  }\n}`);
    const [group] = (job as Job).taskGroups;
    const task = { ...(group as Job['taskGroups'][number]).tasks[0], env: { A: text } };
    const changed = { ...(job as Job), taskGroups: [{ ...group, tasks: [task] }] } as unknown as Job;
    const printed = printJob(changed);
    if (expected !== undefined) t.true(printed.includes(`A = ${expected}`), printed);
    const again = parse(printed);
    t.deepEqual(again.diagnostics, []);
    t.is(again.job?.taskGroups[0]?.tasks[0]?.env['A'], text);
  });
}

test('durations are written as people write them', (t) => {
  const written = [0, 1, 1500, 30_000, 90_000, 300_000, 3_600_000, 5_400_000, 3_661_000].map(durationText);
  t.deepEqual(written, ['0s', '1ms', '1.5s', '30s', '1m30s', '5m', '1h', '1h30m', '1h1m1s']);
});

/** Text the language can hold: composed, without characters that HCL does not have. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[\n a"\\$%{}~.x\t-]{0,12}$/),
    fc.constantFrom(
      '${attr.kernel.name}',
      '$${x}',
      'a\nb\n',
      '  a\n b\n',
      '<<EOT\n',
      '%{for}',
      '${meta.a-b}\n${x}\n',
      '\u0000',
      '\r\n',
    ),
  )
  .map((value) => value.normalize('NFC'))
  .filter((value) => value.isWellFormed());
const word = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,8}$/);

test('any plain data is read back from its print', (t) => {
  const { data } = fc.letrec<{ data: Json }>((tie) => ({
    data: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('data'), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(
          word,
          text.filter((key) => key !== '__proto__'),
        ),
        tie('data'),
        { maxKeys: 3 },
      ),
    ),
  }));
  fc.assert(
    fc.property(data, (value) => {
      const source = `job "j" {\n  group "g" {\n    task "t" {\n      driver = "exec"\n      config {\n        value = ${jsonText(value, '        ')}\n      }\n    }\n  }\n}\n`;
      const { job, diagnostics } = parse(source);
      t.deepEqual(diagnostics, [], source);
      t.deepEqual(plain(job?.taskGroups[0]?.tasks[0]?.config['value']), plain(value), source);
    }),
    { numRuns: 300 },
  );
});

/** Jobs in the API's form: any field of the schema with any value of its type, or not there. */
function fieldArbitrary(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const { type } = field;
  if (isBlockType(type)) {
    const one = blockArbitrary(type.block, depth + 1);
    if (type.repeat === 'one') return one;
    const label = type.block.label?.wire;
    const list = fc.uniqueArray(one, {
      minLength: ['group', 'task'].includes(field.hcl ?? '') ? 1 : 0,
      maxLength: 2,
      selector: (item) => (label === undefined ? {} : item[label]),
    });
    // A file has one kind of port; which list it stands in follows from its number.
    if (field.model === 'reservedPorts')
      return list.map((items) => items.map((item) => ({ ...item, Value: Number(item['Value'] ?? 0) + 1 })));
    if (field.model === 'dynamicPorts') return list.map((items) => items.map((item) => ({ ...item, Value: 0 })));
    return type.repeat === 'many'
      ? list
      : list.map((items) => Object.fromEntries(items.map((item) => [String(item[label ?? '']), item])));
  }
  if (typeof type === 'object') {
    if (type.kind === 'map')
      return fc.dictionary(
        word.filter((key) => key !== '__proto__'),
        text,
        { maxKeys: 2 },
      );
    return type.of === 'string'
      ? fc.array(text, { maxLength: 3 })
      : fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 });
  }
  if (field.values !== undefined) return fc.constantFrom(...field.values);
  switch (type) {
    case 'string':
      return text.filter((value) => value !== '');
    case 'bool':
      return fc.boolean();
    case 'int':
      return fc.integer({ min: field.min ?? 0, max: Math.min(field.max ?? 60_000, 60_000) });
    case 'float':
      return fc.double({ min: 0, max: 1000, noNaN: true });
    case 'duration':
      return fc.integer({ min: 0, max: 10_000_000 }).map((ms) => ms * 1e6);
    case 'json':
      return fc.dictionary(
        word.filter((key) => key !== '__proto__'),
        fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 3 })),
        { maxKeys: 2 },
      );
  }
}

function blockArbitrary(schema: BlockSchema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const fields = schema.fields.filter(
    (field) =>
      field.wire !== undefined &&
      field.refused === undefined &&
      (field.hcl !== undefined || field.pathName !== undefined),
  );
  const some = depth > 3 ? fields.filter((field) => !isBlockType(field.type)) : fields;
  const record = Object.fromEntries(
    some.map((field) => {
      const always = field.required === true || field.hcl === 'group' || field.hcl === 'task';
      const value = fieldArbitrary(field, depth);
      return [
        field.wire as string,
        always ? value : fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value }),
      ];
    }),
  );
  const label = schema.label === undefined ? {} : { [schema.label.wire]: fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/) };
  return fc.record({ ...record, ...label });
}

test('any valid job is read back from its print as the same job, and the print is formatted', (t) => {
  let count = 0;
  fc.assert(
    fc.property(blockArbitrary(jobBlock, 0), (wire) => {
      const { job } = decodeJobJson(wire);
      if (job === undefined || brokenRules(job).length > 0) return;
      count += 1;
      const printed = printJob(job);
      const again = parse(printed);
      t.deepEqual(again.diagnostics, [], printed);
      t.deepEqual(plain(again.job), plain(job), printed);
      t.is(formatText(printed, 'x').text, printed);
    }),
    { numRuns: 1500 },
  );
  t.log(`${count} valid jobs`);
  t.true(count >= 50, `${count} valid jobs`);
});
