// The driver's contract on real virtual machines.

import { conformanceCases, runCase } from '@orch/driver-api/testing';
import test from 'ava';
import { createQemuHarness } from './qemu-harness.ts';

const harness = await createQemuHarness();
test.after.always(() => harness.cleanup());

for (const one of conformanceCases) {
  test.serial(`the qemu driver conforms: ${one.name}`, async (t) => {
    const result = await runCase(harness, one);
    if (result.status === 'failed') throw result.error;
    if (result.reason !== undefined) t.log(`skipped: ${result.reason}`);
    t.not(result.status, 'failed');
  });
}
