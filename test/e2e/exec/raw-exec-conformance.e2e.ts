// raw_exec against the conformance suite of the driver interface.
import { conformanceCases, runCase } from '@orch/driver-api/testing';
import test from 'ava';
import { makeExecHarness } from './exec-harness.ts';

const harness = await makeExecHarness('raw_exec');
test.after.always(() => harness.close());

for (const one of conformanceCases) {
  test.serial(`raw_exec: ${one.name}`, async (t) => {
    const result = await runCase(harness, one);
    if (result.status === 'skipped') t.log(`skipped: ${result.reason}`);
    if (result.status === 'failed') throw result.error;
    t.pass();
  });
}
