// Our parser against Go's own: the same files are accepted, and they mean the same. Every difference that is meant has a
// name in `MEANT` and a line in docs/differences/syntax.md.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Body } from '@orch/core/jobspec/syntax/ast';
import { createDiagnosticSink, type Diagnostic } from '@orch/core/jobspec/syntax/diagnostic';
import { parseFile } from '@orch/core/jobspec/syntax/parse-file';
import { createSource } from '@orch/core/jobspec/syntax/source';
import { seededRandom } from '@orch/core/lib/random';
import test from 'ava';
import { difference, fileJson } from './file-json.ts';
import { damage, generateFile } from './generate-hcl.ts';
import { askGo, askGoForTree } from './go-parser.ts';
import { goShape, ourShape } from './shape.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = Number(process.env['ORACLE_FILES'] ?? 2_400);
const firstSeed = Number(process.env['ORACLE_SEED'] ?? 1);

interface Read {
  readonly body: Body;
  readonly errors: readonly Diagnostic[];
}

function read(text: string): Read {
  const sink = createDiagnosticSink();
  const body = parseFile(createSource('x.hcl', text), sink);
  return { body, errors: sink.list.filter(({ severity }) => severity === 'error') };
}

interface Meant {
  readonly name: string;
  readonly we: 'accept' | 'refuse';
  /** `errors` are ours, `go` is what Go said. */
  readonly applies: (text: string, errors: readonly Diagnostic[], go: string) => boolean;
}

const every = (errors: readonly Diagnostic[], summary: string, detail: RegExp) =>
  errors.every((error) => error.summary === summary && detail.test(error.detail));

const MEANT: readonly Meant[] = [
  {
    name: 'a heredoc may end with the file',
    we: 'accept',
    applies: (text, _errors, go) =>
      !text.endsWith('\n') && /^parse config: \[x\.hcl:\d+,\d+-\d+: Unterminated template string/.test(go),
  },
  {
    name: 'a key with dots is refused while the file is read',
    we: 'refuse',
    applies: (_text, errors) => every(errors, 'Ambiguous key', /quoted/),
  },
  {
    name: 'numbers end at 4,000 digits',
    we: 'refuse',
    applies: (_text, errors) => every(errors, 'Invalid number', /limit "digits"/),
  },
  {
    name: 'nesting ends at 200 levels',
    we: 'refuse',
    applies: (_text, errors) => every(errors, 'Nested too deeply', /limit "nesting"/),
  },
];

/** What is wrong between the two, or nothing. */
async function compare(text: string): Promise<string | undefined> {
  const ours = read(text);
  const go = await askGo(text);
  const isAccepted = ours.errors.length === 0;
  if (isAccepted !== go.accepted) {
    const message = go.accepted ? '' : go.message;
    const we = isAccepted ? 'accept' : 'refuse';
    if (MEANT.some((meant) => meant.we === we && meant.applies(text, ours.errors, message))) return undefined;
    const [first] = ours.errors;
    return first === undefined
      ? `we accept, Go says ${message}`
      : `Go accepts, we say ${first.summary}: ${first.detail}`;
  }
  if (!go.accepted) return undefined;
  if (go.json !== undefined) {
    const found = difference(fileJson(ours.body, text.replace(/^\ufeff/, ' ')), go.json);
    if (found !== undefined) return `the files differ at ${found}`;
  }
  return compareTrees(ours.body, text);
}

/** What stands between the name of an attribute and its value. */
const TO_VALUE = /^(\s|\/\*.*?\*\/)*=(\s|\/\*.*?\*\/)*/s;

async function compareTrees(body: Body, text: string): Promise<string | undefined> {
  for (const { name, nameSpan, value, to } of body.attributes) {
    const written = text.slice(nameSpan.to, to).replace(TO_VALUE, '');
    // A heredoc needs the line break after its marker.
    const go = JSON.stringify(goShape(await askGoForTree(`${written}\n`)));
    const ours = JSON.stringify(ourShape(value, text));
    if (go !== ours) return `${name} = ${written}\n  Go:   ${go}\n  ours: ${ours}`;
  }
  for (const { body: inner } of body.blocks) {
    const found = await compareTrees(inner, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

test('the examples mean the same to both parsers', async (t) => {
  const examples = globSync('examples/**/*.{hcl,nomad,vars}', { cwd: root });
  t.true(examples.length >= 3);
  for (const file of examples) t.is(await compare(readFileSync(`${root}/${file}`, 'utf8')), undefined, file);
});

test(`${files} generated files, half of them damaged, mean the same to both parsers`, async (t) => {
  let accepted = 0;
  for (let seed = firstSeed; seed < firstSeed + files; seed += 1) {
    const random = seededRandom(seed);
    const whole = generateFile(random);
    const text = seed % 2 === 0 ? whole : damage(random, whole);
    const found = await compare(text);
    if (found !== undefined) t.fail(`ORACLE_SEED=${seed} ORACLE_FILES=1: ${found}\n${JSON.stringify(text)}`);
    if (read(text).errors.length === 0) accepted += 1;
  }
  // Neither side may answer everything alike.
  if (files > 100) {
    t.true(accepted > files / 3, `${accepted} accepted`);
    t.true(accepted < (files * 5) / 6, `${accepted} accepted`);
  }
  t.pass();
});
