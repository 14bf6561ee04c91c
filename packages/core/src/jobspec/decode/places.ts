// Where the fields of a job stand in its file. Reading a file only notes names; paths are looked up when something is
// reported, which is seldom.

import { joinPath } from '../../schema/path.ts';
import type { Attribute, Block, Expression, ObjectItem, ObjectNode } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import type { BodyPlan } from './body-plan.ts';
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
  /** Absent where a body has no schema. */
  private readonly plan: BodyPlan | undefined;
  private readonly own: Block;
  private readonly field: string;
  private readonly key: PlaceKey;
  /** The blocks in this one are a chain, the last one first: a list for each would be mostly room. */
  private last: Place | undefined;
  private count: number;
  private readonly before: Place | undefined;
  private names: Names | undefined;
  /** Undefined until somebody asks. One text for all that is reported: labels may be long. */
  private ownPath: string | undefined;

  constructor(outer: Place | undefined, field: string, key: PlaceKey, block: Block, plan: BodyPlan | undefined) {
    this.outer = outer;
    this.plan = plan;
    this.own = block;
    this.field = field;
    this.key = key;
    this.last = undefined;
    this.count = 0;
    this.before = outer?.last;
    this.names = undefined;
    this.ownPath = undefined;
  }

  /** As a step of a field path: `group["web"]`, `port[1]`, `update`. Empty for the job. */
  get name(): string {
    const { field, key } = this;
    if (key === undefined) return field;
    return typeof key === 'string' ? `${field}["${key}"]` : `${field}[${key}]`;
  }

  get path(): string {
    this.ownPath ??= this.outer === undefined ? this.name : joinPath(this.outer.path, this.name);
    return this.ownPath;
  }

  /** A block is shown by its first line. */
  get span(): Span {
    return { from: this.own.from, to: headEnd(this.own) };
  }

  /** Notes a block of this field. Of a name given twice the last place counts. */
  block(field: string, key: PlaceKey, block: Block, plan: BodyPlan | undefined): Place {
    const place = new Place(this, field, key, block, plan);
    this.last = place;
    this.count += 1;
    return place;
  }

  /** Gives a block another name. */
  alias(name: string, place: Place): void {
    this.names ??= { aliases: new Map(), index: undefined };
    this.names.aliases.set(name, place);
  }

  /** The place of a field below this block; `''` is the block itself. */
  find(path: string): Span | undefined {
    return path === ''
      ? this.span
      : findStep(path, (name) => this.names?.aliases.get(name) ?? this.named(name), findIn);
  }

  private named(name: string): Found | undefined {
    const { attributes } = this.own.body;
    if (attributes.length + this.count <= SHORT_LIST) {
      for (let place = this.last; place !== undefined; place = place.before) if (place.name === name) return place;
      return attributes.find((attribute) => this.nameOf(attribute) === name);
    }
    return this.indexOfNames().get(name);
  }

  /** Made again when blocks have come since, which happens only where something is reported while a file is decoded. */
  private indexOfNames(): ReadonlyMap<string, Found> {
    this.names ??= { aliases: new Map(), index: undefined };
    const { index, count } = this.names.index ?? { index: undefined, count: 0 };
    if (index !== undefined && count === this.count) return index;
    const made = new Map<string, Found>();
    for (const attribute of this.own.body.attributes) made.set(this.nameOf(attribute), attribute);
    const inner: Place[] = [];
    for (let place = this.last; place !== undefined; place = place.before) inner.push(place);
    for (const place of inner.reverse()) made.set(place.name, place);
    this.names.index = { index: made, count: this.count };
    return made;
  }

  private nameOf({ name }: Attribute): string {
    return this.plan?.fields.get(name)?.name ?? name;
  }
}

/** The label of a block, or its number, where a field has several. */
export type PlaceKey = string | number | undefined;

/** What few blocks need: other names of the blocks in it, an index of many names and how many blocks there were then. */
interface Names {
  readonly aliases: Map<string, Place>;
  index: { readonly index: ReadonlyMap<string, Found>; readonly count: number } | undefined;
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

/** Longer paths are not noted one by one: what is reported there lands at what is around it. */
const MAX_PATH = 1_000;

/** The places of a whole file: those of the job's blocks, and single ones by path. */
export class Places implements PlaceTable {
  job: Place | undefined;
  readonly #single = new Map<string, Span>();

  get(path: string): Span | undefined {
    const single = this.#single.size === 0 || path.length > MAX_PATH ? undefined : this.#single.get(path);
    return single ?? this.job?.find(path);
  }

  has(path: string): boolean {
    return this.get(path) !== undefined;
  }

  set(path: string, span: Span): void {
    if (path.length <= MAX_PATH) this.#single.set(path, span);
  }
}
