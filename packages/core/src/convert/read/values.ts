// Values of YAML files as the converters need them. What is wrong is reported at its place, and comes back undefined.

import { parseDuration } from '../../schema/duration.ts';
import { describe, type Entry, isNull, type Tree } from '../yaml/tree.ts';
import type { Conversion } from './conversion.ts';

function wrong(run: Conversion, tree: Tree, expected: string, hint?: string): undefined {
  run.error(tree, 'Wrong type', `Expected ${expected}, found ${describe(tree)}.`, hint);
  return undefined;
}

/** Text; numbers and booleans as they are written. */
export function readText(run: Conversion, tree: Tree): string | undefined {
  return tree.kind === 'scalar' && tree.value !== null ? tree.text : wrong(run, tree, 'a text');
}

export function readNumber(run: Conversion, tree: Tree): number | undefined {
  const text = tree.kind === 'scalar' ? tree.text.trim() : '';
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : wrong(run, tree, 'a number');
}

export function readInteger(run: Conversion, tree: Tree, min = 0): number | undefined {
  const text = tree.kind === 'scalar' ? tree.text.trim() : '';
  if (!/^-?\d{1,15}$/.test(text)) return wrong(run, tree, 'a whole number');
  if (Number(text) >= min) return Number(text);
  run.error(tree, 'Out of range', `${text} is too small.`, `at least ${min}`);
  return undefined;
}

export function readPort(run: Conversion, tree: Tree): number | undefined {
  const port = readInteger(run, tree, 1);
  if (port === undefined || port <= 65_535) return port;
  run.error(tree, 'Out of range', `${port} is no port.`, 'ports end at 65535');
  return undefined;
}

export function readFlag(run: Conversion, tree: Tree): boolean | undefined {
  const text = tree.kind === 'scalar' ? tree.text : '';
  if (text === 'true' || text === 'false') return text === 'true';
  return wrong(run, tree, 'true or false');
}

/** File modes: `0644`, `"0644"`, `0o644`; a number without a leading zero is decimal. */
export function readMode(run: Conversion, tree: Tree): string | undefined {
  const text = tree.kind === 'scalar' ? tree.text : '';
  if (/^0o?[0-7]{1,4}$/.test(text)) return text.replace(/^0o?/, '').padStart(4, '0');
  if (/^\d{1,4}$/.test(text)) return Number(text).toString(8).padStart(4, '0');
  return wrong(run, tree, 'a file mode such as 0644');
}

/** Milliseconds. */
export function readDuration(run: Conversion, tree: Tree): number | undefined {
  const text = tree.kind === 'scalar' ? tree.text : '';
  const days = /^(\d+)d$/.exec(text);
  const ms = days === null ? parseDuration(text) : Number(days[1]) * 86_400_000;
  return ms !== undefined && ms >= 0 ? ms : wrong(run, tree, 'a duration', 'write it like 30s or 1m30s');
}

export function readSeconds(run: Conversion, tree: Tree): number | undefined {
  const seconds = readInteger(run, tree);
  return seconds === undefined ? undefined : seconds * 1000;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ...{ b: 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2, g: 1024 ** 3, gb: 1024 ** 3, t: 1024 ** 4, tb: 1024 ** 4 },
};

/** Compose's sizes: `512m`, `1.5gb`; the units are powers of 1024. */
export function readBytes(run: Conversion, tree: Tree): number | undefined {
  const found = tree.kind === 'scalar' ? /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(tree.text.trim().toLowerCase()) : null;
  const unit = found === null ? undefined : UNITS[found[2] ?? ''];
  return found === null || unit === undefined
    ? wrong(run, tree, 'a size', 'write it like 512m or 1gb')
    : Math.round(Number(found[1]) * unit);
}

/** Bytes as whole MiB, rounded up. */
export function toMib(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024 ** 2));
}

export function readItems(run: Conversion, tree: Tree): readonly Tree[] {
  if (tree.kind === 'list') return tree.items;
  if (!isNull(tree)) wrong(run, tree, 'a list');
  return [];
}

export function readTexts(run: Conversion, tree: Tree): string[] {
  return readItems(run, tree).flatMap((item) => readText(run, item) ?? []);
}

/** A text, or a list of texts. */
export function readOneOrMore(run: Conversion, tree: Tree): string[] {
  return tree.kind === 'scalar' ? [readText(run, tree)].flatMap((text) => text ?? []) : readTexts(run, tree);
}

export function readEntries(run: Conversion, tree: Tree): readonly Entry[] {
  if (tree.kind === 'map') return tree.entries;
  if (!isNull(tree)) wrong(run, tree, 'a map');
  return [];
}

/** Names to texts; an entry without a value is empty text. */
export function readTextMap(run: Conversion, tree: Tree): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { key, value } of readEntries(run, tree)) {
    const text = isNull(value) ? '' : readText(run, value);
    if (text !== undefined && key !== '__proto__') result[key] = text;
  }
  return result;
}

/** `KEY: value`, or `- KEY=value`; undefined is a name without a value. */
export function readPairs(run: Conversion, tree: Tree): [name: string, value: string | undefined, at: Tree][] {
  if (tree.kind === 'list') {
    return tree.items.flatMap((item) => {
      const text = readText(run, item);
      if (text === undefined) return [];
      const at = text.indexOf('=');
      const pair: [string, string | undefined, Tree] =
        at < 0 ? [text, undefined, item] : [text.slice(0, at), text.slice(at + 1), item];
      return [pair];
    });
  }
  return readEntries(run, tree).flatMap(({ key, value }) => {
    const text = isNull(value) ? undefined : readText(run, value);
    const pair: [string, string | undefined, Tree] = [key, text, value];
    return text === undefined && !isNull(value) ? [] : [pair];
  });
}
