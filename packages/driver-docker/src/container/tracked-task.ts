// What the driver knows of one container, and its handle.
import { DriverError, type ExitResult, type TaskHandle } from '@orch/driver-api';
import type { ContainerInspectInfo } from 'dockerode';
import { LABEL_IMAGE, LABEL_TASK_ID } from './labels.ts';

export const HANDLE_VERSION = 1;

/** Kept in the handle. Everything can be read from the container again, so that a second start answers the same handle. */
export interface ContainerFacts {
  readonly taskId: string;
  readonly containerId: string;
  readonly image: string;
  readonly tty: boolean;
  /** The task's own kill signal, else the image's. */
  readonly stopSignal: string;
}

export interface TrackedTask extends ContainerFacts {
  /** Set once the end is known. */
  exit: ExitResult | undefined;
  /** The code the engine named when it said that the container died; the container may be gone before it is looked at. */
  diedWith: number | undefined;
  /** The engine said that it ran out of memory. */
  oomSeen: boolean;
  /** This driver killed it hard. */
  killed: boolean;
  readonly ended: Promise<ExitResult>;
  readonly settle: (exit: ExitResult) => void;
}

export function track(facts: ContainerFacts): TrackedTask {
  const { promise, resolve } = Promise.withResolvers<ExitResult>();
  const task: TrackedTask = {
    ...facts,
    exit: undefined,
    diedWith: undefined,
    oomSeen: false,
    killed: false,
    ended: promise,
    settle(exit) {
      task.exit ??= exit;
      resolve(task.exit);
    },
  };
  return task;
}

export function handleOf(facts: ContainerFacts): TaskHandle {
  const { taskId, containerId, image, tty, stopSignal } = facts;
  return { driver: 'docker', version: HANDLE_VERSION, taskId, state: { containerId, image, tty, stopSignal } };
}

/** @throws DriverError `bad-handle` */
export function factsOfHandle(handle: TaskHandle): ContainerFacts {
  const { containerId, image, tty, stopSignal } = handle.state;
  if (
    handle.driver !== 'docker' ||
    handle.version !== HANDLE_VERSION ||
    typeof containerId !== 'string' ||
    typeof image !== 'string' ||
    typeof tty !== 'boolean' ||
    typeof stopSignal !== 'string'
  ) {
    throw new DriverError('bad-handle', `the docker driver cannot read a handle of ${handle.driver} ${handle.version}`);
  }
  return { taskId: handle.taskId, containerId, image, tty, stopSignal };
}

export function factsOfContainer(info: ContainerInspectInfo): ContainerFacts {
  return {
    taskId: info.Config.Labels[LABEL_TASK_ID] ?? '',
    containerId: info.Id,
    image: info.Config.Labels[LABEL_IMAGE] ?? info.Config.Image,
    tty: info.Config.Tty,
    stopSignal: (info.Config as { StopSignal?: string }).StopSignal ?? 'SIGTERM',
  };
}

/** How a container ended, or `undefined` while it runs or has not been started. */
export function exitOf(info: ContainerInspectInfo): ExitResult | undefined {
  const { State: state } = info;
  if (state.Running || state.Restarting || state.Status === 'created') return undefined;
  const finishedAtMs = Date.parse(state.FinishedAt);
  return {
    exitCode: state.ExitCode,
    ...(state.OOMKilled ? { oomKilled: true } : {}),
    ...(state.Error === '' ? {} : { error: state.Error }),
    ...(finishedAtMs > 0 ? { finishedAtMs } : {}),
  };
}
