// Figure `jobspec-growth`: what a byte of a job file of 1 MB costs ÷ what a byte of one of 10 kB costs, from text to
// validated job; processor time.

import { parseJob } from '@orch/core/jobspec';
import { benchJobFile } from './jobspec/bench-job.ts';
import { median, processorTime } from './jobspec/processor-time.ts';
import type { Figure } from './main.ts';

const limit = 1.3;
const rounds = 9;
const small = benchJobFile(9_500);
const large = benchJobFile(1_000_000);

const read = (text: string) => () => {
  const { job, diagnostics } = parseJob(text, { fileName: 'bench.nomad.hcl' });
  if (job === undefined) throw new Error(diagnostics[0]?.detail);
};

// Warm: code is compiled for good only after some thousand calls.
await processorTime(4_000, read(small));
await processorTime(8, read(large));
const pairs: { small: number; large: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const ofSmall = await processorTime(100, read(small));
  const ofLarge = await processorTime(1, read(large));
  pairs.push({ small: (ofSmall * 1e6) / small.length, large: (ofLarge * 1e6) / large.length });
}
const ratio = median(pairs.map((pair) => pair.large / pair.small));
const figure: Figure = {
  name: 'jobspec-growth',
  unit: 'ns/byte',
  ours: Math.round(median(pairs.map((pair) => pair.large))),
  reference: Math.round(median(pairs.map((pair) => pair.small))),
  ratio: Number(ratio.toFixed(3)),
  limit,
  better: 'lower',
  ok: ratio <= limit,
  runs: rounds,
};
console.log(JSON.stringify(figure));
