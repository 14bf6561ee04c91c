// The interface of a task hook: one feature that takes part in a task's life. A new feature is a new file in hooks/.

import type { Driver } from '@orch/driver-api';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { Task } from '../../model/task.ts';
import type { RunningTask } from './task-config.ts';
import type { TaskContext } from './task-context.ts';
import type { TaskEnvironment } from './task-environment.ts';
import type { StartFailure } from './transition.ts';

export interface TaskHook {
  readonly name: string;
  /** Runs before the first attempt only, also across restarts of the agent. @default false */
  readonly once?: boolean;
  /** Before each attempt, hooks in their order. A failure ends the attempt. */
  prepare?(preparation: TaskPreparation): Promise<void>;
  /** The attempt runs: started just now, or found again after the agent's restart. */
  attached?(attachment: TaskAttachment): Promise<void>;
  /** The attempt has ended and its driver resources are about to be freed. */
  ended?(taskId: string): Promise<void>;
  /** The agent stops, the task does not. */
  detach?(): Promise<void>;
}

export interface TaskPreparation {
  readonly context: TaskContext;
  readonly task: Task;
  readonly driver: Driver;
  readonly environment: TaskEnvironment;
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** Tells people about progress. */
  note(eventType: string, message: string): void;
}

export interface TaskAttachment {
  readonly context: TaskContext;
  readonly driver: Driver;
  readonly task: RunningTask;
  readonly attempt: number;
}

export interface HookFailureOptions {
  readonly eventType?: string;
  /** Whether a later try can help; the restart policy reads it. */
  readonly recoverable: boolean;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The error a hook throws when it knows more than "it failed". */
export function hookFailure(code: string, message: string, options: HookFailureOptions): OrchError {
  return new OrchError(code, message, {
    details: { eventType: options.eventType ?? 'Setup Failure', recoverable: options.recoverable },
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });
}

/** What the transition is told of an error in a hook or in `driver.start`. */
export function startFailureOf(error: unknown, eventType: string): StartFailure {
  const details = error instanceof OrchError ? error.details : {};
  const recoverable = details['recoverable'] ?? (error as { recoverable?: unknown } | null)?.recoverable;
  const named = details['eventType'];
  return {
    eventType: typeof named === 'string' ? named : eventType,
    message: describeError(error),
    recoverable: recoverable === true,
  };
}
