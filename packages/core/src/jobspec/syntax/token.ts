// The kinds of tokens of the HCL native syntax, and the list the lexer fills.

export const Token = {
  EndOfFile: 0,
  Newline: 1,
  Identifier: 2,
  Number: 3,
  /** `"` that opens a quoted template. */
  QuoteOpen: 4,
  QuoteClose: 5,
  /** `<<NAME` or `<<-NAME` with its line break. */
  HeredocOpen: 6,
  /** The closing marker with the blanks around it. */
  HeredocClose: 7,
  /** Text of a template between sequences, escapes not resolved. */
  Text: 8,
  /** `${` or `${~`. */
  InterpolationOpen: 9,
  /** `%{` or `%{~`. */
  ControlOpen: 10,
  /** `}` or `~}` that ends a template sequence. */
  SequenceClose: 11,
  BraceOpen: 12,
  BraceClose: 13,
  BracketOpen: 14,
  BracketClose: 15,
  ParenOpen: 16,
  ParenClose: 17,
  Comma: 18,
  Dot: 19,
  Ellipsis: 20,
  Colon: 21,
  DoubleColon: 22,
  Question: 23,
  Arrow: 24,
  Assign: 25,
  Equal: 26,
  NotEqual: 27,
  Less: 28,
  LessEqual: 29,
  Greater: 30,
  GreaterEqual: 31,
  And: 32,
  Or: 33,
  Not: 34,
  Plus: 35,
  Minus: 36,
  Star: 37,
  Slash: 38,
  Percent: 39,
  /** A character that begins no token. */
  Invalid: 40,
  /** A whole quoted string that means what it says: no sequences, no escapes, nothing to compose. */
  Quoted: 41,
} as const;

/** How many kinds there are: kinds are below. */
export const TOKEN_KINDS = Token.Quoted + 1;

export type TokenKind = (typeof Token)[keyof typeof Token];

/**
 * Parallel lists: the token at index i has the kind `kind[i]`, a `TokenKind`, and covers `from[i]` to `to[i]`. The last one,
 * at `count` - 1, is `EndOfFile`; the lists have room beyond.
 */
export interface TokenList {
  readonly kind: Uint8Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly count: number;
  /** Comments are not tokens; the formatter finds them here, as offset pairs. */
  readonly comments: readonly number[];
  /**
   * Where the string, heredoc, comment or sequence begins that the file ends inside of. It is reported: what is missing at
   * its end follows from it.
   */
  readonly unclosed: number | undefined;
}

const DESCRIPTIONS: Partial<Record<TokenKind, string>> = {
  [Token.EndOfFile]: 'the end of the file',
  [Token.Newline]: 'the end of the line',
  [Token.QuoteOpen]: 'a quoted string',
  [Token.Quoted]: 'a quoted string',
  [Token.QuoteClose]: 'the end of a string',
  [Token.HeredocOpen]: 'a heredoc',
  [Token.HeredocClose]: 'the end of a heredoc',
  [Token.Number]: 'a number',
  [Token.Text]: 'text',
};

/** How a token is called in messages. */
export function describeToken(kind: TokenKind, text: string): string {
  const described = DESCRIPTIONS[kind];
  if (described !== undefined && kind !== Token.Number) return described;
  return described === undefined ? `"${text}"` : `the number ${text}`;
}
