// A whole Driver on top of an executor, shared by the drivers whose tasks are host processes.
import type {
  CallOptions,
  ConfigSchema,
  Driver,
  DriverCapabilities,
  DriverInfo,
  Fingerprint,
  JsonObject,
  TaskConfig,
} from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import type { Executor, LaunchHandle, LaunchSpec } from '../types.ts';
import { toDriverError } from './driver-errors.ts';
import { createEventFeed } from './event-feed.ts';
import { HostTasks } from './host-tasks.ts';

/** What differs between host process drivers. Everything may reject with `DriverError` or `ExecutorError`. */
export interface HostDriverOptions {
  readonly info: DriverInfo;
  /** `update` is always false, `logs` always `files`, and the launcher shows them. */
  readonly capabilities: Omit<DriverCapabilities, 'update' | 'logs' | 'showsLogs'>;
  readonly configSchema: ConfigSchema;
  readonly executor: Executor;
  /** Sent by `stop` when neither the caller nor the task names a signal. */
  readonly defaultKillSignal: string;
  fingerprint(options: CallOptions): AsyncIterable<Fingerprint>;
  /**
   * Turns a task into what is to be started; checks its `config`. Called once per start. Whatever it makes outside the
   * task's directories it must undo itself when it rejects, by `undo` when the launch fails, by `destroy` afterwards.
   */
  plan(task: TaskConfig, context: PlanContext): Promise<HostPlan> | HostPlan;
  /** `plan` takes away what a running task of the same id needs: one that nobody knew of is ended before, not taken up. */
  readonly plansAnew?: boolean;
  /**
   * Asks the task to end in a way of its own (a VM's power button) before the kill signal is sent. Resolves when it has
   * asked, or `within` ran out; the task gets the rest of the time before it is killed.
   */
  askToStop?(task: HostTask, options: { readonly timeoutMs: number; readonly killSignal: string }): Promise<void>;
  /** Frees what `plan` made, after the processes and their launch are gone. Must succeed when called again. */
  destroy?(task: HostTask): Promise<void>;
  /** Short facts for `inspect`. */
  inspect?(task: HostTask): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** Called by `close`; tasks keep running. The executor is not closed: it belongs to whoever made it. */
  close?(): Promise<void>;
}

export interface PlanContext extends CallOptions {
  /** Publishes a message for people about this task. */
  tell(message: string, details?: Readonly<Record<string, string>>): void;
}

export interface HostPlan {
  readonly launch: Omit<LaunchSpec, 'id' | 'stateDir'>;
  /** Kept in the handle and given back to every hook, also after the agent's restart. No secrets. */
  readonly state?: JsonObject;
  undo?(): Promise<void>;
}

/** A task the driver knows. */
export interface HostTask {
  readonly id: string;
  readonly launch: LaunchHandle;
  readonly state: JsonObject;
  /** The kill signal the task named. */
  readonly killSignal: string | undefined;
}

export function hostDriver(options: HostDriverOptions): Driver {
  const { executor, info } = options;
  const feed = createEventFeed();
  const tasks = new HostTasks(options, feed);
  const known = (taskId: string) => tasks.get(taskId);
  return {
    info,
    capabilities: { ...options.capabilities, update: false, logs: 'files', showsLogs: true },
    configSchema: options.configSchema,
    fingerprint: (call) => options.fingerprint(call),
    start: (task, call) => tasks.start(task, call.signal),
    recover: (handle) => tasks.recover(handle),
    wait: (taskId, call) => guarded(`wait for ${taskId}`, () => executor.wait(known(taskId).id, call)),
    stop: (taskId, stop) => guarded(`stop ${taskId}`, () => tasks.stop(known(taskId), stop)),
    destroy: (taskId, { force }) => guarded(`destroy ${taskId}`, () => tasks.destroy(taskId, force)),
    inspect: (taskId) => guarded(`inspect ${taskId}`, () => tasks.inspect(known(taskId))),
    stats: (taskId, call) => tasks.stats(known(taskId), call),
    events: ({ signal }) => feed.listen(signal),
    ...(options.capabilities.signals
      ? {
          signals: {
            send: (taskId: string, signal: string) =>
              guarded(`signal ${taskId}`, () => executor.signal(known(taskId).id, signal, 'main')),
          },
        }
      : {}),
    ...(options.capabilities.exec
      ? {
          exec: {
            open: (taskId, request, { signal }) =>
              guarded(`exec in ${taskId}`, async () => {
                if (signal?.aborted) throw new DriverError('canceled', 'the exec was canceled');
                const session = await executor.exec(known(taskId).id, request);
                signal?.addEventListener('abort', () => void session.close(), { once: true });
                return session;
              }),
          },
        }
      : {}),
    close: async () => {
      feed.close();
      await options.close?.();
    },
  };
}

async function guarded<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toDriverError(error, `could not ${what}`);
  }
}
