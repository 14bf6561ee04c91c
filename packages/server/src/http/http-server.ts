// The HTTP server: from socket to route to reply. Bare node:http: it starts at once and routes are ours anyway.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeError } from '@orch/core/lib/errors';
import { presentableUrl } from '@orch/core/lib/presentable';
import type { Api } from './api.ts';
import { apiRequest } from './api-request.ts';
import { limitConnections } from './connection-limits.ts';
import { checkRequest, checkStateChange } from './guard.ts';
import { HttpError, refusal, statusOf } from './http-error.ts';
import { forget, type ListenAddress, listenAt } from './listen.ts';
import { entranceOf, type Listener, limitsOf } from './listener.ts';
import { accessPolicy, type Policy } from './policy.ts';
import { type Reply, writeReply } from './reply.ts';
import { router } from './router.ts';
import { allRoutes } from './routes.ts';
import type { Serving } from './serving.ts';
import { upgradeHandler } from './upgrade.ts';

export interface HttpApi {
  /** @throws OrchError `bind-not-loopback`, `address-in-use`, `socket-path-too-long`, `listen-failed` */
  listen(listener: Listener): Promise<ListenAddress>;
  close(): Promise<void>;
}

const maxHeaderBytes = 16 * 1024;
const headersTimeoutMs = 10_000;
/** For a request to arrive whole; answers may take as long as they like. */
const requestTimeoutMs = 60_000;
const keepAliveMs = 65_000;
/** At the end, for WebSockets to say why; a caller that does not answer that does not keep the agent. */
const farewellMs = 1_000;

/** One server for each listener: what fills one keeps nobody out of another. */
export function httpApi(api: Api, policy: Policy = accessPolicy): HttpApi {
  const routes = router(allRoutes(api));
  const opened: Opened[] = [];
  return {
    async listen(listener) {
      const serving: Serving = { api, routes, policy, entrance: entranceOf(listener, api.context) };
      const server = createServer(
        {
          maxHeaderSize: maxHeaderBytes,
          headersTimeout: headersTimeoutMs,
          requestTimeout: requestTimeoutMs,
          keepAliveTimeout: keepAliveMs,
        },
        (message, response) => void serve(serving, message, response),
      );
      limitConnections(server, limitsOf(listener, api.context.config.http));
      server.on('upgrade', upgradeHandler(serving));
      const upgraded = new Set<Duplex>();
      server.on('upgrade', (_message, socket: Duplex) => {
        upgraded.add(socket);
        socket.once('close', () => upgraded.delete(socket));
      });
      try {
        const address = await listenAt(server, listener);
        opened.push({ listener, server, upgraded });
        return address;
      } catch (error) {
        server.close();
        throw error;
      }
    },
    async close() {
      await Promise.all(opened.splice(0).map(shut));
    },
  };
}

interface Opened {
  readonly listener: Listener;
  readonly server: Server;
  /** The server itself forgets these. */
  readonly upgraded: ReadonlySet<Duplex>;
}

function shut({ listener, server, upgraded }: Opened): Promise<void> {
  return new Promise((resolve) => {
    const farewell = setTimeout(() => {
      for (const socket of upgraded) socket.destroy();
    }, farewellMs);
    server.close(() => {
      clearTimeout(farewell);
      forget(listener);
      resolve();
    });
    server.closeAllConnections();
  });
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
  const { api, routes, policy, entrance } = serving;
  const { http } = api.context.config;
  const method = message.method ?? 'GET';
  checkRequest(method, message.headers, hasBody(message), { hosts: http.hosts, anyHost: entrance.anyHost });
  const match = routes.match(method, url.pathname);
  if (match.kind === 'none') throw unknownPath(url.pathname, match.nearest);
  if (match.kind === 'wrong-method') {
    throw new HttpError(405, `Invalid method: ${url.pathname} takes ${match.allowed.join(', ')}`);
  }
  const { route, params } = match;
  const { access } = route;
  const principal = entrance.principalOf(message.headers);
  const request = apiRequest({ message, url, params, principal, signal, bodyBytes: http.bodyBytes });
  const refusal = policy({ principal, method, route: route.path, access, namespace: request.namespace });
  if (refusal !== undefined) throw new HttpError(403, refusal);
  checkStateChange(method, message.headers, access, principal);
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
