// Linux capabilities a job may keep, by name.
import { DriverError } from '@orch/driver-api';

/** All that the kernel has: bit numbers of linux/capability.h, in order. */
export const CAPABILITIES: readonly string[] =
  `chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
  net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct
  sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap
  mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore`.split(/\s+/);

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
    if (name !== 'all' && !CAPABILITIES.includes(name)) {
      throw new DriverError('invalid-config', `"${name}" is not a capability`, {
        path: ['cap_add'],
        hint: 'they are called as in capabilities(7), with or without CAP_',
      });
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
