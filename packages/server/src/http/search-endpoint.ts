// /v1/search: ids that begin with what a person typed.

import { type SearchContext, type SearchResponse, searchContexts } from '@orch/api/types/agent';
import { jobKey } from '@orch/core/model/ids';
import type { Store } from '../store/store.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError } from './http-error.ts';
import { json, type Reply } from './reply.ts';
import { type Route, write } from './router.ts';

/** Ids listed per context. */
const maxMatches = 20;

export function searchEndpoint(api: Api): readonly Route[] {
  return [{ methods: write, path: '/v1/search', access: 'read', handle: (request) => search(api, request) }];
}

async function search(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  const prefix = body['Prefix'] ?? '';
  const wanted = body['Context'] ?? 'all';
  if (typeof prefix !== 'string') throw new HttpError(400, 'Prefix must be text');
  if (typeof wanted !== 'string') throw new HttpError(400, 'Context must be text');
  const contexts =
    wanted === 'all' || wanted === '' ? searchContexts : searchContexts.filter((name) => name === wanted);
  if (contexts.length === 0) {
    throw new HttpError(400, `Context "${wanted}" is not one of all, ${searchContexts.join(', ')}`);
  }
  const matches: Record<string, readonly string[]> = {};
  const truncations: Record<string, boolean> = {};
  for (const context of contexts) {
    const found = find(api.context.store, context, prefix, request.namespace);
    matches[context] = found.slice(0, maxMatches);
    truncations[context] = found.length > maxMatches;
  }
  const response: SearchResponse = { Matches: matches, Truncations: truncations };
  return json(response);
}

const tableOf = {
  evals: 'evaluations',
  allocs: 'allocations',
  nodes: 'nodes',
  deployment: 'deployments',
} as const;

function find(store: Store, context: SearchContext, prefix: string, namespace: string): readonly string[] {
  switch (context) {
    case 'jobs': {
      const own = namespace === '*' ? 'default' : namespace;
      const start = jobKey(own, '').length;
      return store.findByPrefix('jobs', jobKey(own, prefix), maxMatches + 1).map((key) => key.slice(start));
    }
    case 'namespaces':
      return 'default'.startsWith(prefix) ? ['default'] : [];
    default:
      return store.findByPrefix(tableOf[context], prefix, maxMatches + 1);
  }
}
