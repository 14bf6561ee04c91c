// The HTTP server: from socket to route to reply. Bare node:http: it starts at once and routes are ours anyway.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describeError, OrchError } from '@orch/core/lib/errors';
import { presentableUrl } from '@orch/core/lib/presentable';
import type { Api } from './api.ts';
import { apiRequest } from './api-request.ts';
import { limitConnections } from './connection-limits.ts';
import { checkRequest } from './guard.ts';
import { HttpError, refusal, statusOf } from './http-error.ts';
import type { Policy, Principal } from './policy.ts';
import { devPolicy } from './policy.ts';
import { type Reply, writeReply } from './reply.ts';
import { type Router, router } from './router.ts';
import { allRoutes } from './routes.ts';
import { upgradeHandler } from './upgrade.ts';

export interface HttpApi {
  /** @throws OrchError `bind-not-loopback`, `address-in-use` */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  close(): Promise<void>;
}

const maxHeaderBytes = 16 * 1024;
const headersTimeoutMs = 10_000;
/** For a request to arrive whole; answers may take as long as they like. */
const requestTimeoutMs = 60_000;
const keepAliveMs = 65_000;

export function httpApi(api: Api, policy: Policy = devPolicy): HttpApi {
  const routes = router(allRoutes(api));
  const principal: Principal = { kind: 'dev', name: 'dev' };
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
    },
    (message, response) => void serve({ api, routes, policy, principal }, message, response),
  );
  limitConnections(server, api.context.config.http);
  server.on('upgrade', upgradeHandler({ api, policy, principal }));
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Serving {
  readonly api: Api;
  readonly routes: Router;
  readonly policy: Policy;
  readonly principal: Principal;
}

async function serve(serving: Serving, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { api } = serving;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const method = message.method ?? 'GET';
  let pretty = false;
  let reply: Reply;
  try {
    const url = parseUrl(message.url ?? '/');
    pretty = url.searchParams.has('pretty') && url.searchParams.get('pretty') !== 'false';
    reply = await answer(serving, message, url, gone.signal);
  } catch (error) {
    const status = statusOf(error);
    if (status === 500 && !(error instanceof HttpError)) {
      api.context.log.error('request failed', {
        method,
        url: presentableUrl(message.url ?? ''),
        error: describeError(error),
      });
    }
    reply = refusal(error, message.headers.accept);
    // What is left of a body that was not read must not be taken for the next request.
    if (!message.complete) response.setHeader('Connection', 'close');
  }
  if (gone.signal.aborted) return;
  try {
    await writeReply(response, reply, { pretty, index: api.context.store.index, headOnly: method === 'HEAD' });
  } catch (error) {
    api.context.log.warn('reply failed', {
      method,
      url: presentableUrl(message.url ?? ''),
      error: describeError(error),
    });
    response.destroy();
  }
}

async function answer(serving: Serving, message: IncomingMessage, url: URL, signal: AbortSignal): Promise<Reply> {
  const { api, routes, policy, principal } = serving;
  const { http } = api.context.config;
  const method = message.method ?? 'GET';
  checkRequest(method, message.headers, hasBody(message), http);
  const match = routes.match(method, url.pathname);
  if (match.kind === 'none') throw unknownPath(url.pathname, match.nearest);
  if (match.kind === 'wrong-method') {
    throw new HttpError(405, `Invalid method: ${url.pathname} takes ${match.allowed.join(', ')}`);
  }
  const { route, params } = match;
  const request = apiRequest({ message, url, params, principal, signal, bodyBytes: http.bodyBytes });
  const refusal = policy({ principal, method, route: route.path, namespace: request.namespace });
  if (refusal !== undefined) throw new HttpError(403, refusal);
  return route.handle(request);
}

function parseUrl(target: string): URL {
  if (target.startsWith('/') && URL.canParse(target, 'http://localhost')) return new URL(target, 'http://localhost');
  throw new HttpError(400, 'the request target is not a path');
}

function hasBody(message: IncomingMessage): boolean {
  const length = message.headers['content-length'];
  return message.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function unknownPath(path: string, nearest: string | undefined): HttpError {
  const hint = nearest === undefined ? 'paths begin with /v1/' : `the nearest known path is ${nearest}`;
  return new HttpError(404, `no such path: ${path}; ${hint}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function listen(server: Server, host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
  if (!isLoopback(host)) {
    throw new OrchError('bind-not-loopback', `the API cannot listen on ${host}`, {
      hint: 'without TLS only loopback addresses are allowed; use 127.0.0.1',
    });
  }
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const options = inUse ? { cause, hint: 'another agent may be running; choose another port' } : { cause };
      reject(new OrchError(inUse ? 'address-in-use' : 'listen-failed', `cannot listen on ${host}:${port}`, options));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}
