// Files under a directory that match a pattern: `*`, `?`, `[a-z]`, `{one,two}` and `**`. Names with a dot match too.

import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compilePattern, type Pattern } from '@orch/core/lib/pattern';

/** Most files one pattern may give, and most directory entries it may look at. */
const MAX_MATCHES = 10_000;
const MAX_ENTRIES = 100_000;

/** Relative paths of regular files. Links to directories are not followed by `**`. @throws Error for a bad pattern */
export function matchFiles(directory: string, pattern: string): readonly string[] {
  const found = new Set<string>();
  const budget = { entries: MAX_ENTRIES };
  for (const alternative of expandBraces(pattern)) {
    const parts = alternative.split('/').filter((part) => part !== '' && part !== '.');
    walk(directory, parts.map(compilePart), directory, found, budget);
  }
  return [...found];
}

/** `..` and plain names are themselves, `**` is any number of directories. */
type Part = string | Pattern;

function compilePart(part: string): Part {
  if (part === '**' || !/[*?[\\]/.test(part)) return part;
  let source = '';
  for (let at = 0; at < part.length; at += 1) {
    const sign = part[at] as string;
    if (sign === '*') source += '.*';
    else if (sign === '?') source += '.';
    else if (sign === '\\') {
      at += 1;
      source += quote(part[at] ?? '');
    } else if (sign === '[') {
      const end = part.indexOf(']', at + 2);
      if (end < 0) throw new Error(`"${part}" is no pattern: [ is not closed`);
      source += part.slice(at, end + 1).replace(/^\[!/, '[^');
      at = end;
    } else source += quote(sign);
  }
  return compilePattern(`(?s)^${source}$`);
}

function quote(sign: string): string {
  return sign.replace(/[.+^$(){}|[\]\\*?]/, '\\$&');
}

/** `a{b,c}d` → `abd`, `acd`. Without nesting. */
function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', inner = '', after = ''] = match;
  const options = inner.split(',');
  const rest = expandBraces(after);
  if (options.length * rest.length > 1_000) throw new Error('the pattern has too many alternatives');
  return options.flatMap((option) => rest.map((tail) => before + option + tail));
}

function walk(
  directory: string,
  parts: readonly Part[],
  root: string,
  found: Set<string>,
  budget: { entries: number },
): void {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  if (part === '**') {
    const inner = rest.length === 0 ? [compilePattern('')] : rest;
    walk(directory, inner, root, found, budget);
    for (const name of list(directory, budget)) {
      if (isDirectory(join(directory, name), true)) walk(join(directory, name), parts, root, found, budget);
    }
    return;
  }
  const names = typeof part === 'string' ? [part] : list(directory, budget).filter((name) => part.test(name));
  for (const name of names) {
    const path = join(directory, name);
    if (rest.length > 0) walk(path, rest, root, found, budget);
    else if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) add(relative(root, path), found);
  }
}

function add(path: string, found: Set<string>): void {
  found.add(path);
  if (found.size > MAX_MATCHES) throw new Error(`it matches more than ${MAX_MATCHES} files (limit "fileset")`);
}

function list(directory: string, budget: { entries: number }): string[] {
  if (!isDirectory(directory, false)) return [];
  const names = readdirSync(directory);
  budget.entries -= names.length;
  if (budget.entries < 0) throw new Error(`it looks at more than ${MAX_ENTRIES} files (limit "fileset")`);
  return names;
}

function isDirectory(path: string, itself: boolean): boolean {
  const look = itself ? lstatSync : statSync;
  return look(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
