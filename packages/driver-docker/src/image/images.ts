// Sees to it that a task's image is there: local, loaded, or pulled. What is known of local images is remembered until the
// engine says that images changed, so that a start costs no extra call.
import { DriverError, type TaskConfig } from '@orch/driver-api';
import type { ImageInspectInfo } from 'dockerode';
import { imageReference, type TaskBlock } from '../container/task-config.ts';
import { throwIfAborted } from '../engine/abort.ts';
import type { Engine } from '../engine/engine.ts';
import { deniedError, engineError, statusOf } from '../engine/errors.ts';
import { ImageAccess } from './image-access.ts';
import { registryAuth } from './image-auth.ts';
import { loadArchive, openArchive } from './image-load.ts';
import { ImagePulls } from './image-pull.ts';
import type { ImageRecords } from './image-records.ts';
import { imageId, longReference, parseReference } from './reference.ts';

const PULL_TIMEOUT_MS = 300_000;

export interface ReadyImage {
  /** What the container is made of: a name may mean something else a moment later. */
  readonly id: string;
  /** How the job calls it. */
  readonly reference: string;
  /** Signal the image wants to be stopped with. */
  readonly stopSignal: string;
  /** Paths of its own that the engine makes volumes for. */
  readonly volumes: readonly string[];
}

interface LocalImage extends ReadyImage {
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
  readonly #access: ImageAccess;
  readonly #authFile: string | undefined;
  readonly #pulls: ImagePulls;
  readonly #known = new Map<string, LocalImage>();

  constructor(engine: Engine, records: ImageRecords, authFile: string | undefined) {
    this.#engine = engine;
    this.#records = records;
    this.#access = new ImageAccess(records);
    this.#authFile = authFile;
    this.#pulls = new ImagePulls(() => engine.streams());
  }

  /** Called when images of the engine changed, or may have. */
  forget(): void {
    this.#known.clear();
  }

  /** @throws DriverError `not-found`, `fetch-failed`, `invalid-config`, `canceled`, `runtime-unavailable` */
  async ensure(request: ImageRequest): Promise<ReadyImage> {
    const { block, signal } = request;
    const reference = imageReference(block);
    const archive = block.text('load');
    const force = block.flag('force_pull');
    if (archive !== undefined) return this.#load(reference, archive, request);
    if (imageId(reference) !== undefined) {
      const hint = 'Name it as its registry does, or bring its archive with load.';
      throw deniedError(['image'], 'an image of this node is not run by its id', hint);
    }
    const local = await this.#local(reference);
    const isLocked = local !== undefined && (await this.#access.isLocked(reference, local.id, block));
    if (local !== undefined && !isLocked && !force && !(isMutable(reference) && local.fromRegistry)) return local;
    try {
      return await this.#pull(reference, request);
    } catch (error) {
      if (local === undefined || isLocked || force || signal?.aborted === true) throw error;
      request.onProgress(`${(error as Error).message}; using the copy of ${reference} on this node`);
      return local;
    }
  }

  /**
   * What the archive holds under that name, whatever the engine knows by it. An archive that was loaded before and did not
   * change since is not loaded again.
   */
  async #load(reference: string, archive: string, request: ImageRequest): Promise<ReadyImage> {
    const { task, block, signal, onProgress } = request;
    const opened = await openArchive(task, archive);
    try {
      const key = `${opened.key} ${reference}`;
      const before = await this.#records.loadedFrom(key);
      const known = before === undefined ? undefined : await this.#local(before);
      if (known !== undefined && !block.flag('force_pull')) return { ...known, reference };
      onProgress(`Loading image ${archive}`);
      const wanted = { reference, id: imageId(reference) };
      const id = await loadArchive(await this.#engine.streams(), opened, wanted, signal);
      throwIfAborted(signal, `starting ${task.id}`);
      await this.#records.loaded(id, key, Date.now());
      this.#known.delete(id);
      const found = await this.#local(id);
      if (found !== undefined) return { ...found, reference };
      throw new DriverError('not-found', `the image ${reference} is not there after its load`, { recoverable: true });
    } finally {
      await opened.file.close();
    }
  }

  async #pull(reference: string, request: ImageRequest): Promise<ReadyImage> {
    const auth = await registryAuth(reference, request.block, this.#authFile);
    const timeoutMs = request.block.durationMs('image_pull_timeout', PULL_TIMEOUT_MS);
    const { signal, onProgress } = request;
    const before = await this.#local(reference);
    const isNew = before === undefined;
    let found: LocalImage | undefined;
    await this.#access.begin(reference, request.block, isNew);
    try {
      await this.#pulls.pull({ image: withTag(reference), auth, timeoutMs, signal, onProgress });
      this.#known.delete(reference);
      found = await this.#local(reference);
    } finally {
      await this.#access.end(reference, request.block, isNew, found?.id);
    }
    if (isNew) await this.#records.add(reference, Date.now());
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
      if (!isNamed(reference, info)) return undefined;
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
  const config = info.Config as { StopSignal?: string; Volumes?: Record<string, unknown> | null } | undefined;
  const fromRegistry = (info.RepoDigests ?? []).length > 0;
  const volumes = Object.keys(config?.Volumes ?? {});
  return { id: info.Id, reference, stopSignal: config?.StopSignal || 'SIGTERM', volumes, fromRegistry };
}

/**
 * The engine takes what it knows no name for as the beginning of an id (`621a`, `sha256:621a`). Nobody runs an image by
 * that: it may be another job's.
 */
function isNamed(reference: string, info: ImageInspectInfo): boolean {
  if (reference === info.Id) return true;
  const wanted = parseReference(reference);
  if (wanted === undefined) return false;
  const { name, tag, digest } = wanted;
  // With both, the engine goes by the digest.
  if (digest !== undefined) return (info.RepoDigests ?? []).some((one) => longReference(one) === `${name}@${digest}`);
  return (info.RepoTags ?? []).some((one) => longReference(one) === `${name}:${tag}`);
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
