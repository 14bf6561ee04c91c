// A Docker engine of the test's own, with its own roots, that may be stopped, killed and started again. It lives in a
// network namespace of its own: an engine without a bridge removes the docker0 it finds.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, openSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@orch/driver-docker';

export interface OwnEngine {
  readonly endpoint: string;
  readonly log: string;
  start(): Promise<void>;
  /** SIGTERM, as systemctl stop does. */
  stop(): Promise<void>;
  /** SIGKILL of the engine and its containerd; containers go on. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

const START_LIMIT_MS = 60_000;

export async function ownEngine(): Promise<OwnEngine> {
  const root = await mkdtemp(join(tmpdir(), 'orch-dockerd-'));
  const id = `orch${randomBytes(3).toString('hex')}`;
  const endpoint = `unix://${root}/docker.sock`;
  const log = join(root, 'log');
  execFileSync('ip', ['netns', 'add', id]);
  let child: ChildProcess | undefined;
  const ended = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exit = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await exit;
  };
  return {
    endpoint,
    log,
    async start() {
      const file = openSync(log, 'a');
      const places = ['--data-root', `${root}/data`, '--exec-root', `${root}/exec`, '--pidfile', `${root}/pid`];
      const names = [
        '--cgroup-parent',
        `/${id}`,
        '--containerd-namespace',
        id,
        '--containerd-plugins-namespace',
        `p${id}`,
      ];
      const network = ['--bridge', 'none', '--iptables=false', '--ip-masq=false'];
      const dockerd = ['dockerd', '--host', endpoint, ...places, ...names, ...network];
      child = spawn('nsenter', [`--net=/run/netns/${id}`, ...dockerd], { stdio: ['ignore', file, file] });
      await answering(endpoint, log);
    },
    stop: () => ended('SIGTERM'),
    async kill() {
      await ended('SIGKILL');
      const pidFile = `${root}/exec/containerd/containerd.pid`;
      const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
      if (pid <= 1 || !(await commandOf(pid)).startsWith('containerd')) return;
      process.kill(pid, 'SIGKILL');
      // A new engine takes a containerd for alive as long as its pid is there.
      while ((await commandOf(pid)).startsWith('containerd')) await new Promise((resolve) => setTimeout(resolve, 20));
      await rm(pidFile, { force: true });
    },
    async remove() {
      await ended('SIGTERM');
      for (const hierarchy of await readdir('/sys/fs/cgroup')) removeGroups(`/sys/fs/cgroup/${hierarchy}/${id}`);
      const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
      for (const mount of mounts.filter((each) => each.startsWith(`${root}/`)).reverse())
        execFileSync('umount', ['-l', mount]);
      execFileSync('ip', ['netns', 'del', id]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
}

/** What the engine leaves of its control groups. */
function removeGroups(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(path, entry.name));
  rmdirSync(path);
}

async function answering(endpoint: string, log: string): Promise<void> {
  const engine = createEngine(endpoint);
  const endMs = Date.now() + START_LIMIT_MS;
  try {
    for (;;) {
      try {
        await (await engine.client()).ping();
        return;
      } catch (error) {
        if (Date.now() > endMs)
          throw new Error(`dockerd does not answer: ${readFileSync(log, 'utf8').slice(-2000)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    engine.close();
  }
}
