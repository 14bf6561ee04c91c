// The door: a short-lived container that stands in the group's network namespace, so that others can join it there.
// The engine joins containers, never paths. The image is empty; the native launcher is bound in and is PID 1: it enters,
// gives up every capability, and waits.
import { randomUUID } from 'node:crypto';
import { readlink, stat } from 'node:fs/promises';
import { DriverError } from '@orch/driver-api';
import type Docker from 'dockerode';
import { DOOR_PREFIX, isHelper, LABEL_DOOR, LABEL_OWNER } from '../container/labels.ts';
import { removeContainer } from '../container/remove.ts';
import { sleep } from '../engine/abort.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import { loadDoorImage } from './door-image.ts';

/** The launcher enters within milliseconds of its start; a busy machine may take its time, milliseconds. */
const ENTER_LIMIT_MS = 10_000;

interface OpenDoor {
  readonly opened: Promise<string>;
  users: number;
}

export interface Door {
  readonly containerId: string;
  /** The door goes when its last user left. Never rejects. */
  leave(): Promise<void>;
}

export interface DoorListener {
  onLeftover(error: unknown): void;
  onRetry(error: unknown): void;
}

export class Doors {
  readonly #engine: Engine;
  readonly #owner: string;
  /** The native launcher's program. */
  readonly #launcher: string;
  /** Id of the image, once this process loaded it. */
  #image: Promise<string> | undefined;
  readonly #open = new Map<string, OpenDoor>();
  readonly #onLeftover: (error: unknown) => void;
  readonly #onRetry: (error: unknown) => void;
  /** Tells this process's doors from those an earlier one left. */
  readonly #word = randomUUID().slice(0, 8);
  #made = 0;
  #lastUsedMs = Date.now();

  /** `onLeftover` is told when a door could not be removed: `collect` takes it later. */
  constructor(engine: Engine, owner: string, launcher: string, told: DoorListener) {
    this.#engine = engine;
    this.#owner = owner;
    this.#launcher = launcher;
    this.#onLeftover = told.onLeftover;
    this.#onRetry = told.onRetry;
  }

  /** The image's id when this process brought it. */
  async imageId(): Promise<string | undefined> {
    return this.#image?.catch(() => undefined);
  }

  /** When a door was last asked for; before the first one, since when it can be. */
  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** A door into the namespace at `path`; tasks that start at the same time share it. */
  async enter(path: string, hostname: string): Promise<Door> {
    const key = `${path}\n${hostname}`;
    const door = this.#open.get(key) ?? { opened: this.#make(path, hostname), users: 0 };
    door.users += 1;
    this.#lastUsedMs = Date.now();
    this.#open.set(key, door);
    const leave = async () => {
      door.users -= 1;
      if (door.users > 0) return;
      if (this.#open.get(key) === door) this.#open.delete(key);
      try {
        await this.#remove(await door.opened);
      } catch (error) {
        this.#onLeftover(error);
      }
    };
    try {
      return { containerId: await door.opened, leave };
    } catch (error) {
      door.users -= 1;
      if (this.#open.get(key) === door) this.#open.delete(key);
      throw error;
    }
  }

  /** Removes what an earlier process of this agent left open when it was killed. Never rejects. */
  async closeLeft(): Promise<void> {
    try {
      const client = await this.#engine.client();
      const filters = { label: [`${LABEL_OWNER}=${this.#owner}`, LABEL_DOOR] };
      for (const { Id: id, Names: names, Labels: labels } of await client.listContainers({ all: true, filters }))
        if (isHelper(names, labels) && !names.some((name) => name.startsWith(`/${this.#prefix}`)))
          await removeContainer(client, id);
    } catch (error) {
      this.#onLeftover(error);
    }
  }

  get #prefix(): string {
    return `${DOOR_PREFIX}${this.#word}-`;
  }

  /** Tried twice: a busy engine now and then fails a start on its own ("already running", "process is already dead"). */
  async #make(path: string, hostname: string): Promise<string> {
    const namespace = await namespaceInode(path);
    try {
      return await this.#makeOnce(path, hostname, namespace);
    } catch (error) {
      this.#onRetry(error);
    }
    try {
      return await this.#makeOnce(path, hostname, namespace);
    } catch (error) {
      throw engineError(error, `entering the network namespace ${path}`, 'start-failed');
    }
  }

