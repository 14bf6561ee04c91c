// Strings and numbers of JSON: their values, and where each character of a string stands in the file.

/** End of the string that begins at `from`, after its closing quote; nothing when it is not closed on its line. */
export function endOfString(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code === 10 || code === 13) return undefined;
    if (code === 92) at += 1;
  }
  return undefined;
}

/** The value of a string with its quotes; nothing when an escape sequence or a character in it is invalid. */
export function stringValue(quoted: string): string | undefined {
  try {
    // Half of a character becomes U+FFFD, as Go reads it.
    return (JSON.parse(quoted) as string).toWellFormed();
  } catch {
    return undefined;
  }
}

/** Offset in `quoted` of what is wrong in it: an invalid escape sequence, or a control character. */
export function mistakeInString(quoted: string): number {
  for (let at = 1; at < quoted.length - 1; at += 1) {
    if (quoted.charCodeAt(at) < 32) return at;
    if (quoted[at] !== '\\') continue;
    const isValid = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(quoted.slice(at, at + 6));
    if (!isValid) return at;
    at += 1;
  }
  return 0;
}

/** For each unit of the value and its end: the offset in `quoted` at which it is written. */
export function offsetsInString(quoted: string): number[] {
  const offsets: number[] = [];
  for (let at = 1; at < quoted.length - 1; ) {
    offsets.push(at);
    if (quoted[at] !== '\\') at += 1;
    else at += quoted[at + 1] === 'u' ? 6 : 2;
  }
  offsets.push(quoted.length - 1);
  return offsets;
}
