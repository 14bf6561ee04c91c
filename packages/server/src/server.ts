// One server: leader loops, node links and the HTTP API over one store.

import type { Clock } from '@orch/core/lib/clock';
import type { Logger } from '@orch/core/lib/logger';
import type { IdSource, Random } from '@orch/core/lib/random';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import { defaultServerConfig, type ServerConfig, type ServerContext } from './config.ts';
import { blocking } from './http/blocking.ts';
import { httpApi } from './http/http-server.ts';
import { jobTurns } from './http/job-turns.ts';
import type { ListenAddress } from './http/listen.ts';
import type { Listener } from './http/listener.ts';
import type { Policy } from './http/policy.ts';
import { linkServer } from './link/link-server.ts';
import { lead } from './loops/leader.ts';
import type { Store } from './store/store.ts';

export interface ServerOptions {
  /** Opened and leading. The caller closes it after the server. */
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly log: Logger;
  /** What is left out has its default. */
  readonly config?: Partial<ServerConfig>;
  readonly policy?: Policy;
  /** Gives other work a turn between slices of scheduling. @default setImmediate */
  readonly yieldTurn?: () => Promise<void>;
}

export interface Server {
  /**
   * Answers HTTP at one more place.
   * @throws OrchError `bind-not-loopback`, `address-in-use`, `socket-path-too-long`, `listen-failed`
   */
  listen(listener: Listener): Promise<ListenAddress>;
  /** Serves the agent's own node over a connection made in the same process. */
  acceptNode(connection: Connection<ServerMessage, NodeMessage>): void;
  /** Stops loops, links and listeners; what is being committed is waited for. Tasks run on. */
  close(): Promise<void>;
}

export function createServer(options: ServerOptions): Server {
  const context = contextOf(options);
  const leader = lead(context);
  const links = linkServer(context, leader);
  const addresses: ListenAddress[] = [];
  let ownNodeId: string | undefined;
  const api = httpApi(
    {
      context,
      leader,
      links,
      blocking: blocking({ context }),
      jobTurns: jobTurns(),
      agent: {
        nodeId: () => ownNodeId,
        httpAddress: () => addresses.find(({ hostPort }) => hostPort !== undefined)?.hostPort ?? '',
        addresses: () => addresses.map(({ url }) => url),
      },
    },
    options.policy,
  );
  let closing: Promise<void> | undefined;
  return {
    async listen(listener) {
      const address = await api.listen(listener);
      addresses.push(address);
      return address;
    },
    acceptNode(connection) {
      links.accept(connection, (nodeId) => {
        ownNodeId = nodeId;
      });
    },
    close() {
      closing ??= (async () => {
        links.close();
        await api.close();
        await leader.close();
      })();
      return closing;
    },
  };
}

function contextOf(options: ServerOptions): ServerContext {
  const { store, clock, ids, random, log } = options;
  return {
    store,
    clock,
    ids,
    random,
    log,
    config: { ...defaultServerConfig, ...options.config },
    yieldTurn: options.yieldTurn ?? (() => new Promise((resolve) => setImmediate(resolve))),
  };
}
