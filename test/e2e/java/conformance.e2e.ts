// The driver's contract on real Java virtual machines.

import { conformanceCases, runCase } from '@orch/driver-api/testing';
import test from 'ava';
import { createJavaHarness } from './java-harness.ts';

const harness = await createJavaHarness();
test.after.always(() => harness.cleanup());

for (const one of conformanceCases) {
  test.serial(`the java driver conforms: ${one.name}`, async (t) => {
    const result = await runCase(harness, one);
    if (result.status === 'failed') throw result.error;
    if (result.reason !== undefined) t.log(`skipped: ${result.reason}`);
    t.not(result.status, 'failed');
  });
}
