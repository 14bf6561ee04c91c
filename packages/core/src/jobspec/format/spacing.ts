// Whether a blank stands between two pieces of a line.

import { Token } from '../syntax/token.ts';
import { depthChange, type Piece } from './piece.ts';

type Kind = Piece['kind'];

/** Nothing stands between a template's text or quotes and what is next to them: a blank would change the value. */
const GLUED_AFTER: ReadonlySet<Kind> = new Set<Kind>([Token.Text, Token.QuoteOpen, Token.HeredocOpen]);
const GLUED_BEFORE: ReadonlySet<Kind> = new Set<Kind>([Token.Text, Token.QuoteClose, Token.HeredocClose]);

const OPENS_SEQUENCE: ReadonlySet<Kind> = new Set<Kind>([Token.InterpolationOpen, Token.ControlOpen]);

/** What a minus stands after when it is a sign and not a subtraction. */
const BEFORE_SIGN: ReadonlySet<Kind> = new Set<Kind>([
  ...[Token.ParenOpen, Token.BraceOpen, Token.BracketOpen, Token.Assign, Token.Colon, Token.Comma, Token.Question],
  ...[Token.Plus, Token.Star, Token.Slash, Token.Percent, Token.Minus],
  ...[Token.Equal, Token.NotEqual, Token.Greater, Token.GreaterEqual, Token.Less, Token.LessEqual],
  ...[Token.And, Token.Or, Token.Not],
]);

/** Whether a blank stands between `left` and `right`; `before` is what stands left of both in the same cell. */
export function isSpaced(before: Piece | undefined, left: Piece, right: Piece): boolean {
  const { kind } = left;
  const next = right.kind;
  if (next === Token.Newline) return false;
  if (kind === Token.Identifier && next === Token.ParenOpen) return false;
  if (isNamespaceStep(kind, next) || isNamespaceStep(next, kind)) return false;
  if (kind === Token.Dot || next === Token.Dot) return false;
  if (next === Token.Comma || next === Token.Ellipsis) return false;
  if (kind === Token.Comma) return true;
  if (GLUED_AFTER.has(kind) || GLUED_BEFORE.has(next)) return false;
  // `for x in [a]`: without this rule `in[a]` would look like an index.
  if (kind === Token.Identifier && left.text === 'in' && before?.kind === Token.Identifier) return true;
  if (next === Token.BracketOpen && mayBeIndexed(left)) return false;
  if (kind === Token.Not) return false;
  if (kind === Token.Minus) return before !== undefined && !BEFORE_SIGN.has(before.kind);
  if (kind === Token.BraceOpen && next === Token.BraceClose) return false;
  if (kind === Token.BraceOpen || next === Token.BraceClose) return true;
  // `${ {a = 1} }`: an object right inside a sequence is set off from the sequence's own braces.
  if (OPENS_SEQUENCE.has(kind) && next === Token.BraceOpen) return true;
  if (kind === Token.BraceClose && next === Token.SequenceClose) return true;
  if (kind === Token.SequenceClose && OPENS_SEQUENCE.has(next)) return false;
  return depthChange(left) <= 0 && depthChange(right) >= 0;
}

function isNamespaceStep(name: Kind, colons: Kind): boolean {
  return name === Token.Identifier && colons === Token.DoubleColon;
}

function mayBeIndexed(item: Piece): boolean {
  return item.kind === Token.Identifier || item.kind === Token.Number || depthChange(item) < 0;
}
