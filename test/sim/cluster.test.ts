// Whole clusters under seeds. SIM_SEED=n repeats one seed, SIM_SEEDS=k runs k of them.

import test from 'ava';
import { type Outcome, runCluster } from './cluster.ts';

const first = Number(process.env['SIM_SEED'] ?? 1);
const count = Number(process.env['SIM_SEEDS'] ?? (process.env['SIM_SEED'] === undefined ? 4 : 1));

/** All that is needed to see what happened and to see it again. */
function report({ seed, problems, tail }: Outcome): string {
  return [
    `seed ${seed}: ${problems.length} problems; the last events, then the problems; again with SIM_SEED=${seed}`,
    ...tail,
    ...problems.map((problem) => `  ${problem}`),
  ].join('\n');
}

for (let seed = first; seed < first + count; seed += 1) {
  test.serial(
    `seed ${seed}: through faults nothing is over-committed, doubled or lost, and all counts are reached at rest`,
    async (t) => {
      const outcome = await runCluster(seed);
      if (outcome.problems.length > 0) t.log(report(outcome));
      t.deepEqual(outcome.problems, [], `repeat it with SIM_SEED=${seed}`);
      t.true(outcome.entries > 100 && outcome.servers > 1, `little happened: ${outcome.entries} entries`);
    },
  );
}

test.serial('the same seed gives the same trace, another seed another', async (t) => {
  const [one, again, other] = [
    await runCluster(first, { rounds: 1 }),
    await runCluster(first, { rounds: 1 }),
    await runCluster(first + 1, { rounds: 1 }),
  ];
  t.is(one.hash, again.hash);
  t.deepEqual(one.tail, again.tail);
  t.not(one.hash, other.hash);
});
