// Restart, reschedule, update, migrate, disconnect: how a group reacts to failure and change.

export interface RestartPolicy {
  readonly attempts: number;
  readonly intervalMs: number;
  readonly delayMs: number;
  /** What happens when attempts within the interval are used up. */
  readonly mode: 'fail' | 'delay';
  readonly renderTemplates: boolean;
}

export interface ReschedulePolicy {
  readonly attempts: number;
  readonly intervalMs: number;
  readonly delayMs: number;
  readonly delayFunction: 'constant' | 'exponential' | 'fibonacci';
  readonly maxDelayMs: number;
  readonly unlimited: boolean;
}

export interface UpdateStrategy {
  readonly maxParallel: number;
  readonly canary: number;
  readonly healthCheck: 'checks' | 'task_states' | 'manual';
  readonly minHealthyTimeMs: number;
  readonly healthyDeadlineMs: number;
  readonly progressDeadlineMs: number;
  readonly autoRevert: boolean;
  readonly autoPromote: boolean;
  readonly staggerMs: number;
}

export interface MigrateStrategy {
  readonly maxParallel: number;
  readonly healthCheck: 'checks' | 'task_states';
  readonly minHealthyTimeMs: number;
  readonly healthyDeadlineMs: number;
}

export interface DisconnectStrategy {
  readonly lostAfterMs: number;
  readonly stopOnClientAfterMs?: number;
  readonly replace: boolean;
  readonly reconcile: 'best_score' | 'keep_original' | 'keep_replacement' | 'longest_running';
}
