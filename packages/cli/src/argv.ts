// Nomad's single-dash long flags (`-var x=1`, `-check-index=5`) rewritten to two dashes, so that fingers and scripts keep working.

import { nearestName } from '@orch/core/lib/nearest-name';

/**
 * Rewrites `-name` to `--name` for names of two letters or more. Stops at `--` and leaves alone: values that look like
 * negative numbers, a lone `-` (standard input), and short flags with one letter, but for `-h`, which asks for help.
 */
export function rewriteFlags(argv: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] as string;
    if (argument === '--') {
      out.push(...argv.slice(index));
      break;
    }
    if (argument === '-h') out.push('--help');
    else out.push(/^-[A-Za-z][A-Za-z0-9-]+(=|$)/.test(argument) ? `-${argument}` : argument);
  }
  return out;
}

/** What is read of a command's flags: which are switches, and whether `--no-name` exists. */
export type KnownFlags = Readonly<Record<string, { readonly type: string; readonly allowNo?: boolean }>>;

/**
 * Switches with a value, as Go's flags take them: `--diff=false` becomes `--no-diff`, or nothing for a switch that is off
 * anyway. A text is the message about a value that is none.
 */
export function rewriteSwitches(argv: readonly string[], flags: KnownFlags): string[] | string {
  const out: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] as string;
    if (argument === '--') return [...out, ...argv.slice(index)];
    const [, name = '', value = ''] = /^--([A-Za-z][A-Za-z0-9-]*)=(.*)$/s.exec(argument) ?? [];
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag?.type !== 'boolean') out.push(argument);
    else if (/^(1|t|true)$/i.test(value)) out.push(`--${name}`);
    else if (!/^(0|f|false)$/i.test(value)) return `Error: -${name} takes true or false, not "${value}"`;
    else if (flag.allowNo === true) out.push(`--no-${name}`);
  }
  return out;
}

/** The message about the first flag that is refused by name; undefined when there is none. */
export function refusedFlag(argv: readonly string[], refused: Readonly<Record<string, string>>): string | undefined {
  const end = argv.indexOf('--');
  for (const argument of end < 0 ? argv : argv.slice(0, end)) {
    const [, name = '', value] = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const isOff = value !== undefined && /^(0|f|false)$/i.test(value);
    if (Object.hasOwn(refused, name) && !isOff) return `Error: -${name} is not supported: ${refused[name]}`;
  }
  return undefined;
}

/** The message about the first flag that the command does not have, with the nearest one; undefined when there is none. */
export function unknownFlag(argv: readonly string[], flags: KnownFlags): string | undefined {
  let isValue = false;
  for (const argument of argv) {
    if (argument === '--') break;
    const [, name, value] = /^--([A-Za-z][A-Za-z0-9-]*)(=.*)?$/s.exec(argument) ?? [];
    const wasValue = isValue;
    isValue = name !== undefined && value === undefined && flags[name]?.type === 'option';
    if (wasValue || name === undefined || name === 'help' || Object.hasOwn(flags, name)) continue;
    if (name.startsWith('no-') && flags[name.slice(3)]?.allowNo === true) continue;
    const nearest = nearestName(name, Object.keys(flags));
    const mend = nearest === undefined ? 'add --help to see which there are' : `did you mean "--${nearest}"?`;
    return `Error: there is no flag --${name} (${mend})`;
  }
  return undefined;
}

/** Flags of `alloc exec` that take a value. */
const execValues = /^--?(task|e|escape|address|region|namespace|token|group)$/;
const execSwitches: Readonly<Record<string, string>> = { t: 'tty', tty: 'tty', i: 'stdin', stdin: 'stdin', job: 'job' };

/**
 * Words of an `alloc exec` command line belong to the remote command: everything behind the allocation's id is left as it
 * is. Before it, switches may be written as Go's flags are, `-t=false`, and as containers' users write them, `-it`.
 */
export function protectExecArguments(argv: readonly string[]): string[] {
  const start = argv[0] === 'exec' ? 1 : argv[0] === 'alloc' && argv[1] === 'exec' ? 2 : -1;
  if (start < 0) return [...argv];
  const out = argv.slice(0, start);
  let index = start;
  for (; index < argv.length; index += 1) {
    const word = argv[index] as string;
    if (word === '--' || !word.startsWith('-')) break;
    out.push(...execFlag(word));
    const value = argv[index + 1];
    if (execValues.test(word) && value !== undefined) {
      out.push(value);
      index += 1;
    }
  }
  const rest = argv.slice(index);
  if (rest.length < 2 || rest[0] === '--' || rest[1] === '--') return [...out, ...rest];
  return [...out, rest[0] as string, '--', ...rest.slice(1)];
}

function execFlag(word: string): readonly string[] {
  if (word === '-it' || word === '-ti') return ['--stdin', '--tty'];
  const [, name = '', value = ''] = /^--?([a-z]+)=(.*)$/.exec(word) ?? [];
  const known = execSwitches[name];
  if (known !== undefined && /^(true|t|1)$/i.test(value)) return [`--${known}`];
  if (known !== undefined && /^(false|f|0)$/i.test(value)) return known === 'job' ? [] : [`--no-${known}`];
  return name === 'e' ? ['--escape', value] : [word];
}
