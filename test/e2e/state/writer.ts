// A process that writes entries through the store as fast as it can and says on standard output which were acknowledged.

import type { Clock } from '@orch/core/lib/clock';
import { silentLogger } from '@orch/core/lib/logger';
import type { Evaluation } from '@orch/core/model/evaluation';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import { openStore } from '@orch/server/store/open-store';

const [dir = '', life = ''] = process.argv.slice(2);
const clock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

function evaluation(id: string): Evaluation {
  return {
    id,
    namespace: 'default',
    jobId: `job-of-${id}`,
    jobModifyIndex: 0,
    type: 'service',
    priority: 50,
    triggeredBy: 'job-register',
    status: 'complete',
    statusDescription: '',
    failedTaskGroups: {},
    queuedAllocations: {},
    classEligibility: {},
    escapedComputedClass: false,
    snapshotIndex: 0,
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: 0,
    modifiedAtMs: 0,
  };
}

const journal = await openEmbeddedJournal({ dir, log: silentLogger });
const store = await openStore({ journal, clock, log: silentLogger, snapshotEveryEntries: 500, hashEveryEntries: 100 });
let next = 0;

async function write(): Promise<void> {
  for (;;) {
    const id = `${life}-${next}`;
    next += 1;
    const { index } = await store.submit({ kind: 'evaluation-upsert', evaluations: [evaluation(id)] });
    // Synchronous for pipes: what is acknowledged here has reached the parent also when this process is killed next.
    process.stdout.write(`${index} ${id}\n`);
  }
}

process.stdout.write('open\n');
await Promise.all(Array.from({ length: 32 }, write));
