// `npm run fuzz`: a million damaged inputs. `FUZZ_COUNT`, `FUZZ_FIRST` choose others, `FUZZ_SEED=n` repeats one and shows it.
// A worker does the work; this process sees when one input takes too long, and says which.

import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { problemWith } from './check.ts';
import { corpus } from './corpus.ts';
import { inputOf } from './mutate.ts';

const count = Number(process.env['FUZZ_COUNT'] ?? 1_000_000);
const first = Number(process.env['FUZZ_FIRST'] ?? 0);
/** No input may take longer, in milliseconds: more than the evaluation's steps cost on a slow machine. */
const longest = 20_000;

function work(current: Int32Array): void {
  const texts = corpus();
  const started = performance.now();
  const slow: { seed: number; ms: number; length: number }[] = [];
  const problems: string[] = [];
  let accepted = 0;
  let characters = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    Atomics.store(current, 0, seed);
    const text = inputOf(seed, texts);
    const from = performance.now();
    const problem = problemWith(text, seed % 32 === 0);
    const ms = performance.now() - from;
    characters += text.length;
    if (slow.length < 5 || ms > (slow.at(-1)?.ms ?? 0)) {
      slow.push({ seed, ms: Math.round(ms), length: text.length });
      slow.sort((left, right) => right.ms - left.ms).splice(5);
    }
    if (problem === undefined) accepted += 1;
    else {
      problems.push(`seed ${seed}: ${problem.split('\n').slice(0, 6).join('\n')}`);
      if (problems.length <= 20) console.log(problems.at(-1));
    }
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(JSON.stringify({ inputs: count, sound: accepted, problems: problems.length, characters, seconds, slow }));
  if (problems.length > 0) process.exitCode = 1;
}

function supervise(): void {
  const shared = new SharedArrayBuffer(4);
  const current = new Int32Array(shared);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: shared });
  let seen = -1;
  let since = performance.now();
  let told = performance.now();
  const watch = setInterval(() => {
    const seed = Atomics.load(current, 0);
    if (seed !== seen) since = performance.now();
    seen = seed;
    // The worker is too busy to speak.
    if (performance.now() - told > 30_000) {
      told = performance.now();
      console.log(`${seed - first} of ${count} inputs`);
    }
    if (performance.now() - since < longest) return;
    console.log(`seed ${seed} takes longer than ${longest} ms`);
    process.exit(1);
  }, 1_000);
  worker.on('exit', (code) => {
    clearInterval(watch);
    process.exitCode = code;
  });
}

const only = process.env['FUZZ_SEED'];
if (only !== undefined) {
  const text = inputOf(Number(only), corpus());
  console.log(text);
  console.log(problemWith(text, true) ?? 'no problem');
} else if (isMainThread) supervise();
else work(new Int32Array(workerData as SharedArrayBuffer));
