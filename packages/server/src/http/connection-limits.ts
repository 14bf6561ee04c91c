// Limits before anything is read: open connections of one listener, over all and per remote address.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  readonly total: number;
  /** Absent where callers have no address. */
  readonly perAddress?: number;
}

export function limitConnections(server: Server, { total, perAddress: most }: ConnectionLimits): void {
  server.maxConnections = total;
  if (most === undefined) return;
  const perAddress = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (perAddress.get(address) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    perAddress.set(address, count);
    socket.once('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    });
  });
}
