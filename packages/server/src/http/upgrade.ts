// WebSocket upgrades: the nodes' link and exec. `ws` is loaded with the first one.

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeError } from '@orch/core/lib/errors';
import { presentableUrl } from '@orch/core/lib/presentable';
import { maxFrameBytes } from '@orch/core/link/codec';
import type { WebSocket } from 'ws';
import { websocketConnection } from '../link/websocket-connection.ts';
import type { Api } from './api.ts';
import { apiRequest } from './api-request.ts';
import { openExec, serveExec } from './exec-socket.ts';
import { checkRequest } from './guard.ts';
import { HttpError, statusOf, textOf } from './http-error.ts';
import type { Policy, Principal } from './policy.ts';
import { router } from './router.ts';

type Accept = (socket: WebSocket) => void;

export interface UpgradeOptions {
  readonly api: Api;
  readonly policy: Policy;
  readonly principal: Principal;
}

const linkPath = '/v1/link';
const execPath = '/v1/client/allocation/:allocationId/exec';
const routes = router([linkPath, execPath].map((path) => ({ methods: ['GET'], path, handle: refuse })));

function refuse(): never {
  throw new HttpError(400, 'this path speaks WebSocket');
}

/** The listener for `upgrade`. Errors before the upgrade are answered as plain HTTP. */
export function upgradeHandler(options: UpgradeOptions) {
  let upgrader: Promise<(message: IncomingMessage, socket: Duplex, head: Buffer, accept: Accept) => void> | undefined;
  return (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    upgrader ??= loadUpgrader();
    upgrader
      .then((upgrade) => upgrade(message, socket, head, acceptance(options, message, socket)))
      .catch((error: unknown) => {
        const status = statusOf(error);
        const level = status === 500 ? 'error' : 'debug';
        options.api.context.log[level]('upgrade refused', {
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
function acceptance({ api, policy, principal }: UpgradeOptions, message: IncomingMessage, socket: Duplex): Accept {
  checkRequest('GET', message.headers, false, api.context.config.http);
  const url = new URL(message.url ?? '/', 'http://localhost');
  const match = routes.match('GET', url.pathname);
  if (match.kind !== 'route') throw new HttpError(404, `no WebSocket at ${url.pathname}`);
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const request = apiRequest({ message, url, params: match.params, principal, signal: gone.signal, bodyBytes: 0 });
  const { namespace } = request;
  const refusal = policy({ principal, method: 'GET', route: match.route.path, namespace });
  if (refusal !== undefined) throw new HttpError(403, refusal);
  if (match.route.path === linkPath) return (opened) => api.links.accept(websocketConnection(opened));
  const call = openExec(api, request);
  return (opened) => void serveExec(api, opened, call);
}

function answer(socket: Duplex, status: number, text: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
