// Which kind of control groups the kernel has mounted.

import { access } from 'node:fs/promises';

export async function findCgroups(): Promise<Readonly<Record<string, string>>> {
  const has = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  if (await has('/sys/fs/cgroup/cgroup.controllers')) return { 'os.cgroups.version': '2' };
  return (await has('/sys/fs/cgroup/memory')) ? { 'os.cgroups.version': '1' } : {};
}
