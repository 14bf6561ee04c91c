// A driver whose tasks are state machines: what tests of the agent use instead of an engine.
import type { ConfigSchema } from '../config-schema.ts';
import { API_VERSION, type CallOptions, type Driver, type DriverCapabilities } from '../driver.ts';
import { DriverError } from '../errors.ts';
import type { TaskConfig, TaskHandle } from '../task.ts';
import { sleepOn } from './fake-clock.ts';
import { openFakeExec } from './fake-exec.ts';
import type { FakeRuntime } from './fake-runtime.ts';
import { FAKE_SIGNALS, FakeTask } from './fake-task.ts';

/** Fields of the fake driver's `config` block. */
export const FAKE_CONFIG_SCHEMA: ConfigSchema = {
  fields: {
    run_for_ms: { type: 'number', doc: 'Milliseconds until it exits by itself; absent = until stopped.', min: 0 },
    exit_code: { type: 'number', doc: 'Exit code after `run_for_ms`.', default: 0 },
    print_lines: { type: 'number', doc: 'Lines written to stdout and stderr at the start.', default: 0 },
    stdout: { type: 'string', doc: 'Text written to stdout at the start.' },
    ignore_signals: { type: { kind: 'list', of: 'string' }, doc: 'Signals that do not end it.' },
    signal_exit_codes: { type: { kind: 'map', of: 'number' }, doc: 'Exit code by signal name.' },
    start_delay_ms: { type: 'number', doc: 'Milliseconds the start takes.', default: 0, min: 0 },
    missing: { type: 'bool', doc: 'The start fails as if its program did not exist.', default: false },
  },
};

const DEFAULT_CAPABILITIES: DriverCapabilities = {
  signals: true,
  exec: true,
  update: true,
  isolation: 'none',
  networks: ['namespace', 'host', 'none'],
  mounts: true,
  logs: 'stream',
  groupAddress: '127.0.0.1',
  taskPaths: 'host',
};

export interface FakeDriverOptions {
  /** The name job files use. @default 'fake' */
  readonly name?: string;
  /** Replaces single capabilities; the optional groups follow them. */
  readonly capabilities?: Partial<DriverCapabilities>;
}

