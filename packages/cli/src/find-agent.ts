// Which agent a command speaks to, and as whom: what was named, else the sockets of this machine's agent, else TCP.

import { ApiError } from '@orch/api';
import { defaultSocketDir, groupSocket, operatorSocket, type TcpNote, tcpNote } from '@orch/api/socket-places';
import { strangerAt } from './listening-user.ts';

const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
const { connect } = process.getBuiltinModule('node:net');
const { join } = process.getBuiltinModule('node:path');

export interface FoundAgent {
  readonly address: string;
  readonly token?: string;
  readonly noAnswerHint?: string;
  /** What to do where the agent answers that this caller may not. */
  readonly deniedHint: string;
}

export interface Named {
  readonly address: string | undefined;
  readonly token: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const lastPort = 4646;
export const lastAddress = `http://127.0.0.1:${lastPort}`;

/** @throws ApiError when the file of ORCH_TOKEN_FILE cannot be read, or another user took the port of an agent that is not there */
export async function findAgent(
  named: Named,
  env: Environment,
  stranger: (port: number) => number | undefined = strangerAt,
): Promise<FoundAgent> {
  const dir = env['ORCH_SOCKET_DIR'] || defaultSocketDir;
  const given = named.address || env['ORCH_ADDR'] || env['NOMAD_ADDR'];
  const found = given === undefined || given === '' ? await findSocket(dir) : { address: given };
  if (found.address === lastAddress && !given) refuseStranger(stranger(lastPort));
  // Who opens a socket is known by it.
  if (found.address.startsWith('unix://'))
    return {
      ...found,
      ...(named.token === undefined ? {} : { token: named.token }),
      deniedHint: 'see docs/api-access.md',
    };
  const token = named.token || env['ORCH_TOKEN'] || env['NOMAD_TOKEN'] || tokenOfFile(env['ORCH_TOKEN_FILE']);
  const note = readNote(dir);
  const known = token || (await knownToken(dir, note, found.address));
  return {
    ...found,
    ...(known === undefined ? {} : { token: known }),
    deniedHint: deniedHint(note, known !== undefined),
  };
}

/** Nobody named this address: jobs with what is secret in them, and tokens, are not for whoever took its port. */
function refuseStranger(uid: number | undefined): void {
  if (uid === undefined) return;
  const message = `no agent has its sockets here, and the user ${uid}, who is neither root nor you, listens at ${lastAddress}`;
  throw new ApiError(0, message, {
    hint: 'start the agent, or name that address with --address or ORCH_ADDR to speak to it',
  });
}

/** The first socket somebody listens on; TCP when there is none, with the reasons. */
async function findSocket(dir: string): Promise<{ readonly address: string; readonly noAnswerHint?: string }> {
  const states = new Map<string, SocketState>();
  for (const name of [operatorSocket, groupSocket]) {
    const state = await stateOf(join(dir, name));
    if (state === 'open') return { address: `unix://${join(dir, name)}` };
    states.set(name, state);
  }
  if (states.get(groupSocket) === 'denied') {
    const hint = `${whoMayOpen(join(dir, groupSocket))}; nothing answers on TCP`;
    return { address: lastAddress, noAnswerHint: hint };
  }
  if ([...states.values()].includes('dead')) {
    const hint = `the agent whose sockets are in ${dir} has ended; start it again, or name another with --address or ORCH_ADDR`;
    return { address: lastAddress, noAnswerHint: hint };
  }
  const hint = `there is no agent's socket in ${dir} either: start one with \`orch agent --dev\`, or name it with --address or ORCH_ADDR, or by the directory of its sockets with ORCH_SOCKET_DIR`;
  return { address: lastAddress, noAnswerHint: hint };
}

function whoMayOpen(path: string): string {
  const gid = statSync(path, { throwIfNoEntry: false })?.gid ?? 0;
  if (gid === 0)
    return `only root may open ${path}, there was no group for it: as root, groupadd --system orch, usermod -aG orch NAME, and start the agent again`;
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === `${gid}`);
  const group = line?.split(':')[0] ?? `${gid}`;
  return `${path} is for members of the group "${group}": as root, usermod -aG ${group} NAME, and log in again`;
}

type SocketState = 'open' | 'denied' | 'dead' | 'absent';

/** What a connection meets, nothing is sent. */
function stateOf(path: string): Promise<SocketState> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EACCES' || code === 'EPERM') resolve('denied');
      // So many wait already that the kernel takes no more: somebody is there.
      else if (code === 'EAGAIN') resolve('open');
      else resolve(code === 'ECONNREFUSED' ? 'dead' : 'absent');
    });
  });
}

function tokenOfFile(file: string | undefined): string | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ApiError(0, `the token cannot be read from ${file}, which ORCH_TOKEN_FILE names (${code})`, { cause });
  }
}

/**
 * The token of the agent at this very address, where this user may read it. It is sent nowhere else, and only while that
 * agent lives: whoever took the port of a dead one would be handed the token.
 */
async function knownToken(dir: string, note: TcpNote | undefined, address: string): Promise<string | undefined> {
  if (note?.tokenFile === undefined || !isSame(note.address, address)) return undefined;
  let token: string;
  try {
    token = readFileSync(note.tokenFile, 'utf8').trim();
  } catch {
    // It is for root. The answer to a request without it says what to do.
    return undefined;
  }
  return (await stateOf(join(dir, operatorSocket))) === 'open' ? token : undefined;
}

function isSame(own: string, address: string): boolean {
  const url = address.includes('://') ? address : `http://${address}`;
  return URL.canParse(url) && new URL(url).origin === new URL(own).origin;
}

function readNote(dir: string): TcpNote | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, tcpNote), 'utf8')) as TcpNote;
  } catch {
    // No agent here has TCP open, or what stands there is no note of one.
    return undefined;
  }
}

function deniedHint(note: TcpNote | undefined, sent: boolean): string {
  const place = note?.tokenFile ?? '<data_dir>/api-token';
  return sent
    ? `the token that was sent is not the agent's; the agent's stands in ${place}`
    : `TCP asks for a token; it stands in ${place}, for root to read: give it with --token, ORCH_TOKEN or NOMAD_TOKEN, name its file with ORCH_TOKEN_FILE, or use a socket in ${defaultSocketDir}`;
}
