// Regular expressions of the language: Go's syntax as far as the two dialects agree.

import { ValueError } from '../evaluate/value.ts';

/** Longest pattern that is compiled. */
const MAX_PATTERN = 1_000;

/** A global pattern, or ValueError for one that cannot be compiled or whose matching could take for ever. */
export function compilePattern(text: string, argument: number): RegExp {
  if (text.length > MAX_PATTERN) throw new ValueError(`the pattern is longer than ${MAX_PATTERN} characters`, argument);
  if (hasNestedRepeat(text)) {
    throw new ValueError('a repeated group that itself ends in a repetition is not supported', argument);
  }
  const flags = /^\(\?([ims]+)\)/.exec(text);
  const body = (flags === null ? text : text.slice(flags[0].length)).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(body, `gu${flags?.[1] ?? ''}`);
  } catch {
    throw new ValueError(`"${text}" is no regular expression`, argument);
  }
}

/** `(a+)+` and the like backtrack without bound in JavaScript, though not in Go. */
function hasNestedRepeat(text: string): boolean {
  return /[+*}][^()]*\)[+*{]/.test(text);
}
