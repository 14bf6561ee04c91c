// Quoting for the launcher's scripts: the only place where text becomes shell source.
import { ExecutorError } from '../errors.ts';

/**
 * One shell word with exactly the bytes of `text`. Single quotes keep everything but the quote itself, so this holds in
 * every POSIX shell. @throws ExecutorError `invalid` for a NUL byte, which no argument can hold.
 */
export function quoteShell(text: string): string {
  if (text.includes('\0')) throw new ExecutorError('invalid', 'a command, variable or path contains a NUL byte');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function quoteShellWords(words: readonly string[]): string {
  return words.map(quoteShell).join(' ');
}
