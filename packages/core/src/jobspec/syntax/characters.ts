// Classes of characters: what identifiers, numbers and blanks consist of.

const PLAIN = 1;
const START = 2;
const DIGIT = 4;

/** For each ASCII code: whether it continues an identifier, begins one, is a digit. */
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) CLASSES[code] = PLAIN | START;
  if (character === '-') CLASSES[code] = PLAIN;
  if (/[0-9]/.test(character)) CLASSES[code] = PLAIN | DIGIT;
}

const UNICODE_START = /^\p{ID_Start}$/u;
const UNICODE_CONTINUE = /^\p{ID_Continue}$/u;

export function isIdentifierStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return ((CLASSES[code] as number) & START) !== 0;
  return UNICODE_START.test(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

/** The offset after the identifier that begins at `from`. `-` continues one. */
export function endOfIdentifier(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code < 128) {
      if (((CLASSES[code] as number) & PLAIN) === 0) return at;
      at += 1;
      continue;
    }
    const point = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!UNICODE_CONTINUE.test(point)) return at;
    at += point.length;
  }
  return at;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/**
 * The offset after the number that begins at `from`: digits, dots and exponents, but no dot at the end. Whether they
 * make a number is seen when it is read: `1.2.3` is one token, and a mistake.
 */
export function endOfNumber(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || code === 46) {
      at += 1;
    } else if (code === 101 || code === 69) {
      const next = text.charCodeAt(at + 1);
      const digit = next === 43 || next === 45 ? at + 2 : at + 1;
      if (!isDigit(text.charCodeAt(digit))) break;
      at = digit + 1;
    } else {
      break;
    }
  }
  while (text.charCodeAt(at - 1) === 46) at -= 1;
  return at;
}

/** The offset of the end of the line that `at` is on: of its line break, or of the end of the text. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

const LEADING_SPACE = /^\p{White_Space}+/u;
const TRAILING_SPACE = /\p{White_Space}+$/u;

/** Removes white space as Unicode defines it, which differs from JavaScript's `trim` in U+0085 and U+FEFF. */
export function trimStartOf(text: string): string {
  return text.replace(LEADING_SPACE, '');
}

export function trimEndOf(text: string): string {
  // A regular expression anchored at the end tries every position of a long text: look at the last character first.
  return /\p{White_Space}/u.test(text.slice(-1)) ? text.slice(0, lastNonSpace(text)).replace(TRAILING_SPACE, '') : text;
}

function lastNonSpace(text: string): number {
  let end = text.length;
  while (end > 0 && isAsciiSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

function isAsciiSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
