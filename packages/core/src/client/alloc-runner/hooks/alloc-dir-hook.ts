// Makes the allocation's shared directories, and takes its in-memory file systems away at the end.

import { OrchError } from '../../../lib/errors.ts';
import { buildAllocDir, unmountSecrets } from '../../alloc-dir/build.ts';
import { buildLogDirs } from '../../logs/log-places.ts';
import type { AllocHook } from '../alloc-hook.ts';

export function allocDirHook(): AllocHook {
  return {
    name: 'alloc-dir',
    async setUp({ layout, facts }) {
      try {
        await buildAllocDir(layout);
        await buildLogDirs(
          layout,
          facts.group.tasks.map((task) => task.name),
        );
      } catch (error) {
        const full = (error as { code?: unknown }).code === 'ENOSPC';
        throw new OrchError('alloc-dir-failed', `the allocation's directory ${layout.root} could not be made`, {
          cause: error,
          ...(full ? { hint: 'free disk space under the data directory of the node' } : {}),
        });
      }
    },
    async tearDown({ layout, facts, tools }) {
      await unmountSecrets(
        layout,
        facts.group.tasks.map(({ name }) => name),
        tools,
      );
    },
  };
}
