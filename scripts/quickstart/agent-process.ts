// The dev agent as a process of its own, started, killed and started again.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../setup/setup.ts';
import { connectApi, eventually } from './api.ts';

export const orchCommand = join(root, 'packages/cli/bin/orch.js');

export interface AgentProcess {
  readonly pid: number;
  readonly address: string;
  readonly readyMs: number;
  /** Sends a signal and resolves when the process is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function startAgent(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
}): Promise<AgentProcess> {
  mkdirSync(options.dataDir, { recursive: true });
  const log = openSync(options.logFile, 'a');
  const started = Date.now();
  const child: ChildProcess = spawn(
    process.execPath,
    [orchCommand, 'agent', '--dev', '--data-dir', options.dataDir, '--http-port', String(options.port)],
    { stdio: ['ignore', log, log], detached: true },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let gone = false;
  exited.then(() => {
    gone = true;
  });
  const address = `http://127.0.0.1:${options.port}`;
  await eventually('the agent did not get ready', 20_000, async () => {
    if (gone)
      throw new Error(`it ended: ${readFileSync(options.logFile, 'utf8').trim().split('\n').slice(-3).join(' | ')}`);
    await connectApi(address).get('/v1/status/leader');
  });
  const readyMs = Date.now() - started;
  await eventually('the node did not get ready', 30_000, async () => {
    const nodes = await connectApi(address).get<readonly { readonly Status: string }[]>('/v1/nodes');
    if (!nodes.some((node) => node.Status === 'ready')) throw new Error('no node is ready');
  });
  return {
    pid: child.pid ?? 0,
    address,
    readyMs,
    async end(signal) {
      if (!gone) child.kill(signal);
      await exited;
    },
  };
}

/** The field's port when it is free, else one the kernel gives. */
export async function freePort(preferred: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
      });
    });
  try {
    return await listen(preferred);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(0);
  }
}
