// Room for the tokens of a text, used again for the next one: to make it anew costs more than to fill it.

import { MAX_SOURCE_LENGTH } from './source.ts';
import type { TokenList } from './token.ts';

export type Room = Pick<TokenList, 'kind' | 'from' | 'to'>;

/** After the last token the room holds ends of the file: who looks a little ahead needs no bound. */
export const MARGIN = 8;

let spare: Room | undefined;

/** Job files have a token for about every five characters. */
function sizeFor(characters: number): number {
  return (characters >> 2) + 2 * MARGIN;
}

export function takeRoom(characters: number): Room {
  const size = sizeFor(characters);
  const room = spare;
  // Who parses a text while another one is being parsed gets room of its own.
  spare = undefined;
  if (room !== undefined && room.kind.length >= size) return room;
  return { kind: new Uint8Array(size), from: new Int32Array(size), to: new Int32Array(size) };
}

/** Gives back a list that nobody reads any more. */
export function releaseTokens({ kind, from, to }: TokenList): void {
  if (kind.length <= sizeFor(MAX_SOURCE_LENGTH)) spare = { kind, from, to };
}
