// Where the fields of a job stand in its file. Reading a file only notes names; paths are looked up when something is
// reported, which is seldom.

import type { FieldSchema } from '../../schema/field.ts';
import { fieldName, joinPath } from '../../schema/path.ts';
import type { Attribute, Block, Expression, ObjectItem, ObjectNode } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import { headEnd } from './decoder.ts';

/** Field path → place. A `Map` is one. */
export interface PlaceTable {
  get(path: string): Span | undefined;
  has(path: string): boolean;
  set(path: string, span: Span): unknown;
}

/** What has a name in a block. */
type Found = Attribute | Place;

/** Lists of more names than this get an index when they are searched. */
const SHORT_LIST = 16;

/** A block with the places of what stands in it. Its attributes are those of the tree. */
export class Place {
  readonly outer: Place | undefined;
  /** As a step of a field path: `count`, `task["web"]`, `port[1]`. Empty for the job. */
  readonly name: string;
  /** Fields by their names in the file; absent where a body has no schema. */
  readonly fields: ReadonlyMap<string, FieldSchema> | undefined;
  private readonly own: Block;
  /** Blocks in this one, by the order of the file, and other names of some of them. */
  private inner: Place[] | undefined;
  private aliases: Map<string, Place> | undefined;
  private index: Map<string, Found> | undefined;
  private indexed: number;

  constructor(
    outer: Place | undefined,
    name: string,
    block: Block,
    fields: ReadonlyMap<string, FieldSchema> | undefined,
  ) {
    this.outer = outer;
    this.name = name;
    this.fields = fields;
    this.own = block;
    this.inner = undefined;
    this.aliases = undefined;
    this.index = undefined;
    this.indexed = 0;
  }

  get path(): string {
    return this.outer === undefined ? this.name : joinPath(this.outer.path, this.name);
  }

  /** A block is shown by its first line; one that is no text of its own is shown whole. */
  get span(): Span {
    const { from, to, body } = this.own;
    return { from, to: body.from === 0 ? to : headEnd(this.own) };
  }

  /** Notes a block. Of a name given twice the last place counts. */
  block(name: string, block: Block, fields: ReadonlyMap<string, FieldSchema> | undefined): Place {
    const place = new Place(this, name, block, fields);
    if (this.inner === undefined) this.inner = [place];
    else this.inner.push(place);
    return place;
  }

  /** Gives a block another name. */
  alias(name: string, place: Place): void {
    this.aliases ??= new Map();
    this.aliases.set(name, place);
  }

  /** The place of a field below this block; `''` is the block itself. */
  find(path: string): Span | undefined {
    return path === '' ? this.span : findStep(path, (name) => this.aliases?.get(name) ?? this.named(name), findIn);
  }

  private named(name: string): Found | undefined {
    const { attributes } = this.own.body;
    const inner = this.inner ?? [];
    if (attributes.length + inner.length <= SHORT_LIST) {
      for (let at = inner.length - 1; at >= 0; at -= 1) if (inner[at]?.name === name) return inner[at];
      return attributes.find((attribute) => this.nameOf(attribute) === name);
    }
    this.index ??= new Map(attributes.map((attribute) => [this.nameOf(attribute), attribute]));
    for (; this.indexed < inner.length; this.indexed += 1) {
      const place = inner[this.indexed] as Place;
      this.index.set(place.name, place);
    }
    return this.index.get(name);
  }

  private nameOf({ name }: Attribute): string {
    const field = this.fields?.get(name);
    return field === undefined ? name : fieldName(field);
  }
}

/** Most ends of one step that are tried. */
const MAX_ENDS = 64;

/**
 * Follows the first step of a path and then the rest. Labels and keys may hold dots and brackets, so where a step ends is
 * known by what there is; `env["NAME"]` is `env.NAME`.
 */
function findStep<T>(
  path: string,
  named: (name: string) => T | undefined,
  findRest: (found: T, rest: string) => Span | undefined,
): Span | undefined {
  let ends = 0;
  for (let end = 1; end <= path.length && ends < MAX_ENDS; end += 1) {
    // The end, "." or "[".
    if (end < path.length && path.charCodeAt(end) !== 46 && path.charCodeAt(end) !== 91) continue;
    ends += 1;
    const step = path.slice(0, end);
    const isQuoted = step.charCodeAt(0) === 91 && step.startsWith('["') && step.endsWith('"]');
    const found = named(step) ?? (isQuoted ? named(step.slice(2, -2)) : undefined);
    const span = found === undefined ? undefined : findRest(found, restOf(path, end));
    if (span !== undefined) return span;
  }
  return undefined;
}

function restOf(path: string, at: number): string {
  return at === path.length ? '' : path.slice(path.charCodeAt(at) === 46 ? at + 1 : at);
}

function findIn(place: Found, path: string): Span | undefined {
  if (place instanceof Place) return place.find(path);
  return path === '' ? place : findInValue(place.value, path, 0);
}

/** How many lists deep the first element also has the path of its list. */
const MAX_SHORT = 3;

/**
 * Members of objects and elements of lists, however deep. A list of blocks is named by drivers as `mount` for its first
 * element and `mount[1]` for the second, a list of values as `args[0]`: the members of a first element have both names.
 */
function findInValue(node: Expression, path: string, short: number): Span | undefined {
  if (node.kind === 'object') return findInObject(node, path, short);
  if (node.kind !== 'tuple') return undefined;
  const [step, digits = ''] = /^\[(\d+)\]/.exec(path) ?? [''];
  const item = step === '' ? undefined : node.items[Number(digits)];
  if (item !== undefined) {
    const rest = restOf(path, step.length);
    return rest === '' ? { from: item.from, to: item.to } : findInValue(item, rest, short + 1);
  }
  const first = node.items[0];
  return first === undefined || short >= MAX_SHORT ? undefined : findInValue(first, path, short + 1);
}

const members = new WeakMap<ObjectNode, ReadonlyMap<string, ObjectItem>>();

function membersOf(node: ObjectNode): ReadonlyMap<string, ObjectItem> {
  let index = members.get(node);
  if (index === undefined) {
    index = new Map(
      node.items.flatMap((item) => (item.key.kind === 'literal' ? [[String(item.key.value), item] as const] : [])),
    );
    members.set(node, index);
  }
  return index;
}

function findInObject(node: ObjectNode, path: string, short: number): Span | undefined {
  const index = membersOf(node);
  return findStep(
    path,
    (name) => index.get(name),
    ({ key, value }, rest) => (rest === '' ? { from: key.from, to: value.to } : findInValue(value, rest, short)),
  );
}

/** The places of a whole file: those of the job's blocks, and single ones by path. */
export class Places implements PlaceTable {
  job: Place | undefined;
  readonly #single = new Map<string, Span>();

  get(path: string): Span | undefined {
    const single = this.#single.size === 0 ? undefined : this.#single.get(path);
    return single ?? this.job?.find(path);
  }

  has(path: string): boolean {
    return this.get(path) !== undefined;
  }

  set(path: string, span: Span): void {
    this.#single.set(path, span);
  }
}
