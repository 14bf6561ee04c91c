import test from 'ava';
import type { Driver } from '../driver.ts';
import { DriverError } from '../errors.ts';
import {
  conformanceCases,
  createFakeDriver,
  createFakeHarness,
  FakeRuntime,
  runCase,
  runConformance,
} from './index.ts';

const harness = createFakeHarness();

for (const one of conformanceCases) {
  test.serial(`the fake driver conforms: ${one.name}`, async (t) => {
    const result = await runCase(harness, one);
    if (result.status === 'failed') throw result.error;
    if (one.needs === undefined) t.is(result.status, result.reason === undefined ? 'passed' : 'skipped', result.reason);
    else t.true(result.status === 'passed' || result.reason === 'the driver has no such capability', result.reason);
  });
}

/** The names of the cases that fail when one member of the driver is broken. */
async function failuresWith(
  broken: (driver: Driver, runtime: FakeRuntime) => Partial<Driver>,
): Promise<readonly string[]> {
  const inner = createFakeHarness();
  const runtime = new FakeRuntime();
  const breaking = {
    ...inner,
    createDriver: () => {
      const driver = createFakeDriver(runtime);
      return { ...driver, ...broken(driver, runtime) };
    },
    listLeftovers: () => Promise.resolve([...runtime.tasks.keys()]),
    stepTimeoutMs: 3000,
  };
  const only = conformanceCases.map(({ name }) => name).filter((name) => !/long|ignores|patience/.test(name));
  const results = await runConformance(breaking, { only });
  return results.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

test('the suite notices a driver that kills the task when a wait is aborted', async (t) => {
  const failures = await failuresWith((driver) => ({
    wait(taskId, { signal }) {
      signal?.addEventListener('abort', () => driver.destroy(taskId, { force: true }));
      return driver.wait(taskId, signal === undefined ? {} : { signal });
    },
  }));
  t.true(failures.includes('aborting a wait stops the waiting, never the task'));
});

test('the suite notices a driver that starts a task twice', async (t) => {
  let starts = 0;
  const failures = await failuresWith((driver) => ({
    async start(task, options) {
      starts += 1;
      const { handle } = await driver.start(task, options);
      return { handle: { ...handle, state: { starts } } };
    },
  }));
  t.true(failures.includes('start with the id of a running task answers the same handle'));
});

test('the suite notices an error code outside the closed set', async (t) => {
  const failures = await failuresWith(() => ({
    inspect: () => Promise.reject(Object.assign(new DriverError('internal', 'x'), { code: 'nonsense' })),
  }));
  t.true(failures.includes('inspect of an unknown task is refused'));
});

test('the suite notices a destroy that leaves things behind', async (t) => {
  const failures = await failuresWith(() => ({ destroy: () => Promise.resolve() }));
  t.true(failures.includes('destroy of an exited task frees everything'));
});

test('a capability without its group is noticed', async (t) => {
  const failures = await failuresWith((driver) => ({
    capabilities: { ...driver.capabilities, exec: false },
  }));
  t.true(failures.includes('optional groups are present if and only if the capability says so'));
});