  async #makeOnce(path: string, hostname: string, namespace: string): Promise<string> {
    const client = await this.#engine.client();
    this.#made += 1;
    const name = `${this.#prefix}${this.#made}`;
    const container = await this.#create(client, { name, ...doorSpec(path, hostname, this.#owner, this.#launcher) });
    try {
      await container.start();
      await this.#entered(container, namespace);
      return container.id;
    } catch (error) {
      await this.#remove(container.id);
      throw error;
    }
  }

  /** Whoever collects images may take it between its import and its use. */
  async #create(client: Docker, spec: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    for (let tries = 0; ; tries += 1) {
      this.#image ??= loadDoorImage(client);
      const image = this.#image;
      try {
        return await client.createContainer({ ...spec, Image: await image });
      } catch (error) {
        if (this.#image === image) this.#image = undefined;
        if (statusOf(error) !== 404 || tries >= IMPORT_TRIES) throw error;
      }
    }
  }

  /** The engine says "started" when the launcher was executed, a moment before it stands in the namespace. */
  async #entered(container: Docker.Container, namespace: string): Promise<void> {
    const pid = await pidOf(container);
    const end = Date.now() + ENTER_LIMIT_MS;
    while (pid !== undefined && Date.now() < end) {
      const link = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
      if (link === namespace) return;
      if (link === undefined) break;
      await sleep(2);
    }
    const hint = 'The engine must run on this machine, as root.';
    throw new DriverError('start-failed', 'the door container did not get into the network namespace', { hint });
  }

  async #remove(id: string): Promise<void> {
    await removeContainer(await this.#engine.client(), id);
  }
}

/** Undefined when it has ended: the engine removes a door that ends. */
async function pidOf(container: Docker.Container): Promise<number | undefined> {
  try {
    const { State: state } = await container.inspect();
    return state.Running ? state.Pid : undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The form /proc shows: `net:[4026532178]`. */
async function namespaceInode(path: string): Promise<string> {
  try {
    return `net:[${(await stat(path)).ino}]`;
  } catch (error) {
    const message = `the network namespace ${path} does not exist`;
    throw new DriverError('not-found', message, { recoverable: true, cause: error });
  }
}

/** Another agent on this engine may collect the image between its import and its use. */
const IMPORT_TRIES = 3;

function doorSpec(
  path: string,
  hostname: string,
  owner: string,
  launcher: string,
): Omit<Docker.ContainerCreateOptions, 'Image'> {
  const bind = (Source: string, Target: string): Docker.MountSettings => ({
    Type: 'bind',
    Source,
    Target,
    ReadOnly: true,
  });
  return {
    Hostname: hostname,
    Labels: { [LABEL_OWNER]: owner, [LABEL_DOOR]: path },
    Entrypoint: ['/orch-launch'],
    Cmd: ['door'],
    Env: ['PATH=/'],
    User: '0:0',
    WorkingDir: '/',
    HostConfig: {
      NetworkMode: 'none',
      // Nobody may come back for a door whose agent was killed.
      AutoRemove: true,
      ReadonlyRootfs: true,
      // To enter a network namespace, and to shrink the bounding set afterwards. The launcher keeps neither.
      CapDrop: ['ALL'],
      CapAdd: ['SYS_ADMIN', 'SETPCAP'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 4,
      Memory: 16 * 1024 * 1024,
      LogConfig: { Type: 'none', Config: {} },
      Mounts: [bind(launcher, '/orch-launch'), bind(path, '/run/n')],
    },
  };
}
