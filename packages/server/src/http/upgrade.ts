// WebSocket upgrades: exec alone. `ws` is loaded with the first one.

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeError } from '@orch/core/lib/errors';
import { presentableUrl } from '@orch/core/lib/presentable';
import type { WebSocket } from 'ws';
import { apiRequest } from './api-request.ts';
import { execPath, openExec, serveExec } from './exec-socket.ts';
import { checkRequest, checkStateChange } from './guard.ts';
import { HttpError, statusOf, textOf } from './http-error.ts';
import type { Serving } from './serving.ts';

type Accept = (socket: WebSocket) => void;

/** A frame of exec: its text is base64, so this is three quarters of it. */
const maxFrameBytes = 4 * 1024 * 1024;

/** The listener for `upgrade`. Errors before the upgrade are answered as plain HTTP. */
export function upgradeHandler(serving: Serving) {
  let upgrader: Promise<(message: IncomingMessage, socket: Duplex, head: Buffer, accept: Accept) => void> | undefined;
  return (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    upgrader ??= loadUpgrader();
    upgrader
      .then((upgrade) => upgrade(message, socket, head, acceptance(serving, message, socket)))
      .catch((error: unknown) => {
        const status = statusOf(error);
        const level = status === 500 ? 'error' : 'debug';
        serving.api.context.log[level]('upgrade refused', {
          path: presentableUrl(message.url ?? ''),
          error: describeError(error),
        });
        answer(socket, status, textOf(error));
      });
  };
}

async function loadUpgrader() {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxFrameBytes });
  return (message: IncomingMessage, socket: Duplex, head: Buffer, accept: Accept) =>
    server.handleUpgrade(message, socket, head, accept);
}

/** What becomes of the socket once it is open. @throws HttpError when it must not be */
function acceptance({ api, routes, policy, entrance }: Serving, message: IncomingMessage, socket: Duplex): Accept {
  const { headers } = message;
  checkRequest('GET', headers, false, { hosts: api.context.config.http.hosts, anyHost: entrance.anyHost });
  const url = new URL(message.url ?? '/', 'http://localhost');
  const match = routes.match('GET', url.pathname);
  if (match.kind !== 'route' || match.route.path !== execPath) {
    throw new HttpError(404, `no WebSocket at ${url.pathname}`);
  }
  const { path: route, access } = match.route;
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const principal = entrance.principalOf(headers);
  const request = apiRequest({ message, url, params: match.params, principal, signal: gone.signal, bodyBytes: 0 });
  const refusal = policy({ principal, method: 'GET', route, access, namespace: request.namespace });
  if (refusal !== undefined) throw new HttpError(403, refusal);
  checkStateChange('GET', headers, access, principal);
  const call = openExec(api, request);
  return (opened) => void serveExec(api, opened, call);
}

function answer(socket: Duplex, status: number, text: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cross-Origin-Resource-Policy: same-origin',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  // Its timeouts ended with the upgrade: a caller that keeps its side open would keep the connection.
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}
