// Nomad's single-dash long flags (`-var x=1`, `-check-index=5`) rewritten to two dashes, so that fingers and scripts keep working.

/**
 * Rewrites `-name` to `--name` for names of two letters or more. Stops at `--` and leaves alone: values that look like
 * negative numbers, a lone `-` (standard input), and short flags with one letter.
 */
export function rewriteFlags(argv: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] as string;
    if (argument === '--') {
      out.push(...argv.slice(index));
      break;
    }
    out.push(/^-[A-Za-z][A-Za-z0-9-]+(=|$)/.test(argument) ? `-${argument}` : argument);
  }
  return out;
}

/** Words of an `alloc exec` command line belong to the remote command: everything behind the allocation's id is left as it is. */
export function protectExecArguments(argv: readonly string[]): string[] {
  const start = argv[0] === 'exec' ? 1 : argv[0] === 'alloc' && argv[1] === 'exec' ? 2 : -1;
  if (start < 0 || argv.includes('--')) return [...argv];
  const valued = new Set([
    '-task',
    '--task',
    '-e',
    '--escape',
    '-address',
    '--address',
    '-region',
    '--region',
    '-namespace',
    '--namespace',
    '-token',
    '--token',
    '-group',
    '--group',
  ]);
  let index = start;
  while (index < argv.length && argv[index]?.startsWith('-')) index += valued.has(argv[index] as string) ? 2 : 1;
  if (index + 1 >= argv.length) return [...argv];
  return [...argv.slice(0, index + 1), '--', ...argv.slice(index + 1)];
}
