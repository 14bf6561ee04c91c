// A connection to a VM's control socket, which lies in a directory that the emulator can write.

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { createQmpClient, type QmpClient, QmpError } from './qmp.ts';

/** The kernel's flag for a handle that names a file and cannot read it; Node does not list it. */
const O_PATH = 0o10000000;

/**
 * Connects and negotiates. QEMU serves one client at a time on a socket: close it soon. The socket is what lies at
 * `path` itself, no link: the emulator may have put one there that leads to a socket of root's.
 */
export async function connectQmp(path: string, timeoutMs: number): Promise<QmpClient> {
  const handle = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(handle).isSocket()) throw new QmpError(`${path} is no socket`);
    // By the handle, also because the path may be longer than an address of a socket can be.
    return await negotiate(`/proc/self/fd/${handle}`, path, timeoutMs);
  } finally {
    closeSync(handle);
  }
}

async function negotiate(address: string, path: string, timeoutMs: number): Promise<QmpClient> {
  const socket = connect({ path: address });
  const client = createQmpClient(socket);
  const timer = setTimeout(
    () => socket.destroy(new QmpError(`no QMP greeting at ${path} within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await client.greeted;
    await client.execute('qmp_capabilities');
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
