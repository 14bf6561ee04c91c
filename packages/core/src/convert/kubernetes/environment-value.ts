// Values of variables in pieces, so that text of the input is told from references for the node.

import { literal } from '../draft.ts';

export interface Piece {
  readonly text: string;
  /** The node is to fill it in. */
  readonly isReference: boolean;
}
export type EnvValue = readonly Piece[];

export const textValue = (text: string): EnvValue => [{ text, isReference: false }];
export const referenceValue = (text: string): EnvValue => [{ text, isReference: true }];

/** The value as `env` has it. */
export function plainText(value: EnvValue): string {
  return value.map(({ text }) => text).join('');
}

/** The value as a driver's option has it, where the node evaluates references and the rest stays what it is. */
export function template(value: EnvValue): string {
  return value.map(({ text, isReference }) => (isReference ? text : literal(text))).join('');
}

/** What the input itself says. */
export function ownTexts(value: EnvValue): string[] {
  return value.flatMap(({ text, isReference }) => (isReference ? [] : [text]));
}

/** `$(NAME)` of variables that are known, `$$(NAME)` as `$(NAME)`. */
export function expand(text: string, env: ReadonlyMap<string, EnvValue>): EnvValue {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: whole, 1: dollar, 2: name = '', index } of text.matchAll(
    /\$(\$?)\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)/g,
  )) {
    const value = dollar === '$' ? textValue(whole.slice(1)) : (env.get(name) ?? textValue(whole));
    pieces.push(...textValue(text.slice(end, index)), ...value);
    end = index + whole.length;
  }
  return joined([...pieces, ...textValue(text.slice(end))]);
}

/** Texts beside each other are one: together they may look like a reference. */
function joined(pieces: EnvValue): EnvValue {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last === undefined || last.isReference || piece.isReference) result.push(piece);
    else result[result.length - 1] = { text: last.text + piece.text, isReference: false };
  }
  return result;
}
