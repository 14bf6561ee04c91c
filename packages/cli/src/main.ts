// The command line's entry: answers `version` before anything is loaded, hands the rest to oclif.

import { execute, settings } from '@oclif/core';
import { protectExecArguments, rewriteFlags } from './argv.ts';

export { commands } from './command-map.ts';

/** Runs one command line; resolves when it is done. The exit code is set on the process. */
export async function main(argv: readonly string[], root: string): Promise<void> {
  settings.performanceEnabled = false;
  await execute({ args: rewriteFlags(protectExecArguments(argv)), dir: root });
}
