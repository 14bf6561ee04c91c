// Begins to listen: on loopback, or on a Unix socket that nobody reaches before it has its mode and group.

import { chmodSync, chownSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { basename, join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import type { Listener, SocketListener, TcpListener } from './listener.ts';

export interface ListenAddress {
  /** `http://127.0.0.1:4646`, `unix:///run/orch/operator.sock`. */
  readonly url: string;
  /** Of TCP: `127.0.0.1:4646`. */
  readonly hostPort?: string;
}

/** What the kernel takes as the name of a socket, less the byte that ends it. */
const maxSocketPathBytes = 107;

/** @throws OrchError `bind-not-loopback`, `address-in-use`, `socket-path-too-long`, `listen-failed` */
export async function listenAt(server: Server, listener: Listener): Promise<ListenAddress> {
  return listener.kind === 'tcp' ? listenOnTcp(server, listener) : listenOnSocket(server, listener);
}

async function listenOnTcp(server: Server, { host, port }: TcpListener): Promise<ListenAddress> {
  if (!isLoopback(host)) {
    throw new OrchError('bind-not-loopback', `the API cannot listen on ${host}`, {
      hint: 'without TLS only loopback addresses are allowed; use 127.0.0.1',
    });
  }
  await listening(server, `${host}:${port}`, () => server.listen(port, host));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const hostPort = `${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return { url: `http://${hostPort}`, hostPort };
}

/** A socket that a dead agent left is replaced. The caller knows that no live one has it. */
async function listenOnSocket(server: Server, { path, stagingDir, mode, gid }: SocketListener): Promise<ListenAddress> {
  mkdirSync(stagingDir, { mode: 0o700, recursive: true });
  const staged = join(stagingDir, basename(path));
  for (const one of [staged, path]) {
    if (Buffer.byteLength(one) <= maxSocketPathBytes) continue;
    throw new OrchError(
      'socket-path-too-long',
      `the path of the socket ${one} has more than ${maxSocketPathBytes} bytes`,
      {
        hint: 'choose a shorter directory',
      },
    );
  }
  rmSync(staged, { force: true });
  await listening(server, path, () => server.listen(staged));
  try {
    if (gid !== undefined) chownSync(staged, process.geteuid?.() ?? 0, gid);
    chmodSync(staged, mode);
    renameSync(staged, path);
  } catch (cause) {
    throw new OrchError('listen-failed', `the socket ${path} cannot be made`, { cause });
  }
  return { url: `unix://${path}` };
}

/** Takes away what {@link listenAt} made, once nobody listens there. */
export function forget(listener: Listener): void {
  if (listener.kind !== 'tcp') rmSync(listener.path, { force: true });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function listening(server: Server, where: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const options = inUse ? { cause, hint: 'another agent may be running; choose another port' } : { cause };
      reject(new OrchError(inUse ? 'address-in-use' : 'listen-failed', `cannot listen on ${where}`, options));
    });
    server.once('listening', resolve);
    begin();
  });
}
