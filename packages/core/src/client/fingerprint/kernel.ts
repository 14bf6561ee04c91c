// The kernel.

import { arch, release } from 'node:os';

export function findKernel(): Readonly<Record<string, string>> {
  return {
    'kernel.name': process.platform,
    'kernel.version': release(),
    'kernel.arch': arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
  };
}
