// Who an emulator is: a user of its own for each VM, so that one that was taken over has nothing in common with others.

import { createHash } from 'node:crypto';

/**
 * The first of 2^28 ids that no distribution, container runtime or directory service hands out: systemd's reserved range
 * for containers ends below, and signed 32-bit ids end above. Nobody has to be made for them.
 */
const FIRST_ID = 0x7000_0000;
const ID_BITS = 28;

/** `uid:gid` for a start of a VM: the same for the same task id, and with near certainty no other VM's. Pure. */
export function ownUser(taskId: string): string {
  const id = FIRST_ID + (createHash('sha256').update(taskId).digest().readUInt32BE(0) >>> (32 - ID_BITS));
  return `${id}:${id}`;
}
