// Type expressions: `list(string)`, `object({ … })`.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Call, Expression, ObjectItem } from '../syntax/ast.ts';
import { createDiagnosticSink, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { parseExpressionText } from '../syntax/parse-file.ts';
import { createSource, type Source, type Span } from '../syntax/source.ts';

export type Type =
  | { readonly kind: 'string' | 'number' | 'bool' | 'any' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: Type }
  | { readonly kind: 'tuple'; readonly items: readonly Type[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, TypeMember> };

export interface TypeMember {
  readonly type: Type;
  readonly optional: boolean;
}

const PLAIN: Record<string, Type> = {
  string: { kind: 'string' },
  number: { kind: 'number' },
  bool: { kind: 'bool' },
  any: { kind: 'any' },
};
const NAMES = ['string', 'number', 'bool', 'any', 'list', 'set', 'map', 'object', 'tuple'];

/** Reads a type expression. Throws LanguageError when it is none. */
export function parseType(node: Expression, source: Source): Type {
  if (node.kind === 'reference' && node.steps.length === 0) {
    const plain = Object.hasOwn(PLAIN, node.root) ? PLAIN[node.root] : undefined;
    return plain ?? failType(node, source, node.root);
  }
  if (node.kind === 'literal' && typeof node.value === 'string' && source.text.trimStart().startsWith('{')) {
    return parseTypeText(node.value, node, source);
  }
  if (node.kind === 'literal' && typeof node.value === 'string' && NAMES.includes(node.value)) {
    return failType(node, source, undefined, `write it without quotes: ${node.value}`);
  }
  if (node.kind === 'call') return parseTypeCall(node, source);
  return failType(node, source);
}

/** In JSON a type is text: `"list(string)"`. */
function parseTypeText(text: string, span: Span, source: Source): Type {
  const inner = createSource(source.fileName, text);
  const node = parseExpressionText(inner, createDiagnosticSink());
  if (node === undefined) return failType(span, source);
  try {
    return parseType(node, inner);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    const { summary, detail, hint } = error.diagnostic;
    throw new LanguageError(diagnosticAt(source, span, summary, detail, { hint }));
  }
}

function parseTypeCall(node: Call, source: Source): Type {
  const [arg] = node.args;
  if (arg === undefined || node.args.length !== 1) return failType(node, source, node.name);
  switch (node.name) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: node.name, of: parseType(arg, source) };
    case 'tuple':
      if (arg.kind !== 'tuple') return failType(arg, source);
      return { kind: 'tuple', items: arg.items.map((item) => parseType(item, source)) };
    case 'object':
      if (arg.kind !== 'object') return failType(arg, source);
      return { kind: 'object', members: new Map(arg.items.map((item) => parseMember(item, source))) };
    default:
      return failType(node.nameSpan, source, node.name);
  }
}

function parseMember(item: ObjectItem, source: Source): [string, TypeMember] {
  const { key, value } = item;
  if (key.kind !== 'literal') return failType(key, source);
  if (value.kind === 'call' && value.name === 'optional') {
    return failType(value.nameSpan, source, undefined, 'optional(…) is not part of the job language; give all members');
  }
  return [String(key.value), { type: parseType(value, source), optional: false }];
}

const USAGE: Record<string, string> = {
  list: 'list(string)',
  set: 'set(string)',
  map: 'map(string)',
  object: 'object({ name = string })',
  tuple: 'tuple([string, number])',
};

function failType(span: Span, source: Source, name?: string, mend?: string): never {
  const detail = 'Expected a type: string, number, bool, any, list(…), set(…), map(…), object({…}) or tuple([…]).';
  const usage = name !== undefined && Object.hasOwn(USAGE, name) ? `say of what: ${USAGE[name]}` : undefined;
  const near = name === undefined || NAMES.includes(name) ? undefined : didYouMean(name, NAMES);
  throw new LanguageError(diagnosticAt(source, span, 'Invalid type', detail, { hint: mend ?? usage ?? near }));
}

/** A type as it is written. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${typeText(type.of)})`;
    case 'tuple':
      return `tuple([${type.items.map(typeText).join(', ')}])`;
    case 'object':
      return `object({${[...type.members].map(([name, member]) => `${name}=${typeText(member.type)}`).join(', ')}})`;
    default:
      return type.kind;
  }
}

export function sameType(left: Type, right: Type): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'list':
    case 'set':
    case 'map':
      return left.kind === right.kind && sameType(left.of, right.of);
    case 'tuple':
      return (
        right.kind === 'tuple' &&
        left.items.length === right.items.length &&
        left.items.every((item, index) => sameType(item, right.items[index] as Type))
      );
    case 'object':
      if (right.kind !== 'object' || left.members.size !== right.members.size) return false;
      for (const [name, { type }] of left.members) {
        const other = right.members.get(name);
        if (other === undefined || !sameType(type, other.type)) return false;
      }
      return true;
    default:
      return left.kind === right.kind;
  }
}
