// Hands the data of an allocation's predecessor on this node to it (`ephemeral_disk { sticky = true }`).

import { access, lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchError } from '../../../lib/errors.ts';
import { allocLayout } from '../../alloc-dir/layout.ts';
import type { CommandRunner } from '../../network/command-runner.ts';
import type { AllocHook } from '../alloc-hook.ts';

const copyTimeoutMs = 600_000;

/**
 * Copies `alloc/data` and each task's `local`, once; the predecessor has ended. Data of a predecessor on another node is
 * not fetched.
 */
export function previousDiskHook(dataDir: string): AllocHook {
  return {
    name: 'previous-disk',
    async setUp({ facts, layout, log, tools }) {
      const { allocation, group } = facts;
      const previousId = allocation.previousAllocation;
      if (!group.ephemeralDisk.sticky || previousId === undefined) return;
      const marker = join(layout.privateRoot, 'previous-disk-taken');
      if (await exists(marker)) return;
      const previous = allocLayout(dataDir, previousId);
      if (!(await isDirectory(previous.root))) {
        log.info('the data of the previous allocation is not on this node', { previous: previousId });
        return;
      }
      await copyTree(previous.data, layout.data, tools.runner);
      for (const { name } of group.tasks) {
        // The task's own directory is made by its hook; `cp` needs only the place to put `local`.
        await tools.runner.run({ argv: ['mkdir', '-p', layout.task(name).task] });
        await copyTree(previous.task(name).local, layout.task(name).local, tools.runner);
      }
      await writeFile(marker, '');
    },
  };
}

/** With owners, modes and links as they are: nothing is read through a link. */
async function copyTree(from: string, to: string, runner: CommandRunner): Promise<void> {
  if (!(await isDirectory(from))) return;
  await rm(to, { recursive: true, force: true });
  const result = await runner.run({ argv: ['cp', '-a', '--no-target-directory', from, to], timeoutMs: copyTimeoutMs });
  if (result.exitCode !== 0) {
    throw new OrchError(
      'previous-disk-failed',
      `the data of the previous allocation could not be copied: ${result.stderr.trim()}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
