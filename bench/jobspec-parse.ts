// Figure `jobspec-parse`: our way from the text of a 10 kB job file to a validated job ÷ what Go's parser, compiled to wasm,
// takes to parse that text alone. Both warm, in turns in one process; processor time.

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

await processorTime(400, ours);
await processorTime(40, reference);
const pairs: { ours: number; reference: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  pairs.push({ ours: await processorTime(40, ours), reference: await processorTime(4, reference) });
}
const ratio = median(pairs.map((pair) => pair.ours / pair.reference));
const figure: Figure = {
  name: 'jobspec-parse',
  unit: 'ms',
  ours: Number(median(pairs.map((pair) => pair.ours)).toFixed(3)),
  reference: Number(median(pairs.map((pair) => pair.reference)).toFixed(3)),
  ratio: Number(ratio.toFixed(4)),
  limit,
  better: 'lower',
  ok: ratio <= limit,
  runs: rounds,
  characters: text.length,
};
console.log(JSON.stringify(figure));
process.exit(0);
