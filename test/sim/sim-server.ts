// One life of a server: the real store, leader loops, links and endpoints on a journal in memory, until it is killed.

import type { IncomingMessage } from 'node:http';
import type { Logger } from '@orch/core/lib/logger';
import type { Random } from '@orch/core/lib/random';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import type { Changes, Entry } from '@orch/core/state/entry';
import { defaultServerConfig, type ServerConfig, type ServerContext } from '@orch/server/config';
import type { Api } from '@orch/server/http/api';
import { apiRequest } from '@orch/server/http/api-request';
import { blocking } from '@orch/server/http/blocking';
import { statusOf, textOf } from '@orch/server/http/http-error';
import { jobTurns } from '@orch/server/http/job-turns';
import { type Router, router } from '@orch/server/http/router';
import { allRoutes } from '@orch/server/http/routes';
import {
  type CommitFate,
  type MemoryJournal,
  type MemoryMedium,
  openMemoryJournal,
} from '@orch/server/journal/memory/memory-journal';
import { linkServer } from '@orch/server/link/link-server';
import { lead } from '@orch/server/loops/leader';
import { openStore } from '@orch/server/store/open-store';
import type { Store } from '@orch/server/store/store';
import { execSchema } from '@orch/server/testing/fixtures';
import { between, type Life, type World } from './world.ts';

export interface Answer {
  readonly status: number;
  /** JSON as it would go over the wire, or the plain text of an error. */
  readonly text: string;
  readonly index: number;
}

export interface ServerHooks {
  /** What happens to the next commit. */
  fate(): CommitFate;
  applied(changes: Changes, entry: Entry, store: Store): void;
  /** The store resolved a submit: whoever asked was told that it is durable. */
  acknowledged(index: number, data: string): void;
  /** For tests of the checks: a defect between the loops and the journal. */
  readonly tamper?: (entry: Entry) => Entry;
  /** For tests of the checks: blocking queries are never woken. */
  readonly deafWatches?: boolean;
}

/** Long waits are shortened so that a run of minutes sees them; slices of scheduling are as short as they can be. */
export const simConfig: ServerConfig = {
  ...defaultServerConfig,
  configSchemas: { exec: execSchema },
  heartbeat: { ttlMs: 10_000, graceMs: 5_000, failoverTtlMs: 30_000 },
  scheduling: { ...defaultServerConfig.scheduling, sliceMs: 0 },
};

export class SimServer {
  readonly store: Store;
  readonly context: ServerContext;
  readonly api: Api;
  readonly #world: World;
  readonly #journal: MemoryJournal;
  readonly #life: Life;
  readonly #routes: Router;
  readonly #random: Random;

  private constructor(world: World, life: Life, journal: MemoryJournal, context: ServerContext) {
    this.#world = world;
    this.#life = life;
    this.#journal = journal;
    this.#random = context.random;
    this.context = context;
    this.store = context.store;
    const leader = lead(context);
    const links = linkServer(context, leader);
    const agent = { nodeId: () => undefined, httpAddress: () => '127.0.0.1:4646', addresses: () => [] };
    this.api = { context, leader, links, blocking: blocking({ context }), jobTurns: jobTurns(), agent };
    this.#routes = router(allRoutes(this.api));
  }

  static async open(world: World, medium: MemoryMedium, hooks: ServerHooks): Promise<SimServer> {
    const life = world.life();
    const random = world.stream();
    const delay = () => world.sleep(between(random, 0, random() < 0.05 ? 300 : 8));
    const journal = openMemoryJournal({ medium, delay, fate: () => hooks.fate() });
    const log = strictLogger(world, life);
    const opened = await openStore({
      journal,
      clock: life.clock,
      log,
      snapshotEveryEntries: 150,
      hashEveryEntries: 40,
    });
    opened.onApplied((changes, entry) => hooks.applied(changes, entry, opened));
    const store = watchedStore(opened, life, hooks);
    const yieldTurn = () => (random() < 0.2 ? world.sleep(between(random, 0, 15)) : Promise.resolve());
    return new SimServer(world, life, journal, {
      store,
      clock: life.clock,
      ids: world.ids,
      random,
      log,
      config: simConfig,
      yieldTurn,
    });
  }

  get isDead(): boolean {
    return this.#life.isOver;
  }

  accept(connection: Connection<ServerMessage, NodeMessage>): void {
    this.api.links.accept(connection);
  }

  /** A request without its socket: the real routes and endpoints. A killed server never answers. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    await this.#world.sleep(between(this.#random, 0, 5));
    if (this.isDead) return new Promise(() => {});
    const answer = await this.#answer(method, path, body);
    return this.isDead ? new Promise(() => {}) : answer;
  }

  async #answer(method: string, path: string, body: unknown): Promise<Answer> {
    const url = new URL(path, 'http://localhost');
    const match = this.#routes.match(method, url.pathname);
    if (match.kind !== 'route') throw new Error(`the simulation asks for ${method} ${path}, which is no route`);
    const request = apiRequest({
      message: messageOf(method, body),
      url,
      params: match.params,
      principal: { kind: 'operator', name: 'sim' },
      signal: new AbortController().signal,
      bodyBytes: simConfig.http.bodyBytes,
    });
    try {
      const reply = await match.route.handle(request);
      if (reply.kind !== 'json') throw new Error(`${path} did not answer JSON`);
      return { status: 200, text: JSON.stringify(reply.body), index: reply.index ?? this.store.index };
    } catch (error) {
      return { status: statusOf(error), text: textOf(error), index: this.store.index };
    }
  }

  /** kill -9: what was not committed never will be, nobody is answered, no timer fires. */
  kill(): void {
    this.#journal.crash();
    this.#life.end();
  }

  /** An orderly stop: what is being committed is waited for. */
  async close(): Promise<void> {
    this.api.links.close();
    await this.api.leader.close();
    await this.store.close();
    await this.#journal.close();
    this.#life.end();
  }
}

function messageOf(method: string, body: unknown): IncomingMessage {
  const message = {
    method,
    headers: {},
    async *[Symbol.asyncIterator]() {
      if (body !== undefined) yield Buffer.from(JSON.stringify(body));
    },
  };
  return message as unknown as IncomingMessage;
}

function watchedStore(store: Store, life: Life, hooks: ServerHooks): Store {
  const submit: Store['submit'] = async (entry) => {
    const given = hooks.tamper?.(entry) ?? entry;
    const changes = await store.submit(given);
    if (!life.isOver) hooks.acknowledged(changes.index, JSON.stringify(given));
    return changes;
  };
  const waitAbove: Store['waitAbove'] = (scopes, index, options) =>
    store.waitAbove(hooks.deafWatches ? [] : scopes, index, options);
  return Object.assign(Object.create(store) as Store, { submit, waitAbove });
}

/** What a server logs as an error is a defect, unless a full disk or its own end is the cause. */
function strictLogger(world: World, life: Life): Logger {
  const logger: Logger = {
    debug() {},
    info() {},
    warn() {},
    error(message, fields = {}) {
      const text = `${message} ${JSON.stringify(fields, errorsAsText)}`;
      if (life.isOver) return;
      if (/no room to write|shutting down|it is closed|does not lead/.test(text)) world.trace(`log: ${text}`);
      else world.problem(`the server logged an error: ${text}`);
    },
    child: () => logger,
  };
  return logger;
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.stack}` : value;
}
