// The escape of a session with a terminal: the escape character and a dot at the beginning of a line end it, as in ssh.

export interface EscapeStep {
  /** What goes on to the command. */
  readonly data: Buffer;
  /** The person asked for the end of the session; what was typed behind it is dropped. */
  readonly ended: boolean;
}

const lineEnds = [0x0a, 0x0d];
const dot = 0x2e;

/** A filter for what is typed, piece by piece. @param character one ASCII character, or `none`: everything goes through */
export function escapeFilter(character: string): (typed: Buffer) => EscapeStep {
  if (character === 'none') return (data) => ({ data, ended: false });
  const escapeByte = character.charCodeAt(0);
  let state: 'line-begins' | 'escaped' | 'in-line' = 'line-begins';
  return (typed) => {
    const out: number[] = [];
    for (const byte of typed) {
      if (state === 'escaped') {
        if (byte === dot) return { data: Buffer.from(out), ended: true };
        // Typed twice, it is meant once; before anything else, it was none.
        out.push(escapeByte);
        if (byte !== escapeByte) out.push(byte);
        state = lineEnds.includes(byte) ? 'line-begins' : 'in-line';
      } else if (state === 'line-begins' && byte === escapeByte) {
        state = 'escaped';
      } else {
        out.push(byte);
        state = lineEnds.includes(byte) ? 'line-begins' : 'in-line';
      }
    }
    return { data: Buffer.from(out), ended: false };
  };
}

export function isEscapeCharacter(text: string): boolean {
  return text === 'none' || /^[\x21-\x7e]$/.test(text);
}
