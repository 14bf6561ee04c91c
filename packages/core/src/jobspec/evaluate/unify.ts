// The one type that values of several types can all become.

import { sameType, type Type, type TypeMember } from './type.ts';

const ANY: Type = { kind: 'any' };

/** Undefined when the types have nothing in common. */
export function unify(types: readonly Type[]): Type | undefined {
  const [first] = types;
  if (first === undefined) return undefined;
  if (types.every((type) => sameType(type, first))) return first;
  const kinds = new Set(types.map((type) => type.kind));
  const only = (...names: readonly Type['kind'][]) => [...kinds].every((kind) => names.includes(kind));
  const hasAny = kinds.has('any');
  if (kinds.has('map') && only('map', 'any')) return hasAny ? ANY : unifyElements('map', types);
  if (kinds.has('list') && only('list', 'any')) return hasAny ? ANY : unifyElements('list', types);
  if (kinds.has('set') && only('set', 'any')) return hasAny ? ANY : unifyElements('set', types);
  if (kinds.has('object') && only('object', 'any')) return hasAny ? ANY : unifyObjects(types);
  if (kinds.has('tuple') && only('tuple', 'any')) return hasAny ? ANY : unifyTuples(types);
  if (kinds.has('map') && only('map', 'object', 'any')) {
    const map = afterReplacing(types, 'object', asMap);
    if (map?.kind === 'map') return map;
  }
  if (kinds.has('list') && only('list', 'tuple', 'any')) {
    const list = afterReplacing(types, 'tuple', asList);
    if (list?.kind === 'list') return list;
  }
  if (kinds.has('object') && kinds.has('tuple')) return undefined;
  const candidates = types.toSorted((left, right) => preference(left) - preference(right));
  return candidates.find((wanted) => types.every((type) => isConvertible(type, wanted)));
}

/** What comes first is tried first: text takes numbers and booleans, a list takes a set. */
function preference(type: Type): number {
  if (type.kind === 'string') return 0;
  if (type.kind === 'list') return 1;
  return type.kind === 'any' ? 9 : 2;
}

function afterReplacing(
  types: readonly Type[],
  kind: Type['kind'],
  replace: (types: readonly Type[]) => Type | undefined,
): Type | undefined {
  const replaced = types.filter((type) => type.kind === kind);
  const replacement = replaced.length === 0 ? undefined : replace(replaced);
  return replacement === undefined ? undefined : unify(types.map((type) => (type.kind === kind ? replacement : type)));
}

function unifyElements(kind: 'list' | 'set' | 'map', types: readonly Type[]): Type | undefined {
  const of = unify(types.map((type) => ('of' in type ? type.of : ANY)));
  return of === undefined ? undefined : { kind, of };
}

function membersOf(type: Type): ReadonlyMap<string, TypeMember> {
  return type.kind === 'object' ? type.members : new Map();
}

function itemsOf(type: Type): readonly Type[] {
  return type.kind === 'tuple' ? type.items : [];
}

/** Objects with the same members stay objects; others become maps. */
function unifyObjects(types: readonly Type[]): Type | undefined {
  const first = membersOf(types[0] as Type);
  const isAlike = types.every((type) => {
    const members = membersOf(type);
    return members.size === first.size && [...members.keys()].every((name) => first.has(name));
  });
  if (!isAlike) return asMap(types);
  const members = new Map<string, TypeMember>();
  for (const name of first.keys()) {
    const type = unify(types.map((other) => membersOf(other).get(name)?.type ?? ANY));
    if (type === undefined) return undefined;
    members.set(name, { type, optional: false });
  }
  return { kind: 'object', members };
}

function asMap(types: readonly Type[]): Type | undefined {
  const of = unify(types.flatMap((type) => [...membersOf(type).values()].map((member) => member.type)));
  return of === undefined ? undefined : { kind: 'map', of };
}

/** Tuples of the same length stay tuples; others become lists. */
function unifyTuples(types: readonly Type[]): Type | undefined {
  const { length } = itemsOf(types[0] as Type);
  if (types.some((type) => itemsOf(type).length !== length)) return asList(types);
  const items: Type[] = [];
  for (let index = 0; index < length; index += 1) {
    const item = unify(types.map((type) => itemsOf(type)[index] ?? ANY));
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { kind: 'tuple', items };
}

function asList(types: readonly Type[]): Type | undefined {
  const of = unify(types.flatMap(itemsOf));
  return of === undefined ? undefined : { kind: 'list', of };
}

/** Whether values of one type can become the other; text that is no number is found out only with the value. */
export function isConvertible(from: Type, to: Type): boolean {
  if (from.kind === 'any' || to.kind === 'any' || sameType(from, to)) return true;
  switch (to.kind) {
    case 'string':
      return from.kind === 'number' || from.kind === 'bool';
    case 'number':
    case 'bool':
      return from.kind === 'string';
    case 'list':
    case 'set':
      if (from.kind === 'tuple') return from.items.every((item) => isConvertible(item, to.of));
      return (from.kind === 'list' || from.kind === 'set') && isConvertible(from.of, to.of);
    case 'map':
      if (from.kind === 'object') return [...from.members.values()].every(({ type }) => isConvertible(type, to.of));
      return from.kind === 'map' && isConvertible(from.of, to.of);
    case 'tuple':
      return (
        from.kind === 'tuple' &&
        from.items.length === to.items.length &&
        from.items.every((item, index) => isConvertible(item, to.items[index] ?? ANY))
      );
    case 'object':
      if (from.kind === 'map') return [...to.members.values()].every(({ type }) => isConvertible(from.of, type));
      return (
        from.kind === 'object' &&
        [...to.members].every(([name, { type, optional }]) => {
          const member = from.members.get(name);
          return member === undefined ? optional : isConvertible(member.type, type);
        })
      );
  }
}
