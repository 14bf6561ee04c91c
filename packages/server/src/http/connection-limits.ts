// Limits before anything is read: open connections over all and per remote address.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpConfig } from '../config.ts';

export function limitConnections(server: Server, config: HttpConfig): void {
  server.maxConnections = config.connections;
  const perAddress = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (perAddress.get(address) ?? 0) + 1;
    if (count > config.connectionsPerAddress) {
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