/** A driver object on `runtime`. Several objects on one runtime are one machine seen by successive agents. */
export function createFakeDriver(runtime: FakeRuntime, options: FakeDriverOptions = {}): Driver {
  const name = options.name ?? 'fake';
  const capabilities = { ...DEFAULT_CAPABILITIES, ...options.capabilities };
  const closing = new AbortController();
  const known = (taskId: string) => taskOf(runtime, taskId);
  return {
    info: { name, version: '1.0.0', apiVersion: API_VERSION },
    capabilities,
    configSchema: FAKE_CONFIG_SCHEMA,
    fingerprint: ({ signal }) => runtime.fingerprints.read(runtime.fingerprints.length - 1, either(closing, signal)),
    start: (task, { signal }) => start(runtime, name, task, signal),
    recover: (handle) => recover(runtime, name, handle),
    async wait(taskId, { signal }) {
      await runtime.enter('wait', taskId);
      return abortable(known(taskId).ended, signal, `waiting for ${taskId}`);
    },
    stop: (taskId, stopOptions) => stop(runtime, taskId, stopOptions),
    destroy: (taskId, { force }) => destroy(runtime, taskId, force),
    async inspect(taskId) {
      await runtime.enter('inspect', taskId);
      const { exit, pid, startedAtMs } = known(taskId);
      const state = exit === undefined ? 'running' : 'exited';
      return {
        taskId,
        state,
        startedAtMs,
        pid,
        attributes: { runtime: 'fake' },
        ...(exit === undefined ? {} : { exit }),
      };
    },
    stats: (taskId, { intervalMs, signal }) => stats(runtime, taskId, intervalMs, either(closing, signal)),
    events: ({ signal }) => runtime.taskEvents.read(runtime.taskEvents.length, either(closing, signal)),
    ...optionalGroups(runtime, capabilities),
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function optionalGroups(
  runtime: FakeRuntime,
  capabilities: DriverCapabilities,
): Pick<Driver, 'signals' | 'exec' | 'update' | 'logs'> {
  const signals: NonNullable<Driver['signals']> = {
    async send(taskId, signal) {
      await runtime.enter('signal', taskId);
      const task = taskOf(runtime, taskId);
      if (FAKE_SIGNALS[signal] === undefined) throw new DriverError('invalid-config', `there is no signal ${signal}`);
      task.receive(signal);
    },
  };
  const exec: NonNullable<Driver['exec']> = {
    async open(taskId, request, { signal }) {
      await runtime.enter('exec', taskId, signal);
      const task = taskOf(runtime, taskId);
      if (task.exit !== undefined) throw new DriverError('start-failed', `task ${taskId} does not run`);
      return openFakeExec(task, request);
    },
  };
  const update: NonNullable<Driver['update']> = {
    async resources(taskId, resources) {
      await runtime.enter('update', taskId);
      taskOf(runtime, taskId).resources = resources;
    },
  };
  const logs: NonNullable<Driver['logs']> = {
    read: (taskId, { after, signal }) => taskOf(runtime, taskId).output.read(Number(after ?? 0), signal),
  };
  return {
    ...(capabilities.signals ? { signals } : {}),
    ...(capabilities.exec ? { exec } : {}),
    ...(capabilities.update ? { update } : {}),
    ...(capabilities.logs === 'stream' ? { logs } : {}),
  };
}

async function start(runtime: FakeRuntime, name: string, task: TaskConfig, signal: AbortSignal | undefined) {
  await runtime.enter('start', task.id, signal);
  const { config } = task;
  const delayMs = typeof config['start_delay_ms'] === 'number' ? config['start_delay_ms'] : 0;
  if (delayMs > 0) await sleepOn(runtime.clock, delayMs, signal);
  if (signal?.aborted === true) throw new DriverError('canceled', `the start of ${task.id} was aborted`);
  if (config['missing'] === true) throw new DriverError('not-found', `the program of ${task.id} does not exist`);
  const runForMs = config['run_for_ms'];
  if (typeof runForMs === 'number' && runForMs < 0) {
    throw new DriverError('invalid-config', 'run_for_ms is negative', { path: ['run_for_ms'] });
  }
  const existing = runtime.tasks.get(task.id);
  if (existing !== undefined) return { handle: existing.handle };
  const handle: TaskHandle = { driver: name, version: 1, taskId: task.id, state: { pid: runtime.nextPid() } };
  const made = new FakeTask(task, handle, Number(handle.state['pid']), runtime.clock);
  runtime.tasks.set(task.id, made);
  runtime.emit(task.id, 'Started');
  made.begin();
  return { handle };
}

async function recover(runtime: FakeRuntime, name: string, handle: TaskHandle): Promise<void> {
  await runtime.enter('recover', handle.taskId);
  if (handle.driver !== name || handle.version !== 1) {
    throw new DriverError('bad-handle', `driver ${name} cannot read a handle of ${handle.driver} ${handle.version}`);
  }
  if (!runtime.tasks.has(handle.taskId)) throw new DriverError('task-lost', `nothing is left of ${handle.taskId}`);
}

async function stop(
  runtime: FakeRuntime,
  taskId: string,
  options: { readonly timeoutMs: number; readonly killSignal?: string },
): Promise<void> {
  await runtime.enter('stop', taskId);
  const task = taskOf(runtime, taskId);
  if (task.exit !== undefined) return;
  task.receive(options.killSignal ?? task.config.killSignal ?? 'SIGTERM');
  const cancel = runtime.clock.after(options.timeoutMs, () => task.receive('SIGKILL'));
  await task.ended;
  cancel();
}

async function destroy(runtime: FakeRuntime, taskId: string, force: boolean): Promise<void> {
  await runtime.enter('destroy', taskId);
  const task = runtime.tasks.get(taskId);
  if (task === undefined) return;
  if (task.exit === undefined && !force) {
    throw new DriverError('denied', `task ${taskId} runs`, { hint: 'Stop it first, or destroy it with force.' });
  }
  task.receive('SIGKILL');
  runtime.tasks.delete(taskId);
}

async function* stats(runtime: FakeRuntime, taskId: string, intervalMs: number, signal: AbortSignal) {
  await runtime.enter('stats', taskId);
  const task = taskOf(runtime, taskId);
  const ended = new AbortController();
  task.ended.then(() => ended.abort());
  const over = AbortSignal.any([signal, ended.signal]);
  while (!over.aborted) {
    const atMs = runtime.clock.now();
    yield { atMs, cpuTotalNs: (atMs - task.startedAtMs) * 1000, memoryBytes: 1_048_576, pids: 1 };
    await sleepOn(runtime.clock, intervalMs, over);
  }
}

function taskOf(runtime: FakeRuntime, taskId: string): FakeTask {
  const task = runtime.tasks.get(taskId);
  if (task === undefined) throw new DriverError('unknown-task', `there is no task ${taskId}`);
  return task;
}

function either(closing: AbortController, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
}

function abortable<T>(promise: Promise<T>, signal: CallOptions['signal'], what: string): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DriverError('canceled', `${what} was aborted`));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
