// A real agent built from this tree, in a process and a data directory of its own, and its command line.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiClient, createClient } from '@orch/api';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const command = join(root, 'packages/cli/bin/orch.js');

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for messages whose stream does not matter. */
  readonly text: string;
}

/**
 * How the API of an agent with a configuration is open: TCP without a token, TCP with one, or sockets alone. The last two
 * are spoken to through the operator's socket.
 */
export type ApiAccess = 'open' | 'token' | 'sockets';

export interface DevAgent {
  readonly api: ApiClient;
  /** What the rig speaks to. */
  readonly address: string;
  /** `http://127.0.0.1:…`, open or not. */
  readonly tcp: string;
  /** Of an agent with a configuration: where its sockets are. */
  readonly socketDir: string;
  readonly dir: string;
  readonly dataDir: string;
  pid(): number;
  /** Runs the command line against this agent. */
  orch(args: readonly string[], options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<Outcome>;
  /** Writes a job file and returns its path. */
  file(name: string, text: string): Promise<string>;
  /** Ends the agent's process; its tasks go on. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same data directory. */
  again(): Promise<void>;
  log(): string;
  /** Purges every job, ends the agent and removes its directory. */
  close(): Promise<void>;
}

/** Runs the built command line without an agent. */
export async function runOrch(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<Outcome> {
  const result = await execa(process.execPath, [command, ...args], {
    reject: false,
    // Not the sockets of whatever agent this machine has.
    env: { ORCH_SOCKET_DIR: '/dev/null/none', ...options.env },
    input: options.input ?? '',
    timeout: options.timeoutMs ?? 120_000,
    all: true,
  });
  return {
    exitCode: result.exitCode ?? -1,
    stdout: String(result.stdout),
    stderr: String(result.stderr),
    text: String(result.all),
  };
}

export async function startDevAgent(
  options: { readonly config?: string; readonly dataDir?: string; readonly access?: ApiAccess } = {},
): Promise<DevAgent> {
  if (!existsSync(join(root, 'packages/cli/dist/orch.js')))
    throw new Error('the command line is not built; run: npm run build');
  const dir = await mkdtemp(join(tmpdir(), 'orch-agent-'));
  const dataDir = options.dataDir ?? join(dir, 'data');
  const logFile = join(dir, 'agent.log');
  const port = await freePort();
  const tcp = `http://127.0.0.1:${port}`;
  const socketDir = join(dir, 'run');
  const access = options.access ?? 'open';
  const address = access === 'open' ? tcp : `unix://${socketDir}/operator.sock`;
  const api = createClient({ address });
  const configFile = join(dir, 'agent.hcl');
  if (options.config !== undefined)
    await writeFile(
      configFile,
      `${options.config}
data_dir = "${dataDir}"
${access === 'sockets' ? '' : `ports { http = ${port} }`}
http {
  socket_dir = "${socketDir}"
  ${access === 'open' ? 'open_loopback = true' : ''}
}
`,
    );
  const args =
    options.config === undefined
      ? ['--dev', '--data-dir', dataDir, '--http-port', String(port)]
      : ['--config', configFile];
  let child: ChildProcess | undefined;
  const readyTimes = () =>
    existsSync(logFile) ? readFileSync(logFile, 'utf8').split('orch agent is ready').length : 1;
  const again = async () => {
    const readyBefore = readyTimes();
    const log = openSync(logFile, 'a');
    child = spawn(process.execPath, [command, 'agent', ...args], { stdio: ['ignore', log, log] });
    const own = child;
    let gone = false;
    const exited = new Promise<void>((resolve) => own.once('exit', () => resolve())).then(() => {
      gone = true;
    });
    const ready = until(`the agent to be ready (log: ${logFile})`, 30_000, async () => {
      if (gone) return true;
      const { value } = await api.nodes.list();
      // The API answers before the node has taken up what it left; a signal in between would end it uncleanly.
      return value.some((node) => node.Status === 'ready') && readyTimes() > readyBefore;
    });
    await Promise.race([ready, exited]);
    if (gone) throw new Error(`the agent ended with ${own.exitCode}: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const own = child;
    child = undefined;
    if (own === undefined || own.exitCode !== null) return;
    const exited = new Promise((resolve) => own.once('exit', resolve));
    own.kill(signal);
    await exited;
  };
  try {
    await again();
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    api,
    address,
    tcp,
    socketDir,
    dir,
    dataDir,
    pid: () => child?.pid ?? 0,
    orch: (argv, more = {}) => runOrch(argv, { ...more, env: { ORCH_ADDR: address } }),
    async file(name, text) {
      await writeFile(join(dir, name), text);
      return join(dir, name);
    },
    end,
    again,
    log: () => readFileSync(logFile, 'utf8'),
    async close() {
      // Also where it ended by itself: what it started and made in the kernel is for an agent to take away.
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) await again();
      const { value: jobs } = await api.jobs.list();
      for (const job of jobs) await runOrch(['job', 'stop', '--purge', '--address', address, job.ID]);
      api.close();
      await end('SIGTERM');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Tries until it answers something true. An error is tried again, and told when the time is up. */
export async function until<T>(what: string, timeoutMs: number, attempt: () => Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await attempt();
      if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<T>;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** A job of one task; `body` goes into the task, `group` into the group. */
export function jobText(
  id: string,
  options: {
    readonly driver?: string;
    readonly config: string;
    readonly task?: string;
    readonly group?: string;
    readonly job?: string;
    readonly memory?: number;
  },
): string {
  return `job "${id}" {
${options.job ?? ''}
  group "g" {
${options.group ?? ''}
    task "t" {
      driver = "${options.driver ?? 'exec'}"
      config {
${options.config}
      }
${options.task ?? ''}
      resources {
        cpu    = 20
        memory = ${options.memory ?? 20}
      }
    }
  }
}
`;
}
