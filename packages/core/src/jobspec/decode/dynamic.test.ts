// `dynamic` against what Nomad makes of it, and what is said of wrong ones.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { formatPlace, parseJob } from '../index.ts';

interface Scenario {
  readonly name: string;
  readonly text: string;
  readonly result?: {
    readonly ports?: readonly (readonly [string, number])[];
    readonly constraints?: readonly (readonly [string, string])[];
    readonly tasks: readonly (readonly [string, readonly string[]])[];
    readonly meta?: Readonly<Record<string, string>>;
  };
  readonly refused?: true;
  /** Why we differ. */
  readonly differs?: string;
}

const FACTS = new URL('../../../../../test/facts/dynamic/dynamic.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(FACTS, 'utf8')) as { readonly cases: readonly Scenario[] };

const read = (text: string) => parseJob(text, { fileName: 'x.hcl' });

function shapeOf(text: string): Scenario['result'] | undefined {
  const group = read(text).job?.taskGroups[0];
  if (group === undefined) return undefined;
  const [network] = group.networks;
  const ports = network?.dynamicPorts.map((port) => [port.label, port.to] as const).toSorted();
  const constraints = group.constraints.map(({ attribute, value }) => [attribute ?? '', value ?? ''] as const);
  return {
    ...(ports === undefined ? {} : { ports }),
    ...(constraints.length === 0 ? {} : { constraints }),
    tasks: group.tasks.map((task) => [task.name, (task.artifacts ?? []).map((artifact) => artifact.source)] as const),
    ...(Object.keys(group.meta).length === 0 ? {} : { meta: group.meta }),
  };
}

for (const { name, text, result, refused, differs } of cases) {
  test(`${name}: ${differs === undefined ? 'is as in the field' : `differs: ${differs}`}`, (t) => {
    const said = read(text)
      .diagnostics.map(({ detail }) => detail)
      .join(' ');
    if (differs !== undefined) t.is(refused === true, shapeOf(text) !== undefined, said);
    else if (refused === true) t.is(shapeOf(text), undefined);
    else t.deepEqual(shapeOf(text), result, said);
  });
}

const inGroup = (lines: string) => `job "x" {
  group "g" {
    dynamic "constraint" {
${lines}
    }
    task "t" {
      driver = "exec"
    }
  }
}
`;
const CONTENT = 'content {\n attribute = "a"\n value = "b"\n }';

const MISTAKES: readonly (readonly [what: string, text: string, place: string, detail: RegExp, hint?: RegExp])[] = [
  ['no for_each', inGroup(CONTENT), '3:5', /needs for_each/, /add for_each/],
  ['for_each of null', inGroup(`for_each = null\n${CONTENT}`), '4:12', /for_each is null/],
  [
    'for_each of a run-time reference',
    inGroup(`for_each = attr.x\n${CONTENT}`),
    '4:12',
    /for_each is the string/,
    /known only when the task runs/,
  ],
  ['no content', inGroup('for_each = [1]'), '3:5', /needs a content block/, /add content/],
  ['a second content', inGroup(`for_each = [1]\n${CONTENT}\n${CONTENT}`), '9:1', /this is the second/, /remove one/],
  ['another block', inGroup(`for_each = [1]\nfoo {}\n${CONTENT}`), '5:1', /no block "foo"/, /into content/],
  [
    'an unknown attribute',
    inGroup(`foreach = [1]\n${CONTENT}`),
    '4:1',
    /no attribute "foreach"/,
    /did you mean "for_each"/,
  ],
  [
    'an iterator that is no name',
    inGroup(`for_each = [1]\niterator = "it"\n${CONTENT}`),
    '5:12',
    /plain name/,
    /without quotes/,
  ],
  [
    'labels that are no list',
    inGroup(`for_each = [1]\nlabels = "a"\n${CONTENT}`),
    '5:10',
    /list of texts; this is the string "a"/,
    /in brackets/,
  ],
  ['a label that is no text', inGroup(`for_each = [1]\nlabels = ["a", null]\n${CONTENT}`), '5:16', /this one is null/],
  [
    'labels for a block without one',
    inGroup(`for_each = [1]\nlabels = ["a"]\n${CONTENT}`),
    '5:11',
    /has no label/,
    /remove it/,
  ],
  [
    'a mistake inside of content',
    inGroup('for_each = [1, 2]\ncontent {\n attribute = nosuch()\n value = "b"\n}'),
    '6:14',
    /no function "nosuch"/,
  ],
  [
    'an unknown member of the iterator',
    inGroup('for_each = [1]\ncontent {\n attribute = constraint.valu\n value = "b"\n}'),
    '6:24',
    /no member "valu"/,
    /did you mean "value"/,
  ],
];

for (const [what, text, place, detail, hint] of MISTAKES) {
  test(`${what} in a dynamic block is reported once, at its place`, (t) => {
    const { diagnostics } = read(text);
    const [first] = diagnostics;
    t.is(diagnostics.length, 1, diagnostics.map((diagnostic) => diagnostic.detail).join(' '));
    t.is(first === undefined ? '' : formatPlace(first), `x.hcl:${place}`, first?.detail);
    t.regex(first?.detail ?? '', detail);
    if (hint !== undefined) t.regex(first?.hint ?? '', hint);
  });
}
