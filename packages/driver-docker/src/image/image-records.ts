// Which images this driver pulled or loaded, so that only those are ever removed. One small file that outlives the agent.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ImageRecord {
  readonly reference: string;
  readonly lastUsedMs: number;
}

export class ImageRecords {
  readonly #file: string;
  #records: Promise<Map<string, number>> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDir: string) {
    this.#file = join(stateDir, 'images.json');
  }

  async all(): Promise<readonly ImageRecord[]> {
    return [...(await this.#load())].map(([reference, lastUsedMs]) => ({ reference, lastUsedMs }));
  }

  /** Called after a pull or load that brought it here. */
  async add(reference: string, nowMs: number): Promise<void> {
    (await this.#load()).set(reference, nowMs);
    await this.#save();
  }

  /** Notes a use of an image this driver brought; others are not ours to note. */
  async used(reference: string, nowMs: number): Promise<void> {
    const records = await this.#load();
    if (records.has(reference)) records.set(reference, nowMs);
  }

  /** Called when a pull moved a reference of ours to another image: the old one has no name any more. */
  async replaced(reference: string, oldId: string, nowMs: number): Promise<void> {
    const records = await this.#load();
    if (!records.has(reference)) return;
    records.set(oldId, nowMs).set(reference, nowMs);
    await this.#save();
  }

  async remove(reference: string): Promise<void> {
    if ((await this.#load()).delete(reference)) await this.#save();
  }

  #load(): Promise<Map<string, number>> {
    this.#records ??= this.#read();
    return this.#records;
  }

  async #read(): Promise<Map<string, number>> {
    try {
      return new Map(Object.entries(JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, number>));
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return new Map();
      throw error;
    }
  }

  async #save(): Promise<void> {
    const next = this.#writing.then(async () => {
      await mkdir(dirname(this.#file), { recursive: true });
      const temporary = `${this.#file}.new`;
      await writeFile(temporary, JSON.stringify(Object.fromEntries(await this.#load())), { mode: 0o600 });
      await rename(temporary, this.#file);
    });
    this.#writing = next.catch(() => undefined);
    await next;
  }
}
