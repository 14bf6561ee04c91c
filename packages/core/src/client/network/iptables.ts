// iptables' tables as text, through the save and restore programs.
import { OrchError } from '../../lib/errors.ts';
import { type CommandRunner, runTool, tryTool } from './command-runner.ts';

export type IptablesTable = 'filter' | 'nat';

/** As `iptables-save` prints it; undefined where iptables is not installed: then no one, Docker neither, uses it. */
export function savedTable(runner: CommandRunner, table: IptablesTable): Promise<string | undefined> {
  return unlessMissing(() => runTool(runner, ['iptables-save', '-t', table]));
}

const restoreArgv = ['iptables-restore', '--noflush', '--wait', '10'];

/** One transaction, kept or dropped as a whole. */
export async function changeTable(runner: CommandRunner, plan: string): Promise<void> {
  await runTool(runner, restoreArgv, plan);
}

/** As `changeTable`; what iptables said when the change was not possible. */
export async function tryChangeTable(runner: CommandRunner, plan: string): Promise<string | undefined> {
  const result = await tryTool(runner, restoreArgv, plan);
  return result.exitCode === 0 ? undefined : result.stderr;
}

/** Undefined when the program it needs is not installed: what it would remove cannot have been made. */
export async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OrchError && error.code === 'network-tool-missing') return undefined;
    throw error;
  }
}
