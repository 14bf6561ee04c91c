// Names of attributes, blocks and references as strings. The same few stand in all job files, many times in each: one that
// is known needs no memory, and is found faster in tables.

/** Longest name that is remembered: a longer piece of a text would hold the whole text. */
const SHORT_NAME = 12;

/** By a few characters of the name. */
const names: string[] = new Array<string>(1024).fill('');

export function nameAt(text: string, from: number, to: number): string {
  const length = to - from;
  if (length > SHORT_NAME) return text.slice(from, to);
  const middle = text.charCodeAt(from + (length >> 1));
  const slot = (text.charCodeAt(from) * 31 + middle * 17 + text.charCodeAt(to - 1) * 5 + length) & 1023;
  const known = names[slot] as string;
  if (known.length === length && isAt(known, text, from)) return known;
  const name = text.slice(from, to);
  names[slot] = name;
  return name;
}

function isAt(name: string, text: string, from: number): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (name.charCodeAt(index) !== text.charCodeAt(from + index)) return false;
  }
  return true;
}
