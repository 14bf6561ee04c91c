// The driver's contract on a real engine.
import { conformanceCases, runCase } from '@orch/driver-api/testing';
import test from 'ava';
import { createDockerHarness } from './docker-harness.ts';

const harness = await createDockerHarness();
test.after.always(() => harness.cleanup());

for (const one of conformanceCases) {
  test.serial(`the docker driver conforms: ${one.name}`, async (t) => {
    const result = await runCase(harness, one);
    if (result.status === 'failed') throw result.error;
    if (result.reason !== undefined) t.log(`skipped: ${result.reason}`);
    t.not(result.status, 'failed');
  });
}
