// Figure `jobspec-parse`: our way from the text of a 10 kB job file to a validated job ÷ what Go's parser, compiled to wasm,
// takes to parse that text alone. Both warm, in turns in one process; time by the clock, as a caller waits for both. Beside
// it, without a limit, the same by processor time, where waiting for Go's own scheduler does not count.

import { parse } from '@cdktf/hcl2json';
import { parseJob } from '@orch/core/jobspec';
import { benchJobFile } from './jobspec/bench-job.ts';
import { median, processorTime } from './jobspec/processor-time.ts';
import type { Figure } from './main.ts';

const limit = 0.05;
const rounds = 15;
const text = benchJobFile(9_500);

function ours(): void {
  const { job, diagnostics } = parseJob(text, { fileName: 'bench.nomad.hcl' });
  if (job === undefined) throw new Error(diagnostics[0]?.detail);
}

const reference = () => parse('bench.hcl', text);

interface Cost {
  /** Milliseconds of one call. */
  readonly clock: number;
  readonly processor: number;
}

async function measure(times: number, work: () => unknown): Promise<Cost> {
  const started = performance.now();
  const processor = await processorTime(times, work);
  return { clock: (performance.now() - started) / times, processor };
}

// Warm: our code is compiled for good only after some thousand calls.
await measure(4_000, ours);
await measure(40, reference);
const pairs: { ours: Cost; reference: Cost }[] = [];
for (let round = 0; round < rounds; round += 1) {
  pairs.push({ ours: await measure(40, ours), reference: await measure(4, reference) });
}
const ratio = median(pairs.map((pair) => pair.ours.clock / pair.reference.clock));
const figure: Figure = {
  name: 'jobspec-parse',
  unit: 'ms',
  ours: Number(median(pairs.map((pair) => pair.ours.clock)).toFixed(3)),
  reference: Number(median(pairs.map((pair) => pair.reference.clock)).toFixed(3)),
  ratio: Number(ratio.toFixed(4)),
  limit,
  better: 'lower',
  ok: ratio <= limit,
  runs: rounds,
  characters: text.length,
  processorRatio: Number(median(pairs.map((pair) => pair.ours.processor / pair.reference.processor)).toFixed(4)),
};
console.log(JSON.stringify(figure));
process.exit(0);
