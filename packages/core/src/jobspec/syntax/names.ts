// One string for each name of the language, however often it is written: it is made, and its hash computed, once.

/** A short slice is a copy; a longer one would keep the text it comes from alive. */
const MAX_LENGTH = 12;

/** By the hash of the name; a name takes the place of another one with the same hash. */
const names: string[] = Array.from({ length: 1024 }, () => '');

/** The identifier between two offsets of a text. */
export function nameAt(text: string, from: number, to: number): string {
  const length = to - from;
  if (length > MAX_LENGTH) return text.slice(from, to);
  let hash = length;
  for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  const place = (hash ^ (hash >>> 10)) & 1023;
  const known = names[place] as string;
  if (known.length === length && isAt(known, text, from)) return known;
  const name = text.slice(from, to);
  names[place] = name;
  return name;
}

function isAt(name: string, text: string, from: number): boolean {
  for (let at = 0; at < name.length; at += 1) if (name.charCodeAt(at) !== text.charCodeAt(from + at)) return false;
  return true;
}
