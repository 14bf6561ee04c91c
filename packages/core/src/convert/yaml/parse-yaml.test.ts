import test from 'ava';
import { createDiagnosticSink } from '../../jobspec/syntax/diagnostic.ts';
import { createSource, rangeOf } from '../../jobspec/syntax/source.ts';
import { convertText, messages } from '../testing/convert-text.ts';
import { parseYaml, type YamlLimits } from './parse-yaml.ts';
import type { Tree } from './tree.ts';

function read(text: string, limits?: YamlLimits) {
  const source = createSource('a.yaml', text);
  const sink = createDiagnosticSink();
  const trees = parseYaml(source, sink, limits);
  const said = sink.list.map(
    ({ range, summary, detail }) => `${range?.start.line}:${range?.start.column} ${summary}: ${detail}`,
  );
  return { trees, said, source };
}

const plain = (tree: Tree | undefined): unknown => {
  if (tree === undefined) return undefined;
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
};

test('anchors and merge keys are resolved: own keys win, and earlier maps', (t) => {
  const { trees, said } = read('a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nc: { <<: [*a, *b], x: 3 }\nd: *a\n');
  t.deepEqual(said, []);
  t.deepEqual(plain(trees[0]), { a: { x: 1, y: 1 }, b: { y: 2, z: 2 }, c: { x: 3, y: 1, z: 2 }, d: { x: 1, y: 1 } });
});

test('every value knows its place, also behind wide signs and carriage returns', (t) => {
  const { trees, source } = read('\ufeff# ä 漢字\r\nkey: "välue"\r\nlist:\r\n  - 漢字: x\r\n');
  const [tree] = trees;
  const list = tree?.kind === 'map' ? tree.entries[1]?.value : undefined;
  const item = list?.kind === 'list' ? list.items[0] : undefined;
  const entry = item?.kind === 'map' ? item.entries[0] : undefined;
  t.deepEqual(entry === undefined ? undefined : rangeOf(source, entry.value).start, {
    line: 4,
    column: 9,
    offset: source.text.lastIndexOf('x'),
  });
});

test('numbers keep how they are written', (t) => {
  const { trees } = read('a: 0644\nb: 1e3\nc: "7"\n');
  const texts =
    trees[0]?.kind === 'map' ? trees[0].entries.map(({ value }) => (value.kind === 'scalar' ? value.text : '')) : [];
  t.deepEqual(texts, ['0644', '1e3', '7']);
});

for (const [what, text, expected] of [
  ['a repeated key', 'a: 1\nb: 2\na: 3\n', ['3:1 Repeated key: "a" stands twice in one map.']],
  ['an unknown anchor', 'a: *b\n', ['1:4 Invalid YAML: ']],
  ['an anchor in itself', 'a: &a { b: *a }\n', ['1:12 Invalid YAML: The anchor &a contains itself through *a.']],
  ['a merge of a text', 'a: { <<: b }\n', ['1:10 Invalid YAML: A merge key (<<) takes a map or a list of maps.']],
  ['a map as a key', '? { a: 1 }\n: 2\n', ['1:3 Invalid YAML: A key is a plain text, not a map or a list.']],
  ['a tab', 'a:\n\tb: 1\n', ['2:1 Invalid YAML: ']],
  ['an open bracket', 'a: [1, 2\nb: 3\n', ['']],
  ['an open quote', 'a: "x\nb: 3\n', ['']],
] as const) {
  test(`${what} is told with its place`, (t) => {
    const { said } = read(text);
    t.true(said.length > 0);
    for (const [index, line] of expected.entries()) t.true(said[index]?.startsWith(line), said.join('\n'));
  });
}

test('anchors that multiply end at the limit of values, which is named', (t) => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
  );
  const { said, trees } = read(`l0: &l0 x\n${levels.join('\n')}\n`);
  t.deepEqual(trees, []);
  t.regex(said.join('\n'), /limit "yaml values"/);
});

for (const [what, text] of [
  ['brackets', '['.repeat(100_000)],
  ['brackets with blanks', '[ '.repeat(100_000)],
  ['maps', 'a: {'.repeat(2_000)],
  ['lines', Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ['dashes', '- '.repeat(5_000)],
] as const) {
  test(`${what} nested too deep are an error that names the limit`, (t) => {
    t.regex(read(text).said.join('\n'), /limit "yaml depth"|Invalid YAML/);
  });
}

test('a file that is too large is not read, and the limit is named', (t) => {
  t.regex(read(`a: ${'x'.repeat(1024 * 1024)}`).said.join('\n'), /1:1 File too large: .*limit "source size"/);
});

test('a map of very many keys is read once each', (t) => {
  const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n');
  t.deepEqual(read(text).said, []);
});

test('all that is wrong with a file is told at once, in the order of the file', (t) => {
  const said = messages(
    convertText(
      'services:\n  a:\n    imag: x\n    ports: [x]\n  b:\n    image: i\n    cpus: many\n    volumes: ["gone:/x"]\n    restart: sometimes\n',
    ),
  );
  t.deepEqual(
    said.filter((line) => line.startsWith('error')).map((line) => line.replace(/:(?=\s).*/, '')),
    [
      'error 2:3 No image',
      'error 3:5 Unknown key',
      'error 4:13 Invalid port',
      'error 7:11 Wrong type',
      'error 8:15 Unknown volume',
      'error 9:14 Unknown value',
    ],
  );
});

test('a YAML file that is neither language says so', (t) => {
  t.deepEqual(messages(convertText('a: 1\n')), [
    'error 1:1 Unknown language: This is neither a Compose file (services:) nor a Kubernetes manifest (apiVersion: and kind:).',
  ]);
});
