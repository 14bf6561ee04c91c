// The VM's private directory: control sockets and the disk overlay. Its path is short, because a socket's may not exceed 107 bytes.

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { secureDirectory } from '@orch/executor';

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
  // Nobody else may have made it: the emulator's control sockets lie in it.
  secureDirectory(root);
  await rm(directory.path, { recursive: true, force: true });
  secureDirectory(directory.path);
  return directory;
}

export async function removeVmDirectory(taskId: string): Promise<void> {
  await rm(vmDirectory(taskId).path, { recursive: true, force: true });
}
