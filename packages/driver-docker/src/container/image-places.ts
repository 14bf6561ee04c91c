// Looks into an image before anything is mounted in a container of it: where the places of mounts lead, and whether the
// engine may read its users. It looks at a container of its own that never runs and in which no task has any part: for a
// look the engine mounts what a container has on the host, by path.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { DriverError } from '@orch/driver-api';
import type Docker from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import type { BindsSeen } from '../files/binds-seen.ts';
import { LABEL_LOOK, LABEL_OWNER, LOOK_PREFIX } from './labels.ts';
import { judgePlaces, type Place } from './places.ts';
import { removeContainer } from './remove.ts';

/** Images that are remembered. */
const MOST_IMAGES = 256;
/** Files that the engine opens on the host, to find users by name. */
const USER_FILES = ['/etc/passwd', '/etc/group'];
const STAT_HEADER = 'x-docker-container-path-stat';
/** Bits of a mode as the engine tells it: devices, FIFOs, sockets, and what it has no name for. */
const ODD_KINDS = (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19);

interface Found {
  /** Where the path leads: itself when it is no link, or not there. */
  readonly real: string;
  readonly mode: number;
}

type Seen = Map<string, Found>;

export class ImagePlaces {
  readonly #engine: Engine;
  readonly #owner: string;
  readonly #bindsSeen: BindsSeen;
  readonly #seen = new Map<string, Seen>();
  /** By image: what is under way, so that starts at the same time look once. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(engine: Engine, owner: string, bindsSeen: BindsSeen) {
    this.#engine = engine;
    this.#owner = owner;
    this.#bindsSeen = bindsSeen;
  }

  /** Called when the engine went away: another one may come. */
  forget(): void {
    this.#seen.clear();
    this.#bindsSeen.forget();
  }

  /**
   * Judges where things are mounted in a container of the image.
   * @throws DriverError `denied`, `start-failed`, or the engine's answer when the image is gone
   */
  async check(image: string, places: readonly Place[]): Promise<void> {
    const before = this.#turns.get(image) ?? Promise.resolve();
    const turn = before.then(() => this.#see(image, [...USER_FILES, ...places.map(({ target }) => target)]));
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(image, done);
    try {
      judge(places, await turn);
    } finally {
      if (this.#turns.get(image) === done) this.#turns.delete(image);
    }
  }

  async #see(image: string, wanted: readonly string[]): Promise<Seen> {
    const seen: Seen = this.#seen.get(image) ?? new Map<string, Found>();
    if (!this.#bindsSeen.isKnown || wanted.some((path) => walked(path, seen) === undefined))
      await this.#look(image, wanted, seen);
    if (this.#seen.size >= MOST_IMAGES) this.#seen.clear();
    this.#seen.set(image, seen);
    return seen;
  }

  async #look(image: string, wanted: readonly string[], seen: Seen): Promise<void> {
    const client = await this.#engine.client();
    const bind = await this.#bindsSeen.begin();
    let container: Docker.Container | undefined;
    try {
      container = await client.createContainer(lookSpec(image, this.#owner, bind.mounts));
      await bind.check(container);
      const found: Seen = new Map(seen);
      for (const path of wanted) await walk(container, path, found);
      // The engine says the same of a path that is not there and of a container that is not there any more.
      await container.inspect();
      for (const [path, what] of found) seen.set(path, what);
    } catch (error) {
      // The image went meanwhile: whoever asked brings it again.
      if (statusOf(error) === 404) throw error;
      throw engineError(error, 'looking into the image', 'start-failed');
    } finally {
      if (container !== undefined) await removeContainer(client, container.id);
      await bind.end();
    }
  }
}

function judge(places: readonly Place[], seen: Seen): void {
  for (const path of USER_FILES) {
    if (((walked(path, seen)?.mode ?? 0) & ODD_KINDS) === 0) continue;
    const message = `${path} of the image is no file, and the engine would wait for it, or wake a device`;
    throw new DriverError('denied', message, { path: ['image'] });
  }
  judgePlaces(places, (path) => seen.get(path)?.real ?? path);
}

function lookSpec(image: string, owner: string, mounts: Docker.MountSettings[]): Docker.ContainerCreateOptions {
  return {
    name: `${LOOK_PREFIX}${randomUUID()}`,
    Image: image,
    Labels: { [LABEL_OWNER]: owner, [LABEL_LOOK]: 'yes' },
    Entrypoint: ['/'],
    Cmd: [],
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} }, Mounts: mounts },
  };
}

/** Notes what is on the way to `path` in the image. */
async function walk(container: Docker.Container, path: string, seen: Seen): Promise<void> {
  let at = '/';
  for (const name of path.split('/').filter((part) => part !== '')) {
    const next = posix.join(at, name);
    const found = seen.get(next) ?? (await stat(container, next));
    seen.set(next, found);
    at = found.real;
  }
  // What a link leads to at last.
  if (!seen.has(at)) seen.set(at, await stat(container, at));
}

/** What `walk` noted. Undefined when it was not there yet. */
function walked(path: string, seen: Seen): Found | undefined {
  let at = '/';
  for (const name of path.split('/').filter((part) => part !== '')) {
    const found = seen.get(posix.join(at, name));
    if (found === undefined) return undefined;
    at = found.real;
  }
  return seen.get(at);
}

async function stat(container: Docker.Container, path: string): Promise<Found> {
  try {
    const answer = (await container.infoArchive({ path })) as unknown as IncomingMessage;
    answer.resume();
    const header = Buffer.from(String(answer.headers[STAT_HEADER] ?? ''), 'base64').toString('utf8');
    const { mode = 0, linkTarget = '' } = JSON.parse(header) as { mode?: number; linkTarget?: string };
    return { real: linkTarget === '' ? path : posix.resolve(posix.dirname(path), linkTarget), mode };
  } catch (error) {
    if (statusOf(error) === 404) return { real: path, mode: 0 };
    throw error;
  }
}
