// Every class of mistake in an expression: its place, what is said, and the mend.

import test from 'ava';
import { formatPlace, parseJob } from '../index.ts';

const PRELUDE = `locals {
  list   = ["a", "b", "c"]
  person = { name = "Ann", tags = ["x"] }
  nil    = null
  set    = convert(["a"], set(string))
}
variable "port" { default = 80 }
`;
const LINE = PRELUDE.split('\n').length + 5;

const read = (expression: string) =>
  parseJob(
    `${PRELUDE}job "x" {\n group "g" {\n  task "t" {\n   driver = "exec"\n   meta {\nx = ${expression}\n   }\n  }\n }\n}\n`,
    { fileName: 'x.hcl' },
  );

/** Column counted in the line `x = EXPRESSION`, whose expression begins in column 5. */
type Mistake = readonly [expression: string, column: number, summary: string, detail: RegExp, hint?: RegExp];

const MISTAKES: readonly Mistake[] = [
  ['local.lisst', 5, 'Unknown local', /no local "lisst"/, /did you mean "list"/],
  ['local.qqqqqqq', 5, 'Unknown local', /no local "qqqqqqq"/, /define it in a locals block/],
  ['"a-${var.prt}"', 10, 'Unknown variable', /no variable "prt"/, /did you mean "port"/],
  ['local.person.nmae', 17, 'Unknown member', /no member "nmae"/, /did you mean "name"/],
  ['local.person["nmae"]', 17, 'Unknown member', /no member "nmae"/, /did you mean "name"/],
  ['local.list.name', 15, 'Unsuitable index', /whole number, not by the string "name"/],
  ['local.list[3]', 15, 'Index out of range', /3 elements, there is no index 3/],
  ['local.list[-1]', 15, 'Unsuitable index', /whole number, not by the number -1/],
  ['local.list[1.5]', 15, 'Unsuitable index', /whole number, not by the number 1\.5/],
  ['local.nil.a', 14, 'Null has no members', /is null/],
  ['local.set[0]', 14, 'Value has no members', /a set has no members/i],
  ['"abc".length', 5, 'Value has no members', /has no members/],
  ['attr.list[local.port]', 15, 'Unknown local', /no local "port"/],
  ['attr.list[local.list[0]]', 15, 'Value has no members', /has no members/, /known only when the task runs/],
  ['(attr.kernel).name', 6, 'Value has no members', /in parentheses/, /without the parentheses/],
  ['uper("a")', 5, 'Unknown function', /no function "uper"/, /did you mean "upper"/],
  ['upper()', 5, 'Wrong number of arguments', /upper\(text\) was called with 0 arguments/],
  ['upper("a", "b")', 5, 'Wrong number of arguments', /called with 2 arguments/],
  ['upper(["a"])', 11, 'Invalid function argument', /upper for "text": a list is no text/],
  ['upper(local.nil)', 11, 'Invalid function argument', /must not be null/],
  ['join(",", "a")', 15, 'Invalid function argument', /join for "list"/],
  ['max(1, "x")', 12, 'Invalid function argument', /"x" is no number/],
  ['upper("a"...)', 11, 'Unsuitable value', /Only a list can be expanded, not the string "a"/],
  ['jsondecode("{")', 16, 'Invalid function argument', /this is no JSON/],
  ['regex_replace("a", "(", "b")', 24, 'Invalid function argument', /missing closing \)/],
  ['file("a.txt")', 5, 'Function not available', /reads files, which the server does not do/, /orch job run/],
  ['basename("a/b")', 5, 'Function not available', /reads files/, /orch job run/],
  ['uuidv4()', 5, 'Function not available', /not to be had here/],
  ['1 + "a"', 9, 'Unsuitable operand', /"a" is no number.*operator \+/],
  ['1 + local.nil', 9, 'Unsuitable operand', /Null is no number/],
  ['attr.x * 2', 5, 'Unsuitable operand', /is no number/, /known only when the task runs/],
  ['-local.list', 6, 'Unsuitable operand', /list is no number/],
  ['!"maybe"', 6, 'Unsuitable operand', /neither true nor false/],
  ['true && 5', 13, 'Unsuitable operand', /5 is neither true nor false/],
  ['1 / 0', 5, 'Unsuitable value', /division by zero/i],
  ['"x" ? 1 : 2', 5, 'Unsuitable condition', /the string "x", expected true or false/],
  ['local.nil ? 1 : 2', 5, 'Unsuitable condition', /null, expected true or false/],
  ['true ? [1] : "a"', 12, 'Results of different types', /tuple\(\[number\]\), the other string/, /one type/],
  ['"a ${local.list} b"', 10, 'Unsuitable value in a template', /Cannot put a list into text/],
  ['"a ${local.nil} b"', 10, 'Unsuitable value in a template', /Cannot put null into text/],
  ['"%{ if "x" }a%{ endif }"', 12, 'Unsuitable value in a template', /expected true or false/],
  ['"%{ for x in 5 }a%{ endfor }"', 18, 'Unsuitable value in a template', /expected a list/],
  ['[for x in 5 : x]', 15, 'Unsuitable collection', /the number 5; expected a list/],
  ['[for x in attr.x : x]', 15, 'Unsuitable collection', /expected a list/, /known only when the task runs/],
  ['[for x in [1] : x if "y"]', 26, 'Unsuitable operand', /neither true nor false/],
  ['{ for x in ["a", "a"] : x => 1 }', 29, 'Duplicate key', /Two elements have the key "a"/, /"\.\.\."/],
  ['{ (null) = 1 }', 8, 'Unsuitable key', /A key is text; this is null/],
  ['{ ([]) = 1 }', 8, 'Unsuitable key', /A key is text; this is a list/],
  ['convert("a", number)', 13, 'Unsuitable value', /Cannot convert: the string "a" is no number/],
  ['convert("a", numbr)', 18, 'Invalid type', /Expected a type/, /did you mean "number"/],
  ['convert([1, true], list(any))', 13, 'Unsuitable value', /elements have different types/],
  ['try(local.a, local.b)', 18, 'Unknown local', /no local "b"/],
  ['try()', 5, 'Wrong number of arguments', /at least one expression/],
  ['can(1, 2)', 5, 'Wrong number of arguments', /exactly one expression/],
  ['[1, 2]', 5, 'Wrong type', /text, a number, true or false/],
];

for (const [expression, column, summary, detail, hint] of MISTAKES) {
  test(`${expression} is refused at its place, with the mend`, (t) => {
    const { diagnostics } = read(expression);
    const [first] = diagnostics;
    t.is(diagnostics.length, 1, diagnostics.map((diagnostic) => diagnostic.detail).join(' '));
    t.is(first?.summary, summary, first?.detail);
    t.is(first === undefined ? '' : formatPlace(first), `x.hcl:${LINE}:${column}`, first?.detail);
    t.regex(first?.detail ?? '', detail);
    if (hint !== undefined) t.regex(first?.hint ?? '', hint);
  });
}

test('mistakes in several attributes are all reported', (t) => {
  const { diagnostics } = read('nosuch()\ny = local.zz\nz = 1 + "a"');
  t.deepEqual(
    diagnostics.map(({ range }) => range?.start.line),
    [LINE, LINE + 1, LINE + 2],
  );
});
