// Sees to it that a task's image is there: local, loaded, or pulled. What is known of local images is remembered until the
// engine says that images changed, so that a start costs no extra call.
import { DriverError, type TaskConfig } from '@orch/driver-api';
import type { ImageInspectInfo } from 'dockerode';
import { imageReference, type TaskBlock } from '../container/task-config.ts';
import { throwIfAborted } from '../engine/abort.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import { registryAuth } from './image-auth.ts';
import { loadImage } from './image-load.ts';
import { ImagePulls } from './image-pull.ts';
import type { ImageRecords } from './image-records.ts';

const PULL_TIMEOUT_MS = 300_000;

export interface ReadyImage {
  readonly reference: string;
  /** Signal the image wants to be stopped with. */
  readonly stopSignal: string;
}

interface LocalImage extends ReadyImage {
  readonly id: string;
  /** It came from a registry, so a newer one may be there. */
  readonly fromRegistry: boolean;
}

export interface ImageRequest {
  readonly task: TaskConfig;
  readonly block: TaskBlock;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (message: string) => void;
}

export class Images {
  readonly #engine: Engine;
  readonly #records: ImageRecords;
  readonly #authFile: string | undefined;
  readonly #pulls: ImagePulls;
  readonly #known = new Map<string, LocalImage>();

  constructor(engine: Engine, records: ImageRecords, authFile: string | undefined) {
    this.#engine = engine;
    this.#records = records;
    this.#authFile = authFile;
    this.#pulls = new ImagePulls(() => engine.streams());
  }

  /** Called when images of the engine changed, or may have. */
  forget(): void {
    this.#known.clear();
  }

  /** @throws DriverError `not-found`, `fetch-failed`, `invalid-config`, `canceled`, `runtime-unavailable` */
  async ensure(request: ImageRequest): Promise<ReadyImage> {
    const { block, task, signal } = request;
    const reference = imageReference(block);
    const archive = block.text('load');
    const force = block.flag('force_pull');
    if (archive !== undefined) {
      const loaded = await this.#local(reference);
      if (loaded !== undefined && !force) return loaded;
      request.onProgress(`Loading image ${archive}`);
      await loadImage(await this.#engine.streams(), task, archive);
      throwIfAborted(signal, `starting ${task.id}`);
      this.#known.delete(reference);
      const found = await this.#local(reference);
      if (found !== undefined) {
        if (loaded === undefined) await this.#records.add(reference, Date.now());
        return found;
      }
      const hint = 'Set `image` to the name inside the archive.';
      throw new DriverError('not-found', `the archive ${archive} holds no image ${reference}`, {
        path: ['load'],
        hint,
      });
    }
    const local = await this.#local(reference);
    if (local !== undefined && !force && !(isMutable(reference) && local.fromRegistry)) return local;
    try {
      return await this.#pull(reference, request);
    } catch (error) {
      if (local === undefined || force || signal?.aborted === true) throw error;
      request.onProgress(`${(error as Error).message}; using the copy of ${reference} on this node`);
      return local;
    }
  }

  async #pull(reference: string, request: ImageRequest): Promise<ReadyImage> {
    const auth = await registryAuth(reference, request.block, this.#authFile);
    const timeoutMs = request.block.durationMs('image_pull_timeout', PULL_TIMEOUT_MS);
    const { signal, onProgress } = request;
    const before = await this.#local(reference);
    await this.#pulls.pull({ image: withTag(reference), auth, timeoutMs, signal, onProgress });
    this.#known.delete(reference);
    const found = await this.#local(reference);
    if (before === undefined) await this.#records.add(reference, Date.now());
    else if (found?.id !== before.id) await this.#records.replaced(reference, before.id, Date.now());
    if (found !== undefined) return found;
    throw new DriverError('not-found', `the image ${reference} is not there after its pull`, { recoverable: true });
  }

  async #local(reference: string): Promise<LocalImage | undefined> {
    const known = this.#known.get(reference);
    if (known !== undefined) {
      await this.#records.used(reference, Date.now());
      return known;
    }
    try {
      const info = await (await this.#engine.client()).getImage(reference).inspect();
      const image = describe(reference, info);
      this.#known.set(reference, image);
      return image;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw engineError(error, `looking for the image ${reference}`);
    }
  }
}

function describe(reference: string, info: ImageInspectInfo): LocalImage {
  const config = info.Config as { StopSignal?: string } | undefined;
  const fromRegistry = (info.RepoDigests ?? []).length > 0;
  return { id: info.Id, reference, stopSignal: config?.StopSignal || 'SIGTERM', fromRegistry };
}

/** A reference without tag or with `latest` may mean another image tomorrow. */
export function isMutable(reference: string): boolean {
  return withTag(reference).endsWith(':latest');
}

/** Without a tag the engine would pull all of them. */
export function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}
