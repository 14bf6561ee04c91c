// The /etc of isolated tasks: a few generated files, shared by all tasks for which they read alike.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../cgroup/cgroup-host.ts';
import { FRESH_MS } from './believed.ts';
import type { ResolvedUser } from './users.ts';

export interface TaskEtc {
  readonly user: ResolvedUser;
  readonly hostname?: string;
  /** Text of /etc/resolv.conf; absent = the host's. */
  readonly resolvConf?: string;
  /** Lines added to /etc/hosts. */
  readonly hosts?: string;
  /** Names of directories that others are mounted at. */
  readonly directories: readonly string[];
}

/** Makes (once) and returns a directory to be mounted as /etc. Root owns it, so no task can plant files in it. */
export function makeTaskEtc(parent: string, etc: TaskEtc): string {
  const host = hostFiles();
  const key = JSON.stringify([parent, etc]);
  const dir = known.get(key) ?? join(parent, etcDigest(etc, host));
  if (existsSync(dir)) {
    remember(key, dir);
    return dir;
  }
  const draft = `${dir}.${process.pid}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o755 });
  for (const name of etc.directories) mkdirSync(join(draft, name), { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries({ ...renderTaskEtc(etc, host), ...host.copied }))
    writeFileSync(join(draft, name), text, { mode: 0o644, encoding: 'latin1' });
  renameSync(draft, dir);
  remember(key, dir);
  return dir;
}

const KNOWN_MOST = 256;
/** Directories made or found, by what they were asked for. Others when the host's files change. */
const known = new Map<string, string>();

function remember(key: string, dir: string): void {
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(key, dir);
}

function etcDigest(etc: TaskEtc, host: HostFiles): string {
  return createHash('sha256')
    .update(JSON.stringify([renderTaskEtc(etc, host), host.stamp, etc.directories]))
    .digest('hex')
    .slice(0, 24);
}

/** Small files of the host's /etc that libraries read at run time. */
const COPIED = ['ld.so.cache', 'ld.so.conf', 'localtime', 'timezone', 'mime.types', 'services', 'protocols'];

interface HostFiles {
  readonly atMs: number;
  /** Changes with any of the files. */
  readonly stamp: string;
  readonly hostname: string;
  readonly resolvConf: string;
  readonly copied: Readonly<Record<string, string>>;
}

let host: HostFiles | undefined;

/** Copies are read again only when one of them changed. Latin-1 keeps the bytes of binary ones. */
function hostFiles(): HostFiles {
  const atMs = performance.now();
  if (host !== undefined && atMs - host.atMs < FRESH_MS) return host;
  const hostname = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
  const resolvConf = readIfThere('/etc/resolv.conf') ?? '';
  const stats = COPIED.map((name) => statSync(`/etc/${name}`, { throwIfNoEntry: false }));
  const times = stats.map((stat) => (stat ? `${stat.mtimeMs}/${stat.size}` : '-'));
  const stamp = JSON.stringify([hostname, resolvConf, ...times]);
  if (host?.stamp !== stamp) known.clear();
  const present = COPIED.filter((_, index) => stats[index]?.isFile());
  const copied =
    host?.stamp === stamp
      ? host.copied
      : Object.fromEntries(present.map((name) => [name, readFileSync(`/etc/${name}`, 'latin1')]));
  host = { atMs, stamp, hostname, resolvConf, copied };
  return host;
}

function renderTaskEtc(etc: TaskEtc, host: HostFiles): Readonly<Record<string, string>> {
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
    hostname: `${etc.hostname ?? host.hostname}\n`,
    'resolv.conf': toLatin1(etc.resolvConf ?? host.resolvConf),
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n',
  };
}

/** UTF-8 bytes as a Latin-1 string, so that all files are written alike. */
function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
