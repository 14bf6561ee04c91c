// Which images this driver pulled or loaded, so that only those are ever removed, and which of them are for those alone who
// know the registry's password. One small file that outlives the agent.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ImageRecord {
  /** The name it was pulled by, or its id. */
  readonly reference: string;
  readonly lastUsedMs: number;
}

interface StoredRecord {
  readonly usedMs: number;
  /** What was loaded to get it: the archive's state and the image's name in it. */
  readonly archive?: string;
}

interface Stored {
  readonly images: Map<string, StoredRecord>;
  /** By repository and image id: hashes of credentials that the registry gave the image for. */
  readonly locks: Map<string, readonly string[]>;
}

export class ImageRecords {
  readonly #file: string;
  #stored: Promise<Stored> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDir: string) {
    this.#file = join(stateDir, 'images.json');
  }

  async all(): Promise<readonly ImageRecord[]> {
    const { images } = await this.#load();
    return [...images].map(([reference, { usedMs }]) => ({ reference, lastUsedMs: usedMs }));
  }

  /** Called after a pull that brought it here. */
  async add(reference: string, nowMs: number): Promise<void> {
    (await this.#load()).images.set(reference, { usedMs: nowMs });
    await this.#save();
  }

  /** Called after a load: `archive` names what was loaded, in the state it was in. */
  async loaded(id: string, archive: string, nowMs: number): Promise<void> {
    (await this.#load()).images.set(id, { usedMs: nowMs, archive });
    await this.#save();
  }

  /** The id that loading `archive` gave. */
  async loadedFrom(archive: string): Promise<string | undefined> {
    for (const [id, record] of (await this.#load()).images) if (record.archive === archive) return id;
    return undefined;
  }

  /** Notes a use of an image this driver brought; others are not ours to note. */
  async used(reference: string, nowMs: number): Promise<void> {
    const { images } = await this.#load();
    const record = images.get(reference);
    if (record !== undefined) images.set(reference, { ...record, usedMs: nowMs });
  }

  /** Called when a pull moved a reference of ours to another image: the old one has no name any more. */
  async replaced(reference: string, oldId: string, nowMs: number): Promise<void> {
    const { images } = await this.#load();
    if (!images.has(reference)) return;
    images.set(oldId, { usedMs: nowMs }).set(reference, { usedMs: nowMs });
    await this.#save();
  }

  async remove(reference: string): Promise<void> {
    if ((await this.#load()).images.delete(reference)) await this.#save();
  }

  /** From now on the image is for those who bring one of the credentials it was locked with. */
  async lock(repository: string, id: string, credentials: string): Promise<void> {
    const { locks } = await this.#load();
    const key = lockKey(repository, id);
    const known = locks.get(key) ?? [];
    if (known.includes(credentials)) return;
    locks.set(key, [...known, credentials]);
    await this.#save();
  }

  /** These credentials say nothing any more; the lock goes with its last ones. */
  async withdraw(repository: string, id: string, credentials: string): Promise<void> {
    const { locks } = await this.#load();
    const key = lockKey(repository, id);
    const left = (locks.get(key) ?? []).filter((known) => known !== credentials);
    if (left.length > 0) locks.set(key, left);
    else locks.delete(key);
    await this.#save();
  }

  /** Anybody may have it from there. */
  async unlock(repository: string, id: string): Promise<void> {
    if ((await this.#load()).locks.delete(lockKey(repository, id))) await this.#save();
  }

  async isLocked(repository: string, id: string, credentials?: string): Promise<boolean> {
    const known = (await this.#load()).locks.get(lockKey(repository, id));
    return known !== undefined && (credentials === undefined || !known.includes(credentials));
  }

  /** Ids of the images that are for some only. */
  async locked(): Promise<readonly string[]> {
    return [...new Set([...(await this.#load()).locks.keys()].map(idOfLock))].filter((id) => id.startsWith('sha256:'));
  }

  /** The image is gone. */
  async forgetLocks(id: string): Promise<void> {
    const { locks } = await this.#load();
    const gone = [...locks.keys()].filter((key) => idOfLock(key) === id);
    for (const key of gone) locks.delete(key);
    if (gone.length > 0) await this.#save();
  }

  #load(): Promise<Stored> {
    this.#stored ??= this.#read();
    return this.#stored;
  }

  async #read(): Promise<Stored> {
    try {
      const { version, ...read } = JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, unknown>;
      // Before it had a version it was names and times.
      if (version === undefined) {
        const images = Object.entries(read as Record<string, number>).map(
          ([name, usedMs]) => [name, { usedMs }] as const,
        );
        return { images: new Map(images), locks: new Map() };
      }
      const { images, locks } = read as { images: Record<string, StoredRecord>; locks: Record<string, string[]> };
      return { images: new Map(Object.entries(images)), locks: new Map(Object.entries(locks)) };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return { images: new Map(), locks: new Map() };
      throw error;
    }
  }

  async #save(): Promise<void> {
    const next = this.#writing.then(async () => {
      await mkdir(dirname(this.#file), { recursive: true });
      const temporary = `${this.#file}.new`;
      const { images, locks } = await this.#load();
      const text = JSON.stringify({ version: 2, images: Object.fromEntries(images), locks: Object.fromEntries(locks) });
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, this.#file);
    });
    this.#writing = next.catch(() => undefined);
    await next;
  }
}

function lockKey(repository: string, id: string): string {
  return `${repository} ${id}`;
}

function idOfLock(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
