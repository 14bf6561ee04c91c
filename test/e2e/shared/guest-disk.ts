// A disk for a test's VM: Node and a few of this machine's programs, with the libraries these need, as a bootable root.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCommand } from '../../../scripts/setup/needs.ts';

/** What the executor, its shell scripts and the tasks of tests call. */
const programs = [
  ...['sh', 'bash', 'busybox', 'cat', 'chmod', 'chown', 'chroot', 'dd', 'echo', 'env', 'false', 'grep', 'head', 'id'],
  ...['ip', 'kill', 'ln', 'ls', 'mkdir', 'mkfifo', 'mknod', 'mount', 'nsenter', 'readlink', 'rm', 'setpriv', 'setsid'],
  ...['sleep', 'stdbuf', 'tail', 'timeout', 'touch', 'true', 'umount', 'unshare', 'wc'],
];
const preloaded = ['/usr/libexec/coreutils/libstdbuf.so', '/usr/lib/coreutils/libstdbuf.so'];

export interface GuestDisk {
  /** Emptied into the root: path in the guest → path here. */
  readonly files: Readonly<Record<string, string>>;
  /** The program that runs when everything is mounted; `/init` of the disk. */
  readonly init: string;
  /** Scratch directory for the tree. */
  readonly work: string;
  /** The image to make. */
  readonly target: string;
}

/** Makes an ext4 image without mounting anything. Programs lie where they lie here; the merged /usr is made anew. */
export function writeGuestDisk(disk: GuestDisk): void {
  const tree = join(disk.work, 'tree');
  for (const dir of ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64'])
    mkdirSync(join(tree, dir), { recursive: true });
  for (const dir of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${dir}`, join(tree, dir));
  const place = (from: string, to: string) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    copyFileSync(from, join(tree, to));
    chmodSync(join(tree, to), 0o755);
  };
  const found = programs.map((name) => {
    const path = findCommand(name);
    if (path === undefined) throw new Error(`the program ${name} is not on this machine`);
    return [path, path] as const;
  });
  const node = ['/usr/bin/node', realpathSync(process.execPath)] as const;
  const libraries = preloaded.filter((path) => existsSync(path)).map((path) => [path, path] as const);
  for (const [to, from] of [...found, node, ...libraries]) {
    place(from, to);
    for (const library of librariesOf(from)) if (!existsSync(join(tree, library))) place(library, library);
  }
  for (const [to, from] of Object.entries(disk.files)) place(from, to);
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  writeFileSync(join(tree, 'etc/group'), 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n');
  writeFileSync(join(tree, 'init'), disk.init, { mode: 0o755 });
  const mkfs = findCommand('mkfs.ext4');
  if (mkfs === undefined) throw new Error('mkfs.ext4 is missing; install e2fsprogs');
  execFileSync(mkfs, ['-q', '-F', '-O', '^has_journal', '-d', tree, disk.target, '512M'], { stdio: 'pipe' });
}

/** Absolute paths of the libraries a program is linked with; none for a static one. */
function librariesOf(program: string): readonly string[] {
  try {
    const listing = execFileSync('ldd', [program], { encoding: 'utf8', stdio: 'pipe' });
    return [...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
  } catch (error) {
    if (String((error as { stderr?: unknown }).stderr).includes('not a dynamic executable')) return [];
    throw error;
  }
}
