// The VM's private directory: control sockets and the disk overlay. Its path is short, because a socket's may not exceed 107 bytes.

import { createHash } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = '/run/orch/qemu';

export interface VmDirectory {
  readonly path: string;
  readonly qmp: string;
  readonly guestAgent: string;
}

/** Paths of a start of a VM; the same for the same task id, so that they are found again. */
export function vmDirectory(taskId: string): VmDirectory {
  const path = join(root, createHash('sha256').update(taskId).digest('hex').slice(0, 20));
  return { path, qmp: join(path, 'qmp.sock'), guestAgent: join(path, 'qga.sock') };
}

export async function makeVmDirectory(taskId: string): Promise<VmDirectory> {
  const directory = vmDirectory(taskId);
  await rm(directory.path, { recursive: true, force: true });
  await mkdir(directory.path, { recursive: true, mode: 0o700 });
  await chmod(root, 0o700);
  return directory;
}

export async function removeVmDirectory(taskId: string): Promise<void> {
  await rm(vmDirectory(taskId).path, { recursive: true, force: true });
}
