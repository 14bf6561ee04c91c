// Blocking queries: a read that waits until what it shows has changed.

import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { WatchScope } from '../store/store.ts';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { HttpError } from './http-error.ts';
import type { PrincipalKind } from './policy.ts';
import type { Reply } from './reply.ts';

const defaultWaitMs = 300_000;
const maxWaitMs = 300_000;

export interface Blocking {
  /**
   * Reads at the newest state. With `?index=N` it first waits until the scopes changed above N, at most `?wait`.
   * @throws HttpError 429 when too many requests wait
   */
  read(
    request: ApiRequest,
    scopes: readonly WatchScope[],
    body: (snapshot: StateSnapshot) => unknown | PageOf,
  ): Promise<Reply>;
}

/** A body with a token for the next page. */
export class PageOf {
  readonly items: readonly unknown[];
  readonly nextToken: string | undefined;

  constructor(items: readonly unknown[], nextToken: string | undefined) {
    this.items = items;
    this.nextToken = nextToken;
  }
}

export function blocking(api: Pick<Api, 'context'>): Blocking {
  const { store, config } = api.context;
  const waiting = new Map<PrincipalKind, number>();
  return {
    async read(request, scopes, body) {
      const minIndex = request.integer('index', 0);
      if (minIndex > 0) {
        const { kind } = request.principal;
        const others = waiting.get(kind) ?? 0;
        if (others >= config.http.blockingQueries) {
          throw new HttpError(429, `${others} blocking queries are waiting; try again without index`);
        }
        const timeoutMs = Math.min(maxWaitMs, request.durationMs('wait', defaultWaitMs));
        waiting.set(kind, others + 1);
        try {
          await store.waitAbove(scopes, minIndex, { timeoutMs, signal: request.signal });
        } finally {
          waiting.set(kind, (waiting.get(kind) ?? 1) - 1);
        }
      }
      const result = body(store.snapshot());
      const index = store.scopeIndex(scopes);
      if (!(result instanceof PageOf)) return { kind: 'json', body: result, index };
      const next = result.nextToken === undefined ? {} : { nextToken: result.nextToken };
      return { kind: 'json', body: result.items, index, ...next };
    },
  };
}
