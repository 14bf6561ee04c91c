// What the command line uses of oclif, taken from its parts: the package's index also loads what checks Node's version range.
// Arguments say `ignoreStdin`: else a missing one would be taken from standard input, when that is no terminal.

export * as Args from '@oclif/core/args';
export { Command } from '@oclif/core/command';
export { execute } from '@oclif/core/execute';
export * as Flags from '@oclif/core/flags';
export type * as Interfaces from '@oclif/core/interfaces';
export { settings } from '@oclif/core/settings';
