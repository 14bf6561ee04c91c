// Equality and hash of JSON-shaped data by its content: the order of an object's keys and `undefined` fields do not count.

/** Whether two values would have the same JSON, up to the order of keys. */
export function sameContent(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameContent(item, right[index]));
  }
  const leftFields = left as Readonly<Record<string, unknown>>;
  const rightFields = right as Readonly<Record<string, unknown>>;
  let defined = 0;
  for (const key of Object.keys(leftFields)) {
    if (leftFields[key] === undefined) continue;
    defined += 1;
    if (!sameContent(leftFields[key], rightFields[key])) return false;
  }
  for (const key of Object.keys(rightFields)) if (rightFields[key] !== undefined) defined -= 1;
  return defined === 0;
}

// Two 32-bit lanes, kept here while a value is walked, so that hashing allocates nothing.
let laneA = 0;
let laneB = 0;

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

/** Hashes of field names met before: they repeat in every row. */
const nameHashes = new Map<string, readonly [number, number]>();
const nameHashesLimit = 4_096;

/** 64 bits as two unsigned 32-bit numbers. FNV-1a and a rotating multiplicative hash, finished as in MurmurHash3 (public domain). */
export function contentHash(value: unknown): readonly [number, number] {
  walk(value);
  return [finish(laneA), finish(laneB)];
}

function walk(value: unknown): void {
  switch (typeof value) {
    case 'string':
      walkText(value);
      return;
    case 'number':
      walkNumber(value);
      return;
    case 'boolean':
      laneA = value ? 0x3c6ef372 : 0x1f83d9ab;
      laneB = value ? 0x510e527f : 0x5be0cd19;
      return;
    case 'object':
      if (Array.isArray(value)) walkList(value);
      else if (value !== null) walkFields(value as Readonly<Record<string, unknown>>);
      else walkNothing();
      return;
    default:
      walkNothing();
  }
}

function walkNothing(): void {
  laneA = 0x6a09e667;
  laneB = 0xbb67ae85;
}

function walkText(text: string): void {
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(((b << 5) | (b >>> 27)) ^ unit, 0x9e3779b1);
  }
  laneA = a;
  laneB = b;
}

function walkNumber(value: number): void {
  if (!Number.isFinite(value)) {
    walkNothing();
    return;
  }
  // JSON has no negative zero.
  doubles[0] = value === 0 ? 0 : value;
  const high = words[1] ?? 0;
  const low = words[0] ?? 0;
  laneA = Math.imul(finish(high ^ 0x85ebca6b) ^ low, 0x01000193);
  laneB = Math.imul(finish(low ^ 0xc2b2ae35) ^ high, 0x9e3779b1);
}

function walkList(items: readonly unknown[]): void {
  let a = 0x27d4eb2f;
  let b = 0x165667b1;
  for (const item of items) {
    walk(item);
    a = Math.imul(((a << 7) | (a >>> 25)) ^ laneA, 0x01000193);
    b = Math.imul(((b << 11) | (b >>> 21)) ^ laneB, 0x9e3779b1);
  }
  laneA = a;
  laneB = b;
}

function walkFields(fields: Readonly<Record<string, unknown>>): void {
  let a = 0x52dce729;
  let b = 0x38495ab5;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined) continue;
    const [nameA, nameB] = nameHash(name);
    walk(value);
    a = (a + finish(Math.imul(laneA, 0x01000193) ^ nameA)) | 0;
    b = (b + finish(Math.imul(laneB, 0x9e3779b1) ^ nameB)) | 0;
  }
  laneA = a;
  laneB = b;
}

function nameHash(name: string): readonly [number, number] {
  const known = nameHashes.get(name);
  if (known !== undefined) return known;
  walkText(name);
  const fresh = [laneA, laneB] as const;
  if (nameHashes.size < nameHashesLimit) nameHashes.set(name, fresh);
  return fresh;
}

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
