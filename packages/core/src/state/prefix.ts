// Lookup of ids by their first characters: what short ids on the command line are resolved with.

/** Ids sharing this many first characters share a bucket. */
const bucketLength = 2;

export interface Prefixes {
  add(id: string): void;
  remove(id: string): void;
  /** Ids that begin with `prefix`, sorted, at most `limit`. */
  find(prefix: string, limit: number): readonly string[];
}

export function createPrefixes(): Prefixes {
  const buckets = new Map<string, Set<string>>();
  return {
    add(id) {
      const name = id.slice(0, bucketLength);
      const bucket = buckets.get(name);
      if (bucket === undefined) buckets.set(name, new Set([id]));
      else bucket.add(id);
    },
    remove(id) {
      const name = id.slice(0, bucketLength);
      const bucket = buckets.get(name);
      bucket?.delete(id);
      if (bucket?.size === 0) buckets.delete(name);
    },
    find(prefix, limit) {
      const found: string[] = [];
      for (const [name, bucket] of buckets) {
        if (!name.startsWith(prefix.slice(0, bucketLength))) continue;
        for (const id of bucket) if (id.startsWith(prefix)) found.push(id);
      }
      return found.sort().slice(0, limit);
    },
  };
}
