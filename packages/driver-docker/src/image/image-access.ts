// Whose an image on this node is. What a job brought with a password of its own, another one gets from the registry by its
// own right, or not at all.
import type { TaskBlock } from '../container/task-config.ts';
import { credentialsHash, ownAuth } from './image-auth.ts';
import type { ImageRecords } from './image-records.ts';
import { parseReference } from './reference.ts';

/** Stands for the id while that is not known: the image is there a moment before this process hears of it. */
const COMING = 'coming';

export class ImageAccess {
  readonly #records: ImageRecords;

  constructor(records: ImageRecords) {
    this.#records = records;
  }

  /** Whether this job must ask the registry, although the image is here. */
  async isLocked(reference: string, id: string, block: TaskBlock): Promise<boolean> {
    const hash = hashOf(reference, block);
    const repository = repositoryOf(reference);
    return (
      (await this.#records.isLocked(repository, id, hash)) || (await this.#records.isLocked(reference, COMING, hash))
    );
  }

  /** Before a pull. What is here under that name already stays as it is. */
  async begin(reference: string, block: TaskBlock, isNew: boolean): Promise<void> {
    const hash = hashOf(reference, block);
    if (hash !== undefined && isNew) await this.#records.lock(reference, COMING, hash);
  }

  /** After the pull; `id` is absent when it failed. */
  async end(reference: string, block: TaskBlock, isNew: boolean, id: string | undefined): Promise<void> {
    const hash = hashOf(reference, block);
    const repository = repositoryOf(reference);
    if (id !== undefined) {
      if (hash === undefined) await this.#records.unlock(repository, id);
      else if (isNew || (await this.#records.isLocked(repository, id))) await this.#records.lock(repository, id, hash);
    }
    // Another one's pull may still be under way.
    if (hash !== undefined && isNew) await this.#records.withdraw(reference, COMING, hash);
    else if (hash === undefined && id !== undefined) await this.#records.unlock(reference, COMING);
  }
}

function hashOf(reference: string, block: TaskBlock): string | undefined {
  const own = ownAuth(reference, block);
  return own === undefined ? undefined : credentialsHash(own);
}

function repositoryOf(reference: string): string {
  return parseReference(reference)?.name ?? reference;
}
