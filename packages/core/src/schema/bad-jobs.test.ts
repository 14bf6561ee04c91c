// Jobs that break one rule each (test/facts/schema/bad-jobs.ts): refused, at the place of the rule, and by a Nomad server
// as well, but for what is named here.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { badJobs } from '../../../../test/facts/schema/bad-jobs.ts';
import { parseJob } from '../jobspec/parse-job.ts';

/** Where the peer refuses the job: `parse`, `validate`, or `not`. */
const facts = JSON.parse(
  readFileSync(new URL('../../../../test/facts/schema/bad-jobs.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

/** What we refuse and they do not: docs/differences/schema.md has the reasons. */
const refusedByUsOnly = [
  ...['job: priority 0', 'volume: unknown type', 'identity: two default ones', 'ours: tab in the id'],
  ...['ours: leader with a lifecycle', 'ours: poststop sidecar'],
  ...['ours: blank in the name of a port', 'ours: ports without a network', 'ours: host name of the host network'],
  ...['ours: unknown network mode', 'ours: slash in the name of a group', 'ours: kill_signal that is no name'],
];

for (const { name, path, hcl } of badJobs) {
  test(`refused: ${name}`, (t) => {
    const { job, diagnostics } = parseJob(hcl, { fileName: 'bad.nomad.hcl', allowNotYetRunnable: true });
    t.is(job, undefined);
    const problem = diagnostics.find((diagnostic) => diagnostic.path === path);
    t.not(problem?.range, undefined, diagnostics.map((item) => `${item.path}: ${item.detail}`).join('\n'));
    const others = diagnostics.filter((diagnostic) => diagnostic !== problem);
    t.deepEqual(
      others.map((diagnostic) => `${diagnostic.path}: ${diagnostic.detail}`),
      [],
      'one mistake, one message',
    );
    t.is(facts[name] === 'not', refusedByUsOnly.includes(name), `the peer refuses it at: ${facts[name]}`);
  });
}

test('every recorded answer belongs to a job', (t) => {
  t.deepEqual(Object.keys(facts).toSorted(), badJobs.map(({ name }) => name).toSorted());
});
