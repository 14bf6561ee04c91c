// Type expressions (`list(string)`, `object({ … })`) and the conversion of values to them.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Call, Expression, ObjectItem } from '../syntax/ast.ts';
import { diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Source, Span } from '../syntax/source.ts';
import {
  describeValue,
  isObject,
  makeSet,
  toBool,
  toItems,
  toNumber,
  toText,
  type Value,
  ValueError,
} from './value.ts';

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
  list: { kind: 'list', of: { kind: 'any' } },
  set: { kind: 'set', of: { kind: 'any' } },
  map: { kind: 'map', of: { kind: 'any' } },
};
const NAMES = ['string', 'number', 'bool', 'any', 'list', 'set', 'map', 'object', 'tuple'];

/** Reads a type expression. Throws LanguageError when it is none. */
export function parseType(node: Expression, source: Source): Type {
  if (node.kind === 'reference' && node.steps.length === 0) {
    const plain = Object.hasOwn(PLAIN, node.root) ? PLAIN[node.root] : undefined;
    return plain ?? failType(node, source, node.root);
  }
  if (node.kind === 'literal' && typeof node.value === 'string' && Object.hasOwn(PLAIN, node.value)) {
    return PLAIN[node.value] as Type;
  }
  if (node.kind === 'call') return parseTypeCall(node, source);
  return failType(node, source);
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
  if (item.key.kind !== 'literal') return failType(item.key, source);
  const { value } = item;
  const optional = value.kind === 'call' && value.name === 'optional' ? value.args[0] : undefined;
  return [String(item.key.value), { type: parseType(optional ?? value, source), optional: optional !== undefined }];
}

function failType(span: Span, source: Source, name?: string): never {
  const detail = 'Expected a type: string, number, bool, any, list(…), set(…), map(…), object({…}) or tuple([…]).';
  const hint = name === undefined || NAMES.includes(name) ? undefined : didYouMean(name, NAMES);
  throw new LanguageError(diagnosticAt(source, span, 'Invalid type', detail, { hint }));
}

/** Converts a value, or throws ValueError. Null is a value of every type. */
export function convertValue(value: Value, type: Type): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'any':
      return value;
    case 'string':
      return toText(value);
    case 'number':
      return toNumber(value);
    case 'bool':
      return toBool(value);
    case 'list':
      return toItems(value).map((item) => convertValue(item, type.of));
    case 'set':
      return makeSet(toItems(value).map((item) => convertValue(item, type.of)));
    case 'map':
      if (!isObject(value)) throw new ValueError(`${describeValue(value)} is no map`);
      return new Map([...value].map(([key, item]) => [key, convertValue(item, type.of)]));
    case 'tuple': {
      const items = toItems(value);
      if (items.length !== type.items.length) {
        throw new ValueError(`expected ${type.items.length} elements, found ${items.length}`);
      }
      return items.map((item, index) => convertValue(item, type.items[index] ?? { kind: 'any' }));
    }
    case 'object':
      return convertObject(value, type.members);
  }
}

function convertObject(value: Value, members: ReadonlyMap<string, TypeMember>): Value {
  if (value === null || !isObject(value)) throw new ValueError(`${describeValue(value)} is no object`);
  const result = new Map<string, Value>();
  for (const [name, { type, optional }] of members) {
    const item = value.get(name);
    if (item !== undefined) result.set(name, convertValue(item, type));
    else if (optional) result.set(name, null);
    else throw new ValueError(`the member "${name}" is missing`);
  }
  return result;
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
