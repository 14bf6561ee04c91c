// What a YAML file says, with the place of everything: maps, lists and scalars; anchors and merge keys are resolved.

import type { Span } from '../../jobspec/syntax/source.ts';

export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree extends Span {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

export interface ListTree extends Span {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

export interface ScalarTree extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `0644` is the number 644 and this text. */
  readonly text: string;
}

/** The value of a key, without marking it as read. */
export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** `a map`, `a list`, `the text "x"`: what was found where something else was expected. */
export function describe(tree: Tree): string {
  if (tree.kind !== 'scalar') return tree.kind === 'map' ? 'a map' : 'a list';
  if (tree.value === null) return 'nothing';
  if (typeof tree.value !== 'string') return `${tree.value}`;
  return tree.value.length > 40 ? 'a long text' : `the text "${tree.value}"`;
}
