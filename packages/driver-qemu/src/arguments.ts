// Further arguments for QEMU that a job names: what the node allows, and what it cannot allow.

import { DriverError } from '@orch/driver-api';

/**
 * Options by which an emulator would leave what the driver promises of every VM: its sandbox, its user, its place under
 * the executor's eyes. QEMU takes each with one dash or two.
 */
const RESERVED = ['sandbox', 'runas', 'run-with', 'chroot', 'daemonize', 'pidfile'];

/**
 * Only words that begin an option are compared; the values behind an allowed option are its own, and what they name is
 * looked for in the emulator's root. @throws DriverError `invalid-config` | `denied`
 */
export function checkArguments(args: readonly string[], allowed: readonly string[]): void {
  const options = args.filter((argument) => argument.startsWith('-'));
  const reserved = options.find((option) => RESERVED.includes(option.replace(/^--?/, '')));
  if (reserved !== undefined)
    throw new DriverError('denied', `the QEMU argument ${reserved} is the driver's own`, {
      path: ['args'],
      hint: 'take it out of args',
    });
  const denied = options.find((option) => !allowed.includes(option));
  if (denied !== undefined)
    throw new DriverError('denied', `the node does not allow the QEMU argument ${denied}`, {
      path: ['args'],
      hint: 'the operator lists allowed ones in args_allowlist of plugin "qemu"',
    });
  if (args[0] !== undefined && !args[0].startsWith('-'))
    throw new DriverError('invalid-config', `args begins with ${args[0]}, which is no option`, { path: ['args'] });
}
