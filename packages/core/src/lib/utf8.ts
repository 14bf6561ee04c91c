// Bytes that are no UTF-8: where they begin.

/** The offset of the first byte that is not part of a whole UTF-8 character; undefined when the bytes are UTF-8 text. */
export function wrongUtf8At(bytes: Uint8Array): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return undefined;
}

/**
 * How many bytes the character at `at` has; 0 when there is none. Source: The Unicode Standard, table 3-7, well-formed
 * UTF-8 byte sequences.
 */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0xff;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    // The second byte says whether it is the shortest form, no half of a character, and below U+110000.
    const least = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < least || byte > most) return 0;
  }
  return length;
}

/** A byte as messages show it: `0xFF`. */
export function hexByte(byte = 0): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
