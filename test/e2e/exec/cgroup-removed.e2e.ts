// Killing a group that somebody else removes at that moment, as the launcher does after a failed start.

import { randomBytes } from 'node:crypto';
import { rmdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { killCgroups, readCgroupLayout } from '../../../packages/executor/src/cgroup/cgroup-host.ts';
import { hierarchies } from '../../../packages/executor/src/cgroup/cgroup-layout.ts';

const flicker = `
const { mkdirSync, rmdirSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
for (;;) {
  mkdirSync(workerData);
  rmdirSync(workerData);
}`;

test('a group that is removed while it is killed is no error', async (t) => {
  for (const mount of hierarchies(readCgroupLayout())) {
    const group = `${mount}/orch-test-${randomBytes(4).toString('hex')}`;
    const worker = new Worker(flicker, { eval: true, workerData: group });
    await new Promise((resolve) => worker.once('online', resolve));
    const end = Date.now() + 300;
    try {
      t.notThrows(() => {
        while (Date.now() < end) killCgroups([group]);
      }, mount);
    } finally {
      await worker.terminate();
      try {
        rmdirSync(group);
      } catch {} // it ended without one
    }
  }
});
