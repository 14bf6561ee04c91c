// Hands the data of an allocation's predecessor on this node to it (`ephemeral_disk { sticky = true }`).

import { basename, dirname, join } from 'node:path';
import { describeError, OrchError } from '../../../lib/errors.ts';
import type { DirectoryTools } from '../../alloc-dir/build.ts';
import { type AllocLayout, allocLayout } from '../../alloc-dir/layout.ts';
import { ConfinedDirectory } from '../../files/confined-directory.ts';
import { copyTree, removeTree } from '../../files/confined-tree.ts';
import { hasPrivateFile, writeMarker } from '../../files/private-files.ts';
import type { AllocHook } from '../alloc-hook.ts';

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
      if (await hasPrivateFile(marker)) return;
      const previous = await enterIfThere(allocLayout(dataDir, previousId).root);
      if (previous === undefined) {
        log.info('the data of the previous allocation is not on this node', { previous: previousId });
        return;
      }
      try {
        await takeOver(
          previous,
          layout,
          group.tasks.map(({ name }) => name),
          tools,
        );
      } catch (error) {
        throw new OrchError(
          'previous-disk-failed',
          `the data of the previous allocation could not be copied: ${describeError(error)}`,
          { cause: error },
        );
      } finally {
        await previous.close();
      }
      await writeMarker(marker);
    },
  };
}

/** Name of the directory that only root enters, in which a copy is made whole before a task could see it. */
const stageName = '.previous-disk';

/** Done again from the beginning when it was broken off: no task of this allocation has run before it is complete. */
async function takeOver(
  previous: ConfinedDirectory,
  layout: AllocLayout,
  tasks: readonly string[],
  { runner }: DirectoryTools,
): Promise<void> {
  const allocations = await ConfinedDirectory.open(dirname(layout.root));
  const open: ConfinedDirectory[] = [allocations];
  const held = async (directory: Promise<ConfinedDirectory>) => {
    const entered = await directory;
    open.push(entered);
    return entered;
  };
  try {
    const root = await held(allocations.enter(basename(layout.root)));
    await removeTree(root, stageName, runner);
    const stage = await held(root.make(stageName, { mode: 0o700 }));
    const shared = await held(root.enter(basename(layout.shared)));
    const places = [{ from: basename(layout.shared), name: basename(layout.data), into: shared }];
    for (const task of tasks) {
      const { task: own, local } = layout.task(task);
      // The task's own directory gets its mode from its hook.
      const into = await held(root.make(basename(own), { mode: 0o700 }));
      places.push({ from: basename(own), name: basename(local), into });
    }
    for (const { from, name, into } of places) {
      const source = await enterBelow(previous, [from, name]);
      if (source === undefined) continue;
      try {
        await copyTree(source, stage, name, runner);
      } finally {
        await source.close();
      }
      await removeTree(into, name, runner);
      await stage.rename(name, into, name);
    }
    await removeTree(root, stageName, runner);
  } finally {
    for (const directory of open.reverse()) await directory.close();
  }
}

/** Undefined when it is not there, or a task has put something else in its place. */
async function enterBelow(
  directory: ConfinedDirectory,
  names: readonly string[],
): Promise<ConfinedDirectory | undefined> {
  let at: ConfinedDirectory | undefined;
  for (const name of names) {
    const next = await (at ?? directory).enter(name).catch(unlessNoDirectory);
    await at?.close();
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

/** @param path whose parents only root can change */
async function enterIfThere(path: string): Promise<ConfinedDirectory | undefined> {
  return ConfinedDirectory.open(path).catch(unlessNoDirectory);
}

function unlessNoDirectory(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (code !== 'ENOENT' && code !== 'not-a-directory') throw error;
}
