// The expression language: what each form evaluates to.

import test from 'ava';
import { parseJob } from '../index.ts';
import { evaluateText as evaluateIn } from './evaluate-text.ts';
import type { Value } from './value.ts';

const locals = new Map<string, Value>([
  ['list', ['a', 'b', 'c']],
  [
    'people',
    [
      new Map<string, Value>([
        ['name', 'Ann'],
        ['tags', ['x', 'y']],
      ]),
      new Map<string, Value>([
        ['name', 'Bob'],
        ['tags', []],
      ]),
    ],
  ],
  [
    'map',
    new Map<string, Value>([
      ['z', 1],
      ['a', 2],
    ]),
  ],
  ['one', 1],
]);

const evaluateText = (text: string) => evaluateIn(text, undefined, locals);

const VALUES: readonly (readonly [string, unknown])[] = [
  ['1', 1],
  ['1.5e3', 1500],
  ['-3', -3],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740993 + 1', '9007199254740994'],
  ['true', true],
  ['null', null],
  ['"a\\tb\\n\\"c\\" \\u00e4 \\U0001F600 \\\\"', 'a\tb\n"c" ä 😀 \\'],
  ['"$${x} %%{y} $5 100%"', '${x} %{y} $5 100%'],
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 2 - 3', 5],
  ['2 * 3 % 4', 2],
  ['7 / 2', 3.5],
  ['0.1 + 0.2', 0.3],
  ['1 < 2 && 2 <= 2 || false', true],
  ['!true || true', true],
  ['1 == 1.0 && "a" != "b"', true],
  ['[1, 2] == [1, 2]', true],
  ['"1" == 1', false],
  ['-2 + 5', 3],
  ['- local.one', -1],
  ['true ? "yes" : "no"', 'yes'],
  ['false ? 1 : true ? 2 : 3', 2],
  ['true ? 1 : "a"', '1'],
  ['[1, "a", [true],]', [1, 'a', [true]]],
  ['{ a = 1, "b" : 2, (local.list[0]) = 3 }', { a: 3, b: 2 }],
  ['{\n  x = 1\n  y = 2\n}', { x: 1, y: 2 }],
  ['local.list[1]', 'b'],
  ['local.list.2', 'c'],
  ['local.map["z"]', 1],
  ['local.map.a', 2],
  ['local.people[*].name', ['Ann', 'Bob']],
  ['local.people.*.name', ['Ann', 'Bob']],
  ['local.one[*]', [1]],
  ['[for v in local.list : upper(v)]', ['A', 'B', 'C']],
  ['[for i, v in local.list : "${i}${v}" if v != "b"]', ['0a', '2c']],
  ['{ for k, v in local.map : k => v * 10 }', { a: 20, z: 10 }],
  ['[for k, v in local.map : k]', ['a', 'z']],
  ['{ for p in local.people : length(p.tags) => p.name... }', { 2: ['Ann'], 0: ['Bob'] }],
  ['"${local.one}"', 1],
  ['"n=${local.one}"', 'n=1'],
  ['"%{ if local.one == 1 }one%{ else }other%{ endif }"', 'one'],
  ['"%{ for v in local.list }${v}, %{ endfor }"', 'a, b, c, '],
  ['"x  ${~ local.one ~}  y"', 'x1y'],
  ['<<EOT\nhello ${local.one}\n  $${kept} \\n\nEOT\n', 'hello 1\n  ${kept} \\n\n'],
  ['<<-EOT\n    a\n      b\n\n    c\n    EOT\n', 'a\n  b\n\nc\n'],
  ['<<-EOT\n\t\ta\n\t\t  ${local.one}\n  EOT\n', 'a\n  1\n'],
  ['<<EOT\n%{ for v in local.list ~}\n- ${v}\n%{ endfor ~}\nEOT\n', '- a\n- b\n- c\n'],
  ['attr.kernel.name', '${attr.kernel.name}'],
  ['"${NOMAD_PORT_http}:${env["X"]}"', '${NOMAD_PORT_http}:${env["X"]}'],
  ['"${meta["a.b"]} ${node.unique.id}"', '${meta["a.b"]} ${node.unique.id}'],
  ['max(local.one, [2, 3]...)', 3],
  ['try(local.list[9], "none")', 'none'],
  ['can(local.nothing)', false],
  ['convert("3", number) + 1', 4],
  ['convert(["b", "a", "b"], set(string))', ['a', 'b']],
  ['"/* no comment */ # none"', '/* no comment */ # none'],
  ['/* a */ 1 // b', 1],
  ['[\n  1, # one\n  2\n]', [1, 2]],
];

for (const [text, expected] of VALUES) {
  test(`the expression ${JSON.stringify(text)} has its value`, (t) => {
    t.deepEqual(evaluateText(text), expected);
  });
}

const ERRORS: readonly (readonly [string, RegExp])[] = [
  ['1 +', /expected a value/],
  ['[1 2]', /"," or "\]"/],
  ['{ a 1 }', /"=" or ":"/],
  ['"a" + 1', /"a" is no number/],
  ['1 / 0', /division by zero/i],
  ['local.list[7]', /3 elements, there is no index 7/],
  ['local.map.zz', /no member "zz"/],
  ['local.lisst', /no local "lisst"/],
  ['"x${local.list}"', /Cannot put a list into text/],
  ['{ for v in ["a", "a"] : v => v }', /Two elements have the key "a"/],
  ['"\\q"', /"\\q" is no escape sequence/],
  ['"%{ if true }x"', /has no %\{endif\}/],
  ['nosuch(1)', /no function "nosuch"/],
  ['NOMAD_PORT_x + 1', /is no number/],
  ['range(100000)', /limit "range"/],
  ['setproduct(range(1000), range(1000))', /limit "setproduct"/],
  [`${'['.repeat(300)}${']'.repeat(300)}`, /limit "nesting"/],
  ['[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]', /limit "(steps|output)"/],
];

for (const [text, expected] of ERRORS) {
  test(`the expression ${JSON.stringify(text.slice(0, 60))} is refused with a reason`, (t) => {
    const error = t.throws(() => evaluateText(text));
    t.regex(error?.message ?? '', expected);
  });
}

test('locals may stand in any order, and a circle of them is named', (t) => {
  const good = parseJob(
    'locals {\n a = "${local.b}!"\n b = "hi"\n}\njob "x" {\n group "g" {\n task "t" {\n driver = "exec"\n meta { m = local.a }\n }\n }\n}',
    {
      fileName: 'x.hcl',
    },
  );
  t.deepEqual(good.diagnostics, []);
  t.is(good.job?.taskGroups[0]?.tasks[0]?.meta['m'], 'hi!');
  const bad = parseJob('locals {\n a = local.b\n b = local.a\n}\njob "x" {}', { fileName: 'x.hcl' });
  t.regex(bad.diagnostics[0]?.detail ?? '', /local\.a → local\.b → local\.a/);
});
