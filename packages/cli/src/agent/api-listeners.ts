// Opens the listeners of the API: the two sockets, and TCP where the configuration has a port for it.

import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupSocket, operatorSocket, type TcpNote, tcpNote } from '@orch/api/socket-places';
import { describeError, OrchError } from '@orch/core/lib/errors';
import type { Logger } from '@orch/core/lib/logger';
import type { Server } from '@orch/server';
import type { AgentConfig } from './config/agent-config.ts';
import { groupId } from './group-id.ts';
import { openSocketDirectory, type SocketDirectory } from './socket-directory.ts';
import { openTokenFile } from './token-file.ts';

export interface ApiListeners {
  /** Where the API answers, for people. */
  readonly urls: readonly string[];
  /** `127.0.0.1:4646`; empty without TCP. */
  readonly httpAddress: string;
}

export interface ListenerParts {
  readonly config: AgentConfig;
  /** Begins the names of all this agent makes in the kernel. */
  readonly word: string;
  readonly server: Pick<Server, 'listen'>;
  readonly log: Logger;
  /** Takes what is to be done when the server has closed. */
  readonly atEnd: (close: () => void) => void;
}

/** @throws OrchError `socket-dir`, `sockets-in-use`, `token-file`, `address-in-use`, … */
export async function openListeners(parts: ListenerParts): Promise<ApiListeners> {
  const { config } = parts;
  const directory = socketDirectory(parts);
  const sockets = directory === undefined ? [] : await openSockets(parts, directory);
  if (config.httpPort === undefined) return { urls: sockets, httpAddress: '' };
  const { url, hostPort = '' } = await openTcp(parts, config.httpPort, directory);
  return { urls: config.dev ? [url, ...sockets] : [...sockets, url], httpAddress: hostPort };
}

async function openTcp({ config, server, log }: ListenerParts, port: number, directory: SocketDirectory | undefined) {
  const file = config.http.openLoopback ? undefined : openTokenFile(config.dataDir);
  const host = config.bindAddress ?? '127.0.0.1';
  const token = file === undefined ? {} : { token: file.token };
  const address = await server.listen({ kind: 'tcp', host, port, ...token });
  const { url } = address;
  if (file === undefined)
    log.warn(`the API on ${url} asks nobody who they are: every user and task of this machine that reaches it is root`);
  if (directory !== undefined)
    writeNote(directory, { address: url, ...(file === undefined ? {} : { tokenFile: file.path }) });
  return address;
}

/** A dev agent has TCP and goes without sockets where it cannot have them; any other agent does not start then. */
function socketDirectory({ config, word, log, atEnd }: ListenerParts): SocketDirectory | undefined {
  const path = config.http.socketDir ?? join('/run', word);
  try {
    const directory = openSocketDirectory(path);
    const forgetTcp = () => rmSync(join(path, tcpNote), { force: true });
    // One that was killed left its own.
    forgetTcp();
    atEnd(() => {
      forgetTcp();
      directory.release();
    });
    return directory;
  } catch (error) {
    if (!config.dev || !(error instanceof OrchError)) throw error;
    log.warn('this agent has no sockets, only TCP', { reason: describeError(error) });
    return undefined;
  }
}

async function openSockets(
  { config, server, log }: ListenerParts,
  directory: SocketDirectory,
): Promise<readonly string[]> {
  const { path, privateDir: stagingDir } = directory;
  const { group } = config.http;
  const gid = groupId(group);
  if (gid === undefined)
    log.info(`there is no group "${group}": only root opens ${join(path, groupSocket)}`, {
      mend: `groupadd --system ${group}, and start the agent again`,
    });
  const operator = await server.listen({ kind: 'operator', path: join(path, operatorSocket), stagingDir, mode: 0o600 });
  const members = await server.listen({
    kind: 'group',
    path: join(path, groupSocket),
    stagingDir,
    ...(gid === undefined ? { mode: 0o600 } : { mode: 0o660, gid }),
  });
  return [operator.url, members.url];
}

/** What a command line on this machine finds the token by. The path is no secret. */
function writeNote(directory: SocketDirectory, note: TcpNote): void {
  const draft = join(directory.privateDir, tcpNote);
  writeFileSync(draft, `${JSON.stringify(note)}\n`);
  chmodSync(draft, 0o644);
  renameSync(draft, join(directory.path, tcpNote));
}
