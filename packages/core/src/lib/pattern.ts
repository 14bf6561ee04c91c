// Regular expressions in Go's syntax (RE2), matched in time linear in the text: no pattern can hang.

import { type Matcher, RE2JS, RE2JSException } from 're2js';

/** Longest pattern that is compiled. */
const MAX_LENGTH = 1_000;
/** Most of pattern size times text length: about a second. */
const MAX_WORK = 100_000_000;

export interface Pattern {
  /** Whether any part of the text matches. @throws PatternError over the limit "pattern work" */
  test(text: string): boolean;
  /** Every match replaced; `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar sign. @throws PatternError */
  replaceAll(text: string, template: string, produce?: (size: number) => void): string;
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** @throws PatternError for what is no pattern */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH)
    throw new PatternError(`the pattern is longer than ${MAX_LENGTH} characters (limit "pattern length")`);
  const compiled = compile(source);
  const size = compiled.matcher('').programSize();
  const matcherFor = (text: string) => {
    if (size * text.length > MAX_WORK) {
      throw new PatternError(`the pattern is too large for a text of ${text.length} characters (limit "pattern work")`);
    }
    return compiled.matcher(text);
  };
  return {
    test: (text) => matcherFor(text).find(),
    replaceAll: (text, template, produce) =>
      replaceMatches(
        matcherFor(text),
        text,
        parseTemplate(template, compiled.namedGroups(), compiled.groupCount()),
        produce,
      ),
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new PatternError(error.message.replace(/^error parsing regexp: /, ''));
  }
}

/** Text, or the number of a group. */
type TemplatePart = string | number;

function replaceMatches(
  matcher: Matcher,
  text: string,
  template: readonly TemplatePart[],
  produce: ((size: number) => void) | undefined,
): string {
  let result = '';
  let done = 0;
  let last = -1;
  while (matcher.find()) {
    const from = matcher.start();
    const to = matcher.end();
    // An empty match right behind a match is none.
    if (from === to && from === last) continue;
    let piece = text.slice(done, from);
    for (const part of template) piece += typeof part === 'string' ? part : (matcher.group(part) ?? '');
    produce?.(piece.length);
    result += piece;
    done = to;
    last = to;
  }
  return result + text.slice(done);
}

/** The longest name after `$` counts, as in Go: `$1x` is the group "1x", which there is none of. */
function parseTemplate(
  template: string,
  names: Readonly<Record<string, number>>,
  groups: number,
): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of template.matchAll(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu)) {
    parts.push(template.slice(at, match.index));
    at = match.index + match[0].length;
    const [, dollar, braced, bare] = match;
    const name = braced ?? bare ?? '';
    const group = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined;
    if (dollar !== undefined) parts.push('$');
    else if (group !== undefined && group <= groups) parts.push(group);
  }
  parts.push(template.slice(at));
  return parts;
}
