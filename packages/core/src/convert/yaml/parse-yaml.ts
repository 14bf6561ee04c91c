// YAML text -> trees, one per document. Bounded in size, depth and in what anchors expand to.

import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, parseAllDocuments } from 'yaml';
import { type DiagnosticSink, diagnosticAt } from '../../jobspec/syntax/diagnostic.ts';
import { MAX_SOURCE_LENGTH, type Source, type Span } from '../../jobspec/syntax/source.ts';
import type { Entry, Tree } from './tree.ts';

export interface YamlLimits {
  /** Values in a file after anchors are expanded. */
  readonly nodes: number;
  /** Levels of maps and lists. */
  readonly depth: number;
}

export const YAML_LIMITS: YamlLimits = { nodes: 200_000, depth: 100 };

/** Most syntax errors shown of one file. */
const MAX_SYNTAX_ERRORS = 20;

class LimitReached extends Error {
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

interface Walk {
  readonly source: Source;
  readonly sink: DiagnosticSink;
  readonly limits: YamlLimits;
  readonly anchors: Map<string, Node>;
  readonly open: Set<Node>;
  nodes: number;
}

/** Documents that say something. Never throws for bad input. */
export function parseYaml(source: Source, sink: DiagnosticSink, limits: YamlLimits = YAML_LIMITS): readonly Tree[] {
  const { text } = source;
  const fail = (span: Span, summary: string, detail: string, hint?: string) => {
    sink.add(diagnosticAt(source, span, summary, detail, { hint }));
    return [];
  };
  if (text.length > MAX_SOURCE_LENGTH) {
    const detail = `The file has ${text.length} characters; at most ${MAX_SOURCE_LENGTH} are read (limit "source size").`;
    return fail({ from: 0, to: 0 }, 'File too large', detail);
  }
  if (flowDepth(text) > limits.depth) return fail({ from: 0, to: 0 }, 'Too deep', tooDeep(limits));
  const documents = readDocuments(text);
  if (documents === undefined) return fail({ from: 0, to: 0 }, 'Too deep', tooDeep(limits));
  const trees: Tree[] = [];
  for (const document of documents) {
    for (const { pos, message } of document.errors.slice(0, MAX_SYNTAX_ERRORS)) {
      fail({ from: pos[0], to: Math.max(pos[1], pos[0]) }, 'Invalid YAML', `${message}.`.replace(/\.\.$/, '.'));
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const walk: Walk = { source, sink, limits, anchors: new Map(), open: new Set(), nodes: 0 };
    try {
      const tree = treeOf(document.contents, walk, 0);
      if (!(tree.kind === 'scalar' && tree.value === null)) trees.push(tree);
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      fail(error.span, 'Too much YAML', error.message, 'write it out with fewer anchors');
    }
  }
  return trees;
}

function readDocuments(text: string) {
  try {
    // Repeated keys are looked for here: the library compares each with all others.
    const result = parseAllDocuments<ParsedNode>(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false });
    return Array.isArray(result) ? result : [];
  } catch (error) {
    // The library's parser is recursive: very deep nesting ends its stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tooDeep(limits: YamlLimits): string {
  return `Maps and lists are nested more than ${limits.depth} levels deep (limit "yaml depth").`;
}

/** Longest run of opening brackets that are not closed, seen without a parser: cheap, before the library recurses. */
function flowDepth(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    else if (character !== ' ' && character !== '\n') depth = 0;
  }
  return most;
}

function spanOf(node: Node): Span {
  const [from = 0, to = from] = node.range ?? [];
  return { from, to };
}

function treeOf(node: Node, walk: Walk, depth: number): Tree {
  const span = spanOf(node);
  walk.nodes += 1;
  if (walk.nodes > walk.limits.nodes) {
    const message = `With its anchors expanded the file has more than ${walk.limits.nodes} values (limit "yaml values").`;
    throw new LimitReached(message, span);
  }
  if (depth > walk.limits.depth) throw new LimitReached(tooDeep(walk.limits), span);
  if (isAlias(node)) return aliasTree(node.source, span, walk, depth);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { kind: 'scalar', value: null, text: '', ...span };
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  walk.open.add(node);
  const tree = isMap(node)
    ? mapTree(node.items as readonly MapPair[], span, walk, depth)
    : isSeq(node)
      ? ({ kind: 'list', items: node.items.map((item) => treeOf(item as Node, walk, depth + 1)), ...span } as const)
      : scalarTree(node.value, node.source, node.type === 'PLAIN', span);
  walk.open.delete(node);
  return tree;
}

function scalarTree(value: unknown, written: string | undefined, isPlain: boolean, span: Span): Tree {
  if (value === null || value === undefined) return { kind: 'scalar', value: null, text: '', ...span };
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', value, text: written ?? String(value), ...span };
  }
  const text = String(value);
  return { kind: 'scalar', value: text, text: isPlain ? (written ?? text) : text, ...span };
}

function aliasTree(name: string, span: Span, walk: Walk, depth: number): Tree {
  const target = walk.anchors.get(name);
  if (target === undefined || walk.open.has(target)) {
    const detail =
      target === undefined
        ? `There is no anchor &${name} above.`
        : `The anchor &${name} contains itself through *${name}.`;
    walk.sink.add(diagnosticAt(walk.source, span, 'Invalid YAML', detail));
    return { kind: 'scalar', value: null, text: '', ...span };
  }
  return treeOf(target, walk, depth);
}

interface MapPair {
  readonly key: Node | null;
  readonly value: Node | null;
}

function mapTree(pairs: readonly MapPair[], span: Span, walk: Walk, depth: number): Tree {
  const own = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const pair of pairs) {
    const keyTree = pair.key === null ? undefined : treeOf(pair.key, walk, depth + 1);
    const keySpan = keyTree ?? span;
    if (keyTree !== undefined && keyTree.kind !== 'scalar') {
      walk.sink.add(diagnosticAt(walk.source, keySpan, 'Invalid YAML', 'A key is a plain text, not a map or a list.'));
      continue;
    }
    const key = keyTree?.text ?? '';
    const value: Tree =
      pair.value === null
        ? { kind: 'scalar', value: null, text: '', from: keySpan.to, to: keySpan.to }
        : treeOf(pair.value, walk, depth + 1);
    if (key === '<<') merged.push(...mergedMaps(value, walk));
    else if (own.has(key)) {
      walk.sink.add(diagnosticAt(walk.source, keySpan, 'Repeated key', `"${key}" stands twice in one map.`));
    } else own.set(key, { key, keySpan, value });
  }
  for (const tree of merged) {
    if (tree.kind !== 'map') continue;
    for (const entry of tree.entries) if (!own.has(entry.key)) own.set(entry.key, entry);
  }
  return { kind: 'map', entries: [...own.values()], ...span };
}

/** The maps a merge key takes over; earlier ones win. */
function mergedMaps(value: Tree, walk: Walk): readonly Tree[] {
  const maps = value.kind === 'list' ? value.items : [value];
  for (const tree of maps) {
    if (tree.kind === 'map') continue;
    walk.sink.add(diagnosticAt(walk.source, tree, 'Invalid YAML', 'A merge key (<<) takes a map or a list of maps.'));
  }
  return maps;
}
