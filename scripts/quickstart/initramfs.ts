// Assembles the demonstration VM's initramfs: a newc cpio archive of busybox, kernel modules and an init script.

import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Modules the guest needs, in the order in which they must be loaded: virtio_ring before virtio. */
const moduleOrder = [
  'failover',
  'net_failover',
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'virtio_mmio',
  'virtio_net',
  'virtio_blk',
  'virtio_console',
  'button',
  'evdev',
];

interface Member {
  readonly path: string;
  readonly mode: number;
  readonly data?: Buffer;
}

/** One member in the "newc" format: a header of 13 eight-digit hex fields, the name and the data, each padded to 4 bytes. */
function newc(member: Member, inode: number): Buffer {
  const data = member.data ?? Buffer.alloc(0);
  const name = Buffer.from(`${member.path}\0`);
  const fields = [inode, member.mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([pad(Buffer.concat([header, name])), pad(data)]);
}

function pad(buffer: Buffer): Buffer {
  return Buffer.concat([buffer, Buffer.alloc((4 - (buffer.length % 4)) % 4)]);
}

export function cpio(members: readonly Member[]): Buffer {
  const all = [...members, { path: 'TRAILER!!!', mode: 0 }];
  return Buffer.concat(all.map((member, index) => newc(member, index + 1)));
}

/** Kernel modules may be compressed; the guest's insmod wants them plain. */
function readModule(path: string): Buffer {
  return path.endsWith('.xz') ? execFileSync('xz', ['-dc', path], { maxBuffer: 64 * 1024 * 1024 }) : readFileSync(path);
}

export function writeInitramfs(options: {
  readonly busybox: string;
  readonly modules: string;
  readonly init: string;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
}): void {
  const directory = (path: string): Member => ({ path, mode: 0o040755 });
  const executable = (path: string, data: Buffer): Member => ({ path, mode: 0o100755, data });
  const found = new Map(
    globSync(`${options.modules}/**/*.ko*`).map((path) => [
      basename(path)
        .replace(/\.ko(\.xz)?$/, '')
        .replaceAll('-', '_'),
      path,
    ]),
  );
  const modules = moduleOrder.flatMap((name) => {
    const path = found.get(name);
    return path === undefined ? [] : [{ name: `${name}.ko`, data: readModule(path) }];
  });
  const members: Member[] = [
    ...['bin', 'modules', 'www', 'www/cgi-bin', 'tmp', 'proc', 'sys', 'dev'].map(directory),
    { path: 'dev/console', mode: 0o020600 },
    executable('bin/busybox', readFileSync(options.busybox)),
    { path: 'bin/sh', mode: 0o120777, data: Buffer.from('busybox') },
    executable('init', readFileSync(options.init)),
    { path: 'modules/order', mode: 0o100644, data: Buffer.from(modules.map(({ name }) => name).join('\n')) },
    ...modules.map(({ name, data }): Member => ({ path: `modules/${name}`, mode: 0o100644, data })),
    ...Object.entries(options.files).map(([path, source]) => executable(path, readFileSync(source))),
  ];
  writeFileSync(options.target, gzipSync(cpio(members), { level: 1 }));
}
