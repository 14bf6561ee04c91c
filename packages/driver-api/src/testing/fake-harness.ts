// The conformance harness of the fake driver; also an example of how to write one.
import type { JsonObject } from '../json.ts';
import { createFakeDriver, type FakeDriverOptions } from './fake-driver.ts';
import { FakeRuntime } from './fake-runtime.ts';
import type { ConformanceHarness, ExecKind, TaskKind } from './harness.ts';
import { PRINT_LINES } from './harness.ts';
import { makeTaskConfig } from './make-task.ts';

const CONFIGS: Readonly<Record<TaskKind, JsonObject>> = {
  sleep: {},
  exit0: { run_for_ms: 20 },
  exit3: { run_for_ms: 20, exit_code: 3 },
  print: { run_for_ms: 20, print_lines: PRINT_LINES },
  'ignore-term': { ignore_signals: ['SIGTERM', 'SIGINT'] },
  'exit42-on-usr1': { signal_exit_codes: { SIGUSR1: 42 } },
  tree: {},
  'bad-config': { run_for_ms: -1 },
  missing: { missing: true },
};

const EXEC: Readonly<Record<ExecKind, readonly string[]>> = {
  exit7: ['exit', '7'],
  cat: ['cat'],
  'both-streams': ['both'],
  'is-terminal': ['terminal'],
  sleep: ['sleep'],
  'print-env': ['env', 'ORCH_CONFORMANCE'],
};

export function createFakeHarness(options: FakeDriverOptions = {}): ConformanceHarness {
  const runtime = new FakeRuntime();
  let made = 0;
  return {
    createDriver: () => createFakeDriver(runtime, options),
    makeTask(kind, overrides) {
      made += 1;
      const id = `allocation-${made}/${kind}/0`;
      return Promise.resolve(makeTaskConfig(id, '/nonexistent', { config: CONFIGS[kind], ...overrides }));
    },
    cleanup: () => Promise.resolve(),
    listLeftovers: () => Promise.resolve([...runtime.tasks.keys()]),
    execCommand: (kind) => EXEC[kind],
    stepTimeoutMs: 5000,
  };
}
