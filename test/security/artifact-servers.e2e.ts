// Servers of artifacts, old, broken and hostile: a download may fail, the agent goes on, and its next start does.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import test from 'ava';
import { agentConfig, closeAgent, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

/** Its own names in the kernel: another test's agent may live beside it. */
const word = 'orchart';
const megabyte = Buffer.alloc(2 ** 20, 'x');
const size = 8 * megabyte.length;
/** Two full reads, and the end right behind them, while the reader still has the first: the global fetch asserts there. */
const twoReads = Buffer.alloc(128 * 1_024, 'x');

/** By path: what is written to whoever asks. */
const answers: Readonly<Record<string, (socket: Socket) => Promise<void> | void>> = {
  async old(socket) {
    socket.write('HTTP/1.0 200 OK\r\nServer: old\r\nConnection: close\r\n\r\n');
    for (let part = 0; part < 8 && socket.writable; part += 1) {
      socket.write(megabyte);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.end();
  },
  whole(socket) {
    socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), twoReads]));
  },
  cut(socket) {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\nabc`);
  },
  reset(socket) {
    socket.write('HTTP/1.0 200 OK\r\n\r\nabc', () => setTimeout(() => socket.resetAndDestroy(), 50));
  },
  bomb(socket) {
    socket.end(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(100_000)}\r\n`);
  },
  loop(socket) {
    socket.end('HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n');
  },
  nonsense(socket) {
    socket.end('\u0000\u0001 what?\r\n\r\n');
  },
  upgrade(socket) {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  },
  gzip(socket) {
    socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip');
  },
  async slow(socket) {
    socket.write(`HTTP/1.0 200 OK\r\n\r\n`);
    slowReaders += 1;
    for (let part = 0; part < 600 && socket.writable; part += 1) {
      socket.write('x');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
};
let slowReaders = 0;

let agent: DevAgent;
let server: Server;
const sockets = new Set<Socket>();

test.before(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (head) => {
      const [, path = ''] = /^GET \/(\w+)/.exec(String(head)) ?? [];
      void answers[path]?.(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agent = await startDevAgent({ config: agentConfig({ word }) });
});
test.after.always(async () => {
  // First: an agent that ended at what it fetched would fetch it again, and end again.
  server?.close();
  for (const socket of sockets) socket.destroy();
  await closeAgent(agent, word);
});

/** A task that prints how many bytes it was brought; `times` artifacts, one after the other. */
async function fetching(path: string, id: string, times = 1): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const source = `http://127.0.0.1:${port}/${path}`;
  const artifact = (index: number) =>
    `      artifact {\n        source = "${source}"\n        destination = "local/${index}"\n      }\n`;
  const text = jobText(id, {
    job: '  type = "batch"\n  reschedule {\n    attempts = 0\n    unlimited = false\n  }\n',
    config: `command = "/bin/sh"\nargs = ["-c", "cat /local/*/${path} | wc -c"]`,
    task: `${Array.from({ length: times }, (_, index) => artifact(index)).join('')}      restart {\n        attempts = 0\n        mode = "fail"\n      }\n`,
  });
  const run = await submit(agent, text, '-detach');
  if (run.exitCode !== 0) throw new Error(run.text);
}

function ended(id: string) {
  return until(`${id} to end`, 30_000, async () => {
    const { value } = await agent.api.jobs.allocations(id);
    return value.find((item) => ['complete', 'failed'].includes(item.ClientStatus));
  });
}

test.serial('an artifact of 8 MB from an HTTP/1.0 server arrives, and the agent lives', async (t) => {
  const pid = agent.pid();
  for (const round of [1, 2, 3]) {
    await fetching('old', `old-${round}`);
    const { ID, ClientStatus } = await ended(`old-${round}`);
    t.is(ClientStatus, 'complete', agent.log().slice(-2_000));
    t.is((await agent.orch(['alloc', 'logs', ID])).stdout.trim(), String(size));
  }
  t.is(agent.pid(), pid);
  process.kill(pid, 0);
});

test.serial('artifacts that an HTTP/1.0 server sends in one go, their end included, end no agent', async (t) => {
  const pid = agent.pid();
  await fetching('whole', 'whole', 10);
  const { ID, ClientStatus } = await ended('whole');
  t.is(ClientStatus, 'complete', agent.log().slice(-2_000));
  t.is((await agent.orch(['alloc', 'logs', ID])).stdout.trim(), String(10 * twoReads.length));
  t.is(agent.pid(), pid);
  process.kill(pid, 0);
});

test.serial('servers that break off, loop, or talk nonsense fail their own task and nothing else', async (t) => {
  const pid = agent.pid();
  const paths = ['cut', 'reset', 'bomb', 'loop', 'nonsense', 'upgrade', 'gzip'];
  for (const path of paths) await fetching(path, path);
  for (const path of paths) {
    const { ClientStatus, TaskStates } = await ended(path);
    t.is(ClientStatus, 'failed', path);
    const said = TaskStates?.['t']?.Events.find((event) => event.Type === 'Failed Artifact Download');
    t.regex(said?.DisplayMessage ?? '', /fetching the artifact http:\/\/127\.0\.0\.1:\d+\/\w+ broke off: ./, path);
  }
  t.is(agent.pid(), pid);
  process.kill(pid, 0);
});

test.serial('an agent that is killed while it fetches starts again, fetches again, and lives', async (t) => {
  await fetching('slow', 'slow');
  await until('the download', 10_000, async () => slowReaders === 1);
  await agent.end('SIGKILL');
  await agent.again();
  await until('the download again', 20_000, async () => slowReaders === 2);
  await agent.end('SIGTERM');
  await agent.again();
  await until('and again', 20_000, async () => slowReaders === 3);
  const stopped = await agent.orch(['job', 'stop', 'slow']);
  t.is(stopped.exitCode, 0, 'a stop ends the download');
  await fetching('old', 'after');
  t.is((await ended('after')).ClientStatus, 'complete');
});
