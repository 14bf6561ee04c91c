// Whole trees that tasks have written: removed and copied by programs of their own, so that neither a million files nor a
// path longer than the kernel takes holds the agent up.

import { OrchError } from '../../lib/errors.ts';
import type { CommandRunner } from '../network/command-runner.ts';
import type { ConfinedDirectory } from './confined-directory.ts';

/** Longest a removal may take, milliseconds; what is left then goes with the next try. */
const removeTimeoutMs = 3_600_000;
/** Longest a copy may take, milliseconds. */
const copyTimeoutMs = 600_000;
/** Of what a program says: enough for a person, whatever names a task made up. */
const maxToldBytes = 600;

/**
 * Removes `name` with all below it, by the native launcher: by handles, along no link, into no mount, so that neither depth
 * nor a swap leads it astray. Without one by `rm`, which is as careful where it is GNU's. A name that is not there is
 * success.
 * @throws OrchError `not-removed`
 */
export async function removeTree(parent: ConfinedDirectory, name: string, runner: CommandRunner): Promise<void> {
  if (await isAbsent(parent, name)) return;
  const argv =
    runner.launcher === undefined
      ? ['rm', '-rf', '--one-file-system', '--', `${parent.pathForPrograms}/${name}`]
      : [runner.launcher, 'remove', parent.pathForPrograms, name];
  const told = await runTold(runner, argv, removeTimeoutMs);
  if (await isAbsent(parent, name)) return;
  const place = await parent.realPath();
  const reason = told.text.replaceAll(parent.pathForPrograms, place);
  throw new OrchError('not-removed', `${place}/${name} could not be removed: ${reason}`, {
    hint: 'a file may be immutable (see lsattr, chattr -i) or something mounted inside; it is tried again at the next collection',
  });
}

/**
 * Copies what is in `from` to a new directory `name` in `stage`, a directory that only root can enter: owners, modes,
 * times and links as they are, no link followed. What is no file, directory or link is left out; files lose their
 * setuid, setgid and sticky bits, and extended attributes are not copied, because they can hold capabilities.
 *
 * The native launcher does it: `cp` goes by paths, and a task that has ended may have handed a directory of its own to
 * one that lives, which exchanges names in it meanwhile.
 * @throws OrchError `not-copied`
 */
export async function copyTree(
  from: ConfinedDirectory,
  stage: ConfinedDirectory,
  name: string,
  runner: CommandRunner,
): Promise<void> {
  const fail = async (reason: string, hint: string) => {
    throw new OrchError('not-copied', `${await from.realPath()} could not be copied: ${reason}`, { hint });
  };
  if (runner.launcher === undefined)
    return fail('this node has no native launcher', 'build it: it needs a C compiler, or run the job without sticky');
  const target = `${stage.pathForPrograms}/${name}`;
  const copied = await runTold(runner, [runner.launcher, 'copy', from.pathForPrograms, target], copyTimeoutMs);
  if (copied.exitCode !== 0)
    await fail(copied.text, 'free disk space, or take away directories deeper than a path can name');
}

async function isAbsent(parent: ConfinedDirectory, name: string): Promise<boolean> {
  return parent.lstat(name).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return true;
      throw error;
    },
  );
}

/** Runs it and keeps the end of what it says: names that tasks made up can be many and long. */
async function runTold(
  runner: CommandRunner,
  argv: readonly string[],
  timeoutMs: number,
): Promise<{ readonly exitCode: number; readonly text: string }> {
  const script = `("$@"; echo "$?") 2>&1 | tail -c ${maxToldBytes}`;
  const result = await runner.run({ argv: ['sh', '-c', script, 'sh', ...argv], timeoutMs });
  const lines = result.stdout.trimEnd().split('\n');
  const code = lines.pop() ?? '';
  if (result.exitCode !== 0 || !/^\d+$/.test(code)) return { exitCode: 127, text: result.stderr.trim() };
  return { exitCode: Number(code), text: lines.join('; ') };
}
