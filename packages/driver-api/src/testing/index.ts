// For authors of drivers and tests of the agent: the conformance suite and a scripted fake driver.
export type { ConformanceCase } from './case.ts';
export * from './conformance.ts';
export { DRIVER_ERROR_CODES, SkipCase } from './expect.ts';
export { type FakeClock, systemClock } from './fake-clock.ts';
export * from './fake-driver.ts';
export { createFakeHarness } from './fake-harness.ts';
export * from './fake-runtime.ts';
export { FakeTask } from './fake-task.ts';
export * from './harness.ts';
export { makeTaskConfig } from './make-task.ts';
