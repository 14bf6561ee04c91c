// Pieces of a template, before `%{if}` and `%{for}` are nested.

import type { Expression } from './ast.ts';

/** Texts and values without more ado are parts of the tree as they are. */
export type Piece =
  | { kind: 'text'; text: string; from: number; to: number }
  | { kind: 'value'; expression: Expression; from: number; to: number }
  | { kind: 'if'; condition: Expression; from: number; to: number }
  | { kind: 'for'; keyName?: string; valueName: string; collection: Expression; from: number; to: number }
  | { kind: 'else' | 'endif' | 'endfor'; from: number; to: number };
