// The /etc of isolated tasks: a few generated files, shared by all tasks for which they read alike.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../cgroup/cgroup-host.ts';
import type { ResolvedUser } from './users.ts';

export interface TaskEtc {
  readonly user: ResolvedUser;
  readonly hostname?: string;
  /** Text of /etc/resolv.conf; absent = the host's. */
  readonly resolvConf?: string;
  /** Lines added to /etc/hosts. */
  readonly hosts?: string;
}

/** Makes (once) and returns a directory to be mounted as /etc. Root owns it, so a task cannot plant files for root's helpers. */
export function makeTaskEtc(parent: string, etc: TaskEtc): string {
  const files = { ...renderTaskEtc(etc) };
  const copied = copiedFiles();
  const digest = createHash('sha256')
    .update(JSON.stringify([files, copies?.stamp]))
    .digest('hex')
    .slice(0, 24);
  const dir = join(parent, digest);
  if (existsSync(dir)) return dir;
  Object.assign(files, copied);
  const draft = `${dir}.${process.pid}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(draft, name), text, { mode: 0o644, encoding: 'latin1' });
  renameSync(draft, dir);
  return dir;
}

/** Small files of the host's /etc that libraries read at run time. */
const COPIED = ['ld.so.cache', 'ld.so.conf', 'localtime', 'timezone', 'mime.types', 'services', 'protocols'];

let copies: { readonly stamp: string; readonly files: Readonly<Record<string, string>> } | undefined;

/** Read again only when one of them changed. Latin-1 keeps the bytes of binary ones. */
function copiedFiles(): Readonly<Record<string, string>> {
  const stats = COPIED.map((name) => statSync(`/etc/${name}`, { throwIfNoEntry: false }));
  const stamp = stats.map((stat) => (stat ? `${stat.mtimeMs}/${stat.size}` : '-')).join(' ');
  if (copies?.stamp === stamp) return copies.files;
  const present = COPIED.filter((_, index) => stats[index]?.isFile());
  copies = { stamp, files: Object.fromEntries(present.map((name) => [name, readFileSync(`/etc/${name}`, 'latin1')])) };
  return copies.files;
}

function renderTaskEtc(etc: TaskEtc): Readonly<Record<string, string>> {
  const { user } = etc;
  const passwd = ['root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin'];
  const group = ['root:x:0:', 'tty:x:5:', 'nogroup:x:65534:'];
  if (user.uid !== 0 && user.uid !== 65534) passwd.push(`${user.name}:x:${user.uid}:${user.gid}:task:/:/bin/sh`);
  for (const gid of new Set([user.gid, ...user.groups])) {
    if (![0, 5, 65534].includes(gid)) group.push(`g${gid}:x:${gid}:`);
  }
  const ownName = etc.hostname === undefined ? '' : `127.0.1.1\t${etc.hostname}\n`;
  return {
    passwd: `${passwd.join('\n')}\n`,
    group: `${group.join('\n')}\n`,
    hosts: `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${ownName}${toLatin1(etc.hosts ?? '')}`,
    hostname: `${etc.hostname ?? readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()}\n`,
    'resolv.conf': toLatin1(etc.resolvConf ?? readIfThere('/etc/resolv.conf') ?? ''),
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n',
  };
}

/** UTF-8 bytes as a Latin-1 string, so that all files are written alike. */
function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
