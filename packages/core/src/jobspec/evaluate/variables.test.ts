// Variables and locals against what Nomad makes of them.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { formatPlace, type ParseOptions, parseJob } from '../index.ts';

interface Scenario {
  readonly name: string;
  readonly declarations: string;
  readonly expression: string;
  readonly given?: readonly (readonly [string, string])[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: readonly (readonly [string, string])[];
  readonly strict?: boolean;
  readonly result?: string;
  readonly refused?: true;
  /** Why we differ. */
  readonly differs?: string;
}

const FACTS = new URL('../../../../../test/facts/variables/variables.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(FACTS, 'utf8')) as { readonly cases: readonly Scenario[] };

const jobWith = (declarations: string, expression: string) =>
  `${declarations}\njob "x" {\n group "g" {\n task "t" {\n driver = "exec"\n meta {\n x = jsonencode(${expression})\n }\n }\n }\n}\n`;

const run = ({ declarations, expression, given, environment, files, strict }: Omit<Scenario, 'name'>) =>
  parseJob(jobWith(declarations, expression), {
    fileName: 'x.hcl',
    variables: given ?? [],
    environmentVariables: environment ?? {},
    varFiles: (files ?? []).map(([fileName, text]) => ({ fileName, text })),
    strict: strict ?? true,
  });

for (const scenario of cases) {
  const what = scenario.differs === undefined ? 'is as in the field' : `differs: ${scenario.differs}`;
  test(`${scenario.name}: ${what}`, (t) => {
    const { job, diagnostics } = run(scenario);
    const ours = job?.taskGroups[0]?.tasks[0]?.meta['x'];
    const same = scenario.refused === true ? job === undefined : ours === scenario.result;
    t.is(same, scenario.differs === undefined, `${ours ?? diagnostics.map(({ detail }) => detail).join(' ')}`);
  });
}

/** What is wrong, its place, summary, detail, hint. */
type Mistake = readonly [
  what: string,
  scenario: Partial<Scenario>,
  place: string,
  summary: string,
  detail: RegExp,
  hint?: RegExp,
];

const NUMBER = 'variable "v" {\n  type = number\n}';
const RULE =
  'variable "v" {\n  type = number\n  validation {\n    condition     = var.v > 0\n    error_message = "Too small"\n  }\n}';

const MISTAKES: readonly Mistake[] = [
  [
    'a wrong value of a flag',
    { declarations: NUMBER, given: [['v', 'x']] },
    '--var v:1:1',
    'Unsuitable variable value',
    /"v" is number: the string "x" is no number/,
  ],
  [
    'a wrong value of the environment',
    { declarations: NUMBER, environment: { NOMAD_VAR_v: 'x' } },
    'environment variable NOMAD_VAR_v:1:1',
    'Unsuitable variable value',
    /no number/,
  ],
  [
    'a wrong value in a file',
    { declarations: NUMBER, files: [['a.vars', '# c\nv = [1]\n']] },
    'a.vars:2:5',
    'Unsuitable variable value',
    /a list is no number/,
  ],
  [
    'a wrong value in a JSON file',
    { declarations: NUMBER, files: [['a.json', '{\n  "v": "x"\n}']] },
    'a.json:2:8',
    'Unsuitable variable value',
    /no number/,
  ],
  [
    'a wrong element deep inside',
    { declarations: 'variable "v" {\n  type = map(list(number))\n}', given: [['v', '{ a = [1, "x"] }']] },
    '--var v:1:1',
    'Unsuitable variable value',
    /"a": element 1: the string "x" is no number/,
  ],
  [
    'a wrong default',
    { declarations: 'variable "v" {\n  type    = number\n  default = "x"\n}' },
    'x.hcl:3:13',
    'Unsuitable variable value',
    /no number/,
  ],
  [
    'a value that does not fit the default',
    { declarations: 'variable "v" {\n  default = [1]\n}', given: [['v', '[1, 2]']] },
    '--var v:1:1',
    'Unsuitable variable value',
    /tuple\(\[number\]\): expected 1 elements, found 2/,
    /declare another/,
  ],
  [
    'text where an expression is wanted',
    { declarations: 'variable "v" {\n  type = list(string)\n}', given: [['v', 'a,b']] },
    '--var v:1:2',
    'Syntax error',
    /./,
  ],
  [
    'an undeclared flag',
    {
      declarations: NUMBER,
      given: [
        ['v', '1'],
        ['w', '1'],
      ],
    },
    '--var w:1:1',
    'Undeclared variable',
    /no variable "w"/,
    /did you mean "v"/,
  ],
  [
    'an undeclared name in a file',
    { declarations: 'variable "port" {\n  default = 1\n}', files: [['a.vars', 'prt = 1']] },
    'a.vars:1:1',
    'Undeclared variable',
    /no variable "prt"/,
    /did you mean "port"/,
  ],
  [
    'a declaration in a file',
    { declarations: 'variable "v" {\n  default = 1\n}', files: [['a.vars', 'variable "v" {}']] },
    'a.vars:1:1',
    'Unexpected block',
    /only lines like name = value/,
    /declare variables in the job file/,
  ],
  [
    'no value',
    { declarations: NUMBER },
    'x.hcl:1:10',
    'Variable without a value',
    /no default and no value/,
    /--var v=/,
  ],
  [
    'a validation that fails',
    { declarations: RULE, files: [['a.vars', 'v = -1']] },
    'a.vars:1:5',
    'Invalid value for variable',
    /^Too small\. \(variable "v"\)$/,
    /x\.hcl:3/,
  ],
  [
    'a validation about another variable',
    {
      declarations:
        'variable "w" {\n  default = 1\n}\nvariable "v" {\n  default = 1\n  validation {\n    condition     = var.w > var.v\n    error_message = "a"\n  }\n}',
    },
    'x.hcl:7:21',
    'Invalid validation',
    /may refer to var\.v only/,
  ],
  [
    'a validation without the variable',
    {
      declarations:
        'variable "v" {\n  default = 1\n  validation {\n    condition     = true\n    error_message = "a"\n  }\n}',
    },
    'x.hcl:4:21',
    'Invalid validation',
    /does not look at var\.v/,
  ],
  [
    'a validation without a message',
    { declarations: 'variable "v" {\n  default = 1\n  validation {\n    condition = var.v > 0\n  }\n}' },
    'x.hcl:3:3',
    'Invalid validation',
    /error_message is missing/,
    /add error_message/,
  ],
  [
    'a blank message',
    {
      declarations:
        'variable "v" {\n  default = 1\n  validation {\n    condition     = var.v > 0\n    error_message = " "\n  }\n}',
    },
    'x.hcl:5:21',
    'Invalid validation',
    /is empty/,
  ],
  [
    'a condition that is no boolean',
    {
      declarations:
        'variable "v" {\n  default = 1\n  validation {\n    condition     = [var.v]\n    error_message = "a"\n  }\n}',
    },
    'x.hcl:4:21',
    'Invalid validation',
    /a list is neither true nor false/,
  ],
  [
    'an unknown type',
    { declarations: 'variable "v" {\n  type = strng\n}' },
    'x.hcl:2:10',
    'Invalid type',
    /Expected a type/,
    /did you mean "string"/,
  ],
  [
    'a quoted type',
    { declarations: 'variable "v" {\n  type = "string"\n}' },
    'x.hcl:2:10',
    'Invalid type',
    /Expected a type/,
    /without quotes: string/,
  ],
  [
    'a bare list',
    { declarations: 'variable "v" {\n  type = list\n}' },
    'x.hcl:2:10',
    'Invalid type',
    /Expected a type/,
    /list\(string\)/,
  ],
  [
    'optional members',
    { declarations: 'variable "v" {\n  type = object({ a = optional(string) })\n}' },
    'x.hcl:2:23',
    'Invalid type',
    /Expected a type/,
    /not part of the job language/,
  ],
  [
    'an unknown attribute',
    { declarations: 'variable "v" {\n  defalt = 1\n}', given: [['v', '1']] },
    'x.hcl:2:3',
    'Unknown attribute',
    /no attribute "defalt"/,
    /did you mean "default"/,
  ],
  ['a name that is none', { declarations: 'variable "1v" {}' }, 'x.hcl:1:10', 'Invalid variable', /"1v" is no name/],
  [
    'a variable twice',
    { declarations: 'variable "v" {\n  default = 1\n}\nvariable "v" {\n  default = 2\n}' },
    'x.hcl:4:10',
    'Variable declared twice',
    /declared twice/,
    /remove one/,
  ],
  [
    'a circle of locals',
    { declarations: 'locals {\n  a = local.b\n  b = local.c + 1\n  c = local.a\n}' },
    'x.hcl:2:3',
    'Locals refer to each other in a circle',
    /^local\.a → local\.b → local\.c → local\.a\.$/,
    /value of its own/,
  ],
  [
    'a block in locals',
    { declarations: 'locals {\n  a {}\n}' },
    'x.hcl:2:3',
    'Unexpected block',
    /no block "a"/,
    /write a = \{/,
  ],
];

for (const [what, scenario, place, summary, detail, hint] of MISTAKES) {
  test(`${what} is reported at its place with the mend`, (t) => {
    const { diagnostics } = run({ declarations: '', expression: '"x"', ...scenario });
    const [first] = diagnostics;
    t.is(diagnostics.length, 1, diagnostics.map((diagnostic) => diagnostic.detail).join(' '));
    t.is(first === undefined ? '' : formatPlace(first), place, first?.detail);
    t.is(first?.summary, summary);
    t.regex(first?.detail ?? '', detail);
    if (hint !== undefined) t.regex(first?.hint ?? '', hint);
  });
}

test('a mistake in a local that is used ten times is reported once, others beside it', (t) => {
  const uses = Array.from({ length: 10 }, (_, index) => `"u${index}-\${local.bad}"`).join(', ');
  const { diagnostics } = run({
    declarations: 'variable "n" {\n  type = number\n}\nlocals {\n  bad = upper()\n}',
    expression: `[${uses}, var.n, nosuch()]`,
  });
  t.deepEqual(
    diagnostics.map(({ range, summary }) => [range?.start.line, summary]),
    [
      [1, 'Variable without a value'],
      [5, 'Wrong number of arguments'],
    ],
  );
});

test('a local defined in two blocks has the last value, and a warning says so', (t) => {
  const { job, warnings } = run({ declarations: 'locals {\n  a = 1\n}\nlocals {\n  a = 2\n}', expression: 'local.a' });
  t.is(job?.taskGroups[0]?.tasks[0]?.meta['x'], '2');
  t.deepEqual(
    warnings.map(({ range, summary }) => [range?.start.line, summary]),
    [[5, 'Local defined twice']],
  );
});

test('ORCH_VAR_x wins over NOMAD_VAR_x', (t) => {
  const options: Partial<ParseOptions> = { environmentVariables: { ORCH_VAR_v: 'ours', NOMAD_VAR_v: 'theirs' } };
  const { job } = parseJob(jobWith('variable "v" {}', 'var.v'), { fileName: 'x.hcl', ...options });
  t.is(job?.taskGroups[0]?.tasks[0]?.meta['x'], '"ours"');
});
