// Linux capabilities a job may keep, by name.
import { DriverError } from '@orch/driver-api';

/** What Docker's default profile grants (and Nomad's exec allows by default), without net_raw. */
export const DEFAULT_ALLOWED: readonly string[] = [
  'audit_write',
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'mknod',
  'net_bind_service',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
];

/** `CAP_NET_BIND_SERVICE`, `net_bind_service` → `net_bind_service`. */
export function normalizeCapability(name: string): string {
  return name.toLowerCase().replace(/^cap_/, '');
}

/**
 * The capabilities a task keeps: none, plus `cap_add`, minus `cap_drop`. Unlike Nomad, which gives an exec task the
 * whole allowed set, nothing is kept that the job did not name. @throws DriverError `denied`
 */
export function chooseCapabilities(
  add: readonly string[],
  drop: readonly string[],
  allowed: readonly string[],
): readonly string[] {
  const dropped = new Set(drop.map(normalizeCapability));
  const allowedSet = new Set(allowed.map(normalizeCapability));
  const wanted = add.map(normalizeCapability).filter((name) => !dropped.has(name) && !dropped.has('all'));
  const kept = wanted.includes('all') ? [...allowedSet].filter((name) => !dropped.has(name)) : wanted;
  for (const name of kept) {
    if (!/^[a-z_]+$/.test(name)) {
      throw new DriverError('invalid-config', `"${name}" is not a capability`, { path: ['cap_add'] });
    }
    if (!allowedSet.has(name) && !allowedSet.has('all')) {
      throw new DriverError('denied', `this node does not allow the capability ${name}`, {
        path: ['cap_add'],
        hint: 'add it to allow_caps of the driver in the agent configuration',
      });
    }
  }
  return [...new Set(kept)];
}
