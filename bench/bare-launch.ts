// What orch's isolated launches are compared with: the same namespaces, mounts, user and privileges by util-linux alone.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultChrootMounts } from '@orch/executor';

export const unshareWords = 'unshare --mount --pid --fork --ipc --uts --propagation private'.split(' ');

/** A root and a script below `base` that starts /bin/true in it; no logs, limits or exit status. Run it by `unshareWords`. */
export function bareLaunchScript(base: string): string {
  const root = join(base, 'bare');
  const table: string[] = [];
  for (const { hostPath, path } of defaultChrootMounts()) {
    mkdirSync(join(root, path), { recursive: true });
    table.push(`${hostPath} ${root}${path} none bind,nodev,nosuid,ro 0 0`);
  }
  for (const dir of ['proc', 'dev/pts', 'dev/shm']) mkdirSync(join(root, dir), { recursive: true });
  table.push(`proc ${root}/proc proc nosuid 0 0`, `devpts ${root}/dev/pts devpts newinstance 0 0`);
  table.push(`tmpfs ${root}/dev/shm tmpfs nosuid,size=64m 0 0`, '');
  writeFileSync(join(base, 'fstab'), table.join('\n'));
  const privileges = '--reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all';
  const script = join(base, 'bare.sh');
  writeFileSync(script, `mount -a -T ${base}/fstab && exec chroot ${root} setpriv ${privileges} /bin/true\n`);
  return script;
}
