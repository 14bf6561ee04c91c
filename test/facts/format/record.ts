// Records how the peer formats our inputs: `node test/facts/format/record.ts COMMAND`, where COMMAND is its program.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { messyFile, pickFrom } from '../../../packages/core/src/jobspec/format/testing/messy-file.ts';

const GENERATED = 400;

const [command] = process.argv.slice(2);
if (command === undefined) throw new Error('which command? node test/facts/format/record.ts COMMAND');
const here = (name: string) => new URL(name, import.meta.url);
const format = (input: string) => execFileSync(command, ['fmt', '-'], { input, encoding: 'utf8' });

mkdirSync(here('output'), { recursive: true });
for (const name of readdirSync(here('input'))) {
  writeFileSync(here(`output/${name}`), format(readFileSync(here(`input/${name}`), 'utf8')));
}
const pairs = Array.from({ length: GENERATED }, (_, seed) => {
  const input = messyFile(pickFrom(seed));
  return { input, output: format(input) };
});
writeFileSync(here('generated.jsonl'), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
