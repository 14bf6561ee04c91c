// The listeners of the API: where each is, who comes by it, and how many at once.

import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@orch/core/lib/clock';
import type { Logger } from '@orch/core/lib/logger';
import type { HttpConfig } from '../config.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import type { Principal } from './policy.ts';
import { tokenCheck } from './token.ts';

/** TCP, on loopback. Without a token everyone who reaches it may everything. */
export interface TcpListener {
  readonly kind: 'tcp';
  readonly host: string;
  /** 0 = any. */
  readonly port: number;
  readonly token?: string;
}

/** A Unix socket. Its mode and group are who may come in. */
export interface SocketListener {
  readonly kind: 'operator' | 'group';
  readonly path: string;
  /** Where it is made before it is shown: a directory on the same disk that nobody else can enter. */
  readonly stagingDir: string;
  readonly mode: number;
  /** Group id; the agent's own when absent. */
  readonly gid?: number;
}

export type Listener = TcpListener | SocketListener;

/** What a request came in by. */
export interface Entrance {
  /** Whether callers write what they like into `Host`. */
  readonly anyHost: boolean;
  principalOf(headers: IncomingHttpHeaders): Principal;
}

/** Between two lines in the log about wrong tokens. */
const wrongTokenLogMs = 60_000;

export function entranceOf(
  listener: Listener,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Entrance {
  if (listener.kind !== 'tcp')
    return { anyHost: true, principalOf: () => ({ kind: listener.kind, name: listener.path }) };
  if (listener.token === undefined) return { anyHost: false, principalOf: () => ({ kind: 'open', name: 'loopback' }) };
  const check = tokenCheck(listener.token);
  let wrong = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;
  return {
    anyHost: false,
    principalOf(headers) {
      const found = check(headers);
      if (found === 'right') return { kind: 'token', name: 'token' };
      if (found === 'none') return { kind: 'anonymous', name: 'anonymous' };
      wrong += 1;
      if (clock.now() - loggedAt >= wrongTokenLogMs) {
        log.warn('requests with a wrong token', { count: wrong });
        loggedAt = clock.now();
        wrong = 0;
      }
      return { kind: 'anonymous', name: 'wrong token' };
    },
  };
}

/** Each listener has its own, so that nobody at one keeps out who comes by another. */
export function limitsOf(listener: Listener, config: HttpConfig): ConnectionLimits {
  if (listener.kind === 'operator') return { total: config.operatorConnections };
  if (listener.kind === 'group') return { total: config.groupConnections };
  return { total: config.connections, perAddress: config.connectionsPerAddress };
}
