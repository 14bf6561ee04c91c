// The command line's entry: answers `version` before anything is loaded, hands the rest to oclif.

import { protectExecArguments, rewriteFlags } from './argv.ts';
import { commands } from './command-map.ts';
import { execute, settings } from './oclif.ts';
import { terminalText } from './output/terminal-text.ts';
import { unknownCommand } from './unknown-command.ts';

export { commands } from './command-map.ts';

/** Runs one command line; resolves when it is done. The exit code is set on the process. */
export async function main(given: readonly string[], root: string): Promise<void> {
  // `orch help job run` is `orch job run --help`.
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  const ids = Object.entries(commands).flatMap(([id, command]) => [id, ...command.aliases]);
  const unknown = unknownCommand(argv, ids);
  if (unknown !== undefined) {
    process.stderr.write(`${terminalText(unknown)}\n`);
    process.exitCode = 1;
    return;
  }
  settings.performanceEnabled = false;
  await execute({ args: rewriteFlags(protectExecArguments(argv)), dir: root });
}
