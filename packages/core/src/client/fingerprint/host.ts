// The machine's name and its boot.

import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import type { NodeNetwork } from '../../model/resources.ts';

export function findHost(): Readonly<Record<string, string>> {
  return { 'unique.hostname': hostname() };
}

/** Another one after each boot; constant where the kernel has none, so that nothing is taken for lost. */
export async function findBootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return text.trim();
}

/**
 * The host network called `default`: the interface of the default route, or the one that has `address`. Loopback when
 * the machine has no other.
 */
export async function findDefaultNetwork(address?: string): Promise<NodeNetwork> {
  const candidates = Object.entries(networkInterfaces()).flatMap(([device, list]) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map((found) => ({ device, ...found })),
  );
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const routeDevice = routes
    .split('\n')
    .map((line) => line.split('\t'))
    .find((fields) => fields[1] === '00000000')?.[0];
  const chosen =
    candidates.find((found) => found.address === address) ??
    (address === undefined ? candidates.find(({ device }) => device === routeDevice) : undefined) ??
    (address === undefined ? candidates.find(({ internal }) => !internal) : undefined);
  return { name: 'default', device: chosen?.device ?? 'lo', address: address ?? chosen?.address ?? '127.0.0.1' };
}
