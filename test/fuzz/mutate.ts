// Damage at the level of bytes, tokens and lines. Equal seeds give equal inputs.

import { type Random, seededRandom } from '@orch/core/lib/random';
import { damage, generateFile, pick } from '../oracle/generate-hcl.ts';

/** The input of a seed. */
export function inputOf(seed: number, texts: readonly string[]): string {
  const random = seededRandom(seed);
  let text = random() < 0.15 ? `job "x" {\n${generateFile(random)}}\n` : pick(random, texts);
  const rounds = 1 + Math.floor(random() * 4);
  for (let round = 0; round < rounds; round += 1) text = pick(random, MUTATIONS)(random, text, texts);
  return text;
}

type Mutation = (random: Random, text: string, texts: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  damage,
  damage,
  damage,
  bytes,
  values,
  values,
  moveLine,
  splice,
  nest,
  repeat,
  unit,
];

function place(random: Random, text: string): number {
  return Math.floor(random() * (text.length + 1));
}

/** Bits of the UTF-8 form flip; what is no UTF-8 any more is read as U+FFFD. */
function bytes(random: Random, text: string): string {
  const data = new TextEncoder().encode(text);
  for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
    const at = Math.floor(random() * data.length);
    data[at] = random() < 0.5 ? (data[at] as number) ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
  }
  return new TextDecoder().decode(data);
}

const VALUES = [
  'null',
  'true',
  '-1',
  '1e308',
  '99999999999999999999',
  '0.1',
  '""',
  '"\u0000"',
  '[]',
  '{}',
  '[[]]',
  '{ a = {} }',
  '"\\${attr.x}"',
  '"${var.v}"',
  'var.v',
  'local.names',
  'local.nothing',
  'jsondecode("[[[[1]]]]")',
  'try(local.x.y.z, 1)',
  '"__proto__"',
  '{ __proto__ = 1, constructor = 2 }',
  '"1h"',
  '"-5s"',
  'var.v[*]',
  'var.v.*.n',
];

/** Values that cost as much as an evaluation may. They are few, for the others' sake. */
const HEAVY = [
  'range(100000)',
  'setproduct(range(300), range(300))',
  'format("%999999s", "x")',
  '[for a in range(900) : [for b in range(900) : b]]',
  'join("", [for a in range(1024) : format("%99999s", a)])',
  'try([for a in range(900) : [for b in range(900) : [for c in range(900) : c]]], 1)',
];

/** A value becomes another one. */
function values(random: Random, text: string): string {
  const matches = [...text.matchAll(/(?<=[=:] *)("[^"\n]*"|-?\d[\d.]*|\[[^\]\n]*\]|true|false|null)/g)];
  const match = matches.length === 0 ? undefined : pick(random, matches);
  if (match === undefined) return text;
  return (
    text.slice(0, match.index) +
    pick(random, random() < 0.01 ? HEAVY : VALUES) +
    text.slice(match.index + match[0].length)
  );
}

function moveLine(random: Random, text: string): string {
  const lines = text.split('\n');
  const [line = ''] = lines.splice(Math.floor(random() * lines.length), 1);
  lines.splice(Math.floor(random() * (lines.length + 1)), 0, line);
  if (random() < 0.5) lines.splice(Math.floor(random() * lines.length), 1);
  return lines.join('\n');
}

/** The beginning of one text and the end of another. */
function splice(random: Random, text: string, texts: readonly string[]): string {
  const other = pick(random, texts);
  return text.slice(0, place(random, text)) + other.slice(place(random, other));
}

const NESTS: readonly (readonly [string, string])[] = [
  ['[', ']'],
  ['(', ')'],
  ['{a=', '}'],
  ['"${', '}"'],
  ['f(', ')'],
  ['-', ''],
  ['!', ''],
  ['a ? b : ', ''],
  ['1+', ''],
  ['%{if a}', '%{endif}'],
  ['b {\n', '\n}'],
  ['[for x in y : ', ']'],
  ['{"a":', '}'],
  ['', '[*]'],
  ['', '.a'],
  ['', '[x]'],
];

/** A nest of one bracket, shallow or very deep. */
function nest(random: Random, text: string): string {
  const [open, close] = pick(random, NESTS);
  const depth = random() < 0.9 ? Math.floor(random() * 30) : Math.floor(random() * 5_000);
  const at = place(random, text);
  return (
    text.slice(0, at) + open.repeat(depth) + pick(random, ['1', 'x', '"a"', '']) + close.repeat(depth) + text.slice(at)
  );
}

/** A piece stands many times. */
function repeat(random: Random, text: string): string {
  const from = place(random, text);
  const piece = text.slice(from, from + 1 + Math.floor(random() * 40));
  const times = random() < 0.95 ? Math.floor(random() * 20) : Math.floor(random() * 400);
  return text.slice(0, from) + piece.repeat(times) + text.slice(from);
}

/** Any UTF-16 unit, also half a character. */
function unit(random: Random, text: string): string {
  const at = place(random, text);
  return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x10000)) + text.slice(at + 1);
}
