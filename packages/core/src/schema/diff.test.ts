// Our differences of recorded pairs of jobs against what a Nomad server answered.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { knownDifferences } from '../../../../test/facts/diff/known.ts';
import { compareLines, diffLines, type Part } from '../../../../test/facts/diff/lines.ts';
import { newJob, pairs } from '../../../../test/facts/diff/pairs.ts';
import { parseJob } from '../jobspec/index.ts';
import type { Job } from '../model/job.ts';
import { diffJobs } from './diff.ts';

interface Fact {
  readonly name: string;
  readonly diff: Part;
}

const text = readFileSync(new URL('../../../../test/facts/diff/peer.jsonl', import.meta.url), 'utf8');
const facts = new Map(
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fact)
    .map((fact) => [fact.name, fact.diff]),
);

function jobOf(source: string): Job {
  const { job, diagnostics } = parseJob(source, { fileName: 'pair.hcl', allowNotYetRunnable: true });
  if (job === undefined) throw new Error(diagnostics.map(({ detail }) => detail).join('\n'));
  return job;
}

const used = new Set<string>();

function unexplained(lines: readonly string[], side: 'ours' | 'peer'): readonly string[] {
  return lines.filter((line) => {
    const known = knownDifferences.find((difference) => difference[side]?.test(line) === true);
    if (known !== undefined) used.add(known.name);
    return known === undefined;
  });
}

for (const { name, before, after } of [...pairs, newJob]) {
  test.serial(`difference as the peer's: ${name}`, (t) => {
    const peer = facts.get(name);
    if (peer === undefined) throw new Error('not recorded');
    const ours = diffJobs(name === newJob.name ? undefined : jobOf(before), jobOf(after));
    const { onlyOurs, onlyPeer, inBoth } = compareLines(diffLines(ours), diffLines(peer));
    t.deepEqual({ ours: unexplained(onlyOurs, 'ours'), peer: unexplained(onlyPeer, 'peer') }, { ours: [], peer: [] });
    t.deepEqual(inBoth[0], inBoth[1], 'the order');
    if (onlyOurs.length === 0) t.is(ours.Type, peer.Type as typeof ours.Type);
  });
}

test.serial('every known difference is still one', (t) => {
  t.deepEqual(
    knownDifferences.map(({ name }) => name).filter((name) => !used.has(name)),
    [],
  );
});

test('every known difference is in the document that says why', (t) => {
  const document = readFileSync(new URL('../../../../docs/differences/diff.md', import.meta.url), 'utf8');
  t.deepEqual(
    knownDifferences.map(({ name }) => name).filter((name) => !document.includes(name)),
    [],
  );
});

test('a job that is gone has everything deleted', (t) => {
  const diff = diffJobs(jobOf(newJob.after), undefined);
  t.is(diff.Type, 'Deleted');
  t.deepEqual(
    diff.Fields.filter((field) => field.New !== ''),
    [],
  );
  t.deepEqual(
    diff.TaskGroups.map((group) => [group.Type, group.Tasks.map((task) => task.Type)]),
    [['Deleted', ['Deleted']]],
  );
});
