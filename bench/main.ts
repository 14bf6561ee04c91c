// `npm run bench`: runs each file of this directory in a process of its own and prints its JSON lines.
// `--only NAME` runs figures whose name contains NAME, `--gate` exits 1 when one misses its limit.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One figure: `ratio` is ours ÷ reference, both measured in the same run; `value` is for figures without a reference. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours?: number;
  readonly reference?: number;
  readonly ratio?: number;
  readonly value?: number;
  readonly limit: number;
  readonly better: 'lower' | 'higher';
  readonly ok: boolean;
  readonly runs: number;
  readonly [note: string]: unknown;
}

const directory = fileURLToPath(new URL('.', import.meta.url));
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt < 0 ? undefined : process.argv[onlyAt + 1];
const gate = process.argv.includes('--gate');

/** Files that print the figure asked for: its name stands in their text. */
function files(): readonly string[] {
  const all = readdirSync(directory).filter(
    (name) => name.endsWith('.ts') && !['main.ts', 'bare-launch.ts'].includes(name) && !name.endsWith('.test.ts'),
  );
  return only === undefined ? all : all.filter((name) => readFileSync(directory + name, 'utf8').includes(only));
}

function run(file: string): Promise<{ readonly figures: readonly Figure[]; readonly failed: boolean }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [directory + file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const figures: Figure[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) {
        console.error(line);
        return;
      }
      const figure = JSON.parse(line) as Figure;
      if (only !== undefined && !figure.name.includes(only)) return;
      figures.push(figure);
      console.log(line);
    });
    child.on('close', (code) => resolve({ figures, failed: code !== 0 }));
  });
}

const missed: string[] = [];
let printed = 0;
const chosen = files();
for (const file of chosen) {
  const { figures, failed } = await run(file);
  printed += figures.length;
  missed.push(...figures.filter((figure) => !figure.ok).map((figure) => figure.name));
  // A file whose text merely mentions the name prints nothing of it.
  if (failed || (figures.length === 0 && only === undefined)) {
    console.error(`${file}: ${failed ? 'failed' : 'printed no figure'}`);
    missed.push(file);
  }
}
if (printed === 0) {
  console.error(only === undefined ? 'nothing was measured' : `no bench prints a figure named ${only}`);
  process.exitCode = 1;
}
if (missed.length > 0) console.error(`missed: ${missed.join(', ')}`);
if (missed.length > 0 && gate) process.exitCode = 1;
