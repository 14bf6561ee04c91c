// Paths to handlers. Job ids may contain slashes, so a pattern's `*name` takes several parts.

import { nearestName } from '@orch/core/lib/nearest-name';
import type { ApiRequest } from './api-request.ts';
import type { Access } from './policy.ts';
import type { Reply } from './reply.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface Route {
  readonly methods: readonly Method[];
  /** `/v1/node/:nodeId`, `/v1/job/*jobId/allocations`. */
  readonly path: string;
  /** What it asks of its caller. */
  readonly access: Access;
  readonly handle: (request: ApiRequest) => Reply | Promise<Reply>;
}

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'none'; readonly nearest: string | undefined };

export interface Router {
  readonly paths: readonly string[];
  match(method: string, path: string): RouteMatch;
}

export const read: readonly Method[] = ['GET'];
/** The field takes either verb for a write. */
export const write: readonly Method[] = ['PUT', 'POST'];

/** Routes with fewer captures win, so that `/v1/job/*jobId` takes only what no longer pattern does. */
export function router(routes: readonly Route[]): Router {
  const compiled = routes
    .map((route) => ({ route, pattern: compile(route.path), weight: weightOf(route.path) }))
    .sort((left, right) => right.weight - left.weight);
  const paths = [...new Set(routes.map((route) => route.path))];
  return {
    paths,
    match(method, path) {
      const allowed = new Set<string>();
      let bestPath: string | undefined;
      for (const { route, pattern } of compiled) {
        if (bestPath !== undefined && route.path !== bestPath) continue;
        const params = capture(pattern, path);
        if (params === undefined) continue;
        bestPath = route.path;
        const verb = method === 'HEAD' ? 'GET' : method;
        if ((route.methods as readonly string[]).includes(verb)) return { kind: 'route', route, params };
        for (const other of route.methods) allowed.add(other);
      }
      if (allowed.size > 0) return { kind: 'wrong-method', allowed: [...allowed] };
      return { kind: 'none', nearest: nearestPath(path, paths) };
    },
  };
}

interface Pattern {
  readonly expression: RegExp;
  readonly names: readonly string[];
}

function compile(path: string): Pattern {
  const names: string[] = [];
  const source = path
    .split('/')
    .map((part) => {
      if (!/^[:*]/.test(part)) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(part.slice(1));
      return part.startsWith(':') ? '([^/]+)' : '(.+?)';
    })
    .join('/');
  return { expression: new RegExp(`^${source}/?$`), names };
}

function weightOf(path: string): number {
  const parts = path.split('/');
  const literal = parts.filter((part) => !/^[:*]/.test(part)).length;
  return literal * 10 - parts.filter((part) => part.startsWith('*')).length;
}

/** Parts stay encoded until here, so that an encoded slash is part of a name. Undefined also for broken encoding. */
function capture(pattern: Pattern, path: string): Readonly<Record<string, string>> | undefined {
  const found = pattern.expression.exec(path);
  if (found === null) return undefined;
  try {
    return Object.fromEntries(pattern.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]));
  } catch {
    return undefined;
  }
}

/** The known path with most parts in common, then by spelling of the first part that differs. */
function nearestPath(path: string, paths: readonly string[]): string | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  let best: string | undefined;
  let bestScore = 1;
  for (const candidate of paths) {
    const known = candidate.split('/').filter((part) => part !== '');
    let score = 0;
    for (const [index, part] of known.entries()) {
      const given = parts[index];
      if (given === undefined) break;
      if (part === given) score += 3;
      else if (/^[:*]/.test(part)) score += 1;
      else if (nearestName(given, [part]) !== undefined) score += 2;
      else break;
    }
    score -= Math.abs(known.length - parts.length) * 0.1;
    if (score > bestScore && score > 3) {
      best = candidate;
      bestScore = score;
    }
  }
  return best?.replace(/[:*](\w+)/g, '<$1>');
}
