// The task hooks in the order they run. A new feature is one file and one line here.

import type { DownloadTools } from '../../artifacts/download.ts';
import type { TaskHook } from '../task-hook.ts';
import { artifactsHook } from './artifacts-hook.ts';
import { logsHook } from './logs-hook.ts';
import { taskDirHook } from './task-dir-hook.ts';

/** Fresh hooks for one task: some keep what belongs to it. */
export function taskHooks(tools: { readonly artifacts: DownloadTools }): readonly TaskHook[] {
  return [taskDirHook(), artifactsHook(tools.artifacts), logsHook()];
}
