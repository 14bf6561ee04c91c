// The interface of an allocation hook: one feature that takes part in an allocation's life. A new feature is a new file in hooks/.

import type { Logger } from '../../lib/logger.ts';
import type { DirectoryTools } from '../alloc-dir/build.ts';
import type { AllocLayout } from '../alloc-dir/layout.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';

export interface AllocHook {
  readonly name: string;
  /** In the hooks' order, before any task. Also after a restart of the agent: what stands already is left as it is. */
  setUp?(context: AllocHookContext): Promise<void>;
  /** In reverse order, after the last task. May be called without or after an incomplete set-up, and again. */
  tearDown?(context: AllocHookContext): Promise<void>;
}

export interface AllocHookContext {
  readonly facts: AllocFacts;
  readonly layout: AllocLayout;
  readonly tools: DirectoryTools;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
