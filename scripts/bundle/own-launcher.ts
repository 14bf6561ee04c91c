// The native launcher that was built in this checkout: preferred to what is shipped, and of no use once its sources changed.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether one was built here, and then whether no source is younger. */
export function ownLauncher(native: string): 'none' | 'fresh' | 'stale' {
  const built = statSync(join(native, 'orch-launch'), { throwIfNoEntry: false });
  if (built === undefined) return 'none';
  const sources = readdirSync(native).filter((name) => /\.[chS]$|^build\.sh$/.test(name));
  return sources.some((name) => statSync(join(native, name)).mtimeMs > built.mtimeMs) ? 'stale' : 'fresh';
}

/**
 * The program to put into the bundle, built again where it is stale; undefined = what is shipped.
 * @throws Error where it is stale, cannot be built, and none is shipped for `architecture`
 */
export function freshLauncher(native: string, architecture: string, warn: (line: string) => void): string | undefined {
  const state = ownLauncher(native);
  if (state === 'none') return undefined;
  if (state === 'stale') {
    try {
      execFileSync('sh', [join(native, 'build.sh')], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
    } catch (error) {
      const why = String((error as { stderr?: unknown }).stderr ?? error).trim();
      const told = `the launcher in ${native} is older than its sources, and could not be built again: ${why}`;
      if (!existsSync(join(native, `built/linux-${architecture}/orch-launch`))) throw new Error(told);
      warn(`${told}\nthe one that is shipped is taken instead`);
      return undefined;
    }
  }
  return join(native, 'orch-launch');
}
