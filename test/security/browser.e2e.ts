// A page in a real browser on the machine, against an API on loopback that asks nobody who they are.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { agentConfig, allocation, closeAgent, quick, submit } from '../e2e/agent/agent-kit.ts';
import { jobText, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

interface PageReport {
  /** Texts the page saw, by target and way. */
  readonly read: Readonly<Record<string, string>>;
  readonly tried: readonly string[];
}

interface PagePlan {
  /** By its address, and by the name of the page's site: what a page sees once its name was bound to loopback. */
  readonly targets: readonly { readonly name: string; readonly origin: string; readonly rebound: string }[];
  readonly allocation: string;
  readonly job: object;
  readonly command: readonly string[];
}

const script = readFileSync(new URL('browser-page.js', import.meta.url), 'utf8');
const hostilePage = (plan: PagePlan) =>
  `<!doctype html><meta charset="utf-8"><body><script>const plan = ${JSON.stringify(plan).replaceAll('<', '\\u003c')};
${script}</script>`;

const word = 'orchbrw';
const site = 'page.test';

const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(':').map((directory) => join(directory, name)))
  .find((file) => existsSync(file));
const withBrowser = chromium === undefined ? test.serial.skip : test.serial;

interface Site {
  readonly port: number;
  close(): void;
}

function serve(
  handle: (message: IncomingMessage, response: ServerResponse) => void,
): Promise<Site & { server: Server }> {
  const server = createServer(handle);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        server,
        port,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** Answers everything and guards nothing: shows what the browser lets a page send. */
async function unguarded(seen: string[]): Promise<Site> {
  const site = await serve((message, response) => {
    seen.push(`${message.method} ${message.url}`);
    message.resume();
    response.end('[]');
  });
  site.server.on('upgrade', (message, socket) => {
    seen.push(`SOCKET ${message.url}`);
    socket.destroy();
  });
  return site;
}

/** The page's own site: the page, redirects to elsewhere, and where the report goes. */
async function hostileSite(page: () => string, reported: (report: PageReport) => void): Promise<Site> {
  return serve((message, response) => {
    const url = new URL(message.url ?? '/', 'http://page');
    if (url.pathname === '/to') {
      response.writeHead(307, { Location: decodeURIComponent(url.search.slice(1)) }).end();
    } else if (url.pathname === '/report') {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        reported(JSON.parse(Buffer.concat(chunks).toString()) as PageReport);
        response.end();
      });
    } else response.writeHead(200, { 'Content-Type': 'text/html' }).end(page());
  });
}

/** Opens an address in a browser that finds no other host than this one. */
function browse(url: string, profile: string): ChildProcess {
  return spawn(
    chromium ?? '',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      // Whatever this browser keeps from pages that reach for the machine, others do not.
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
      `--host-resolver-rules=MAP ${site} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      url,
    ],
    { stdio: 'ignore', detached: true },
  );
}

withBrowser('a page in a browser reads nothing and changes nothing on an open loopback', async (t) => {
  const agent = await startDevAgent({ config: agentConfig({ word }) });
  t.teardown(() => closeAgent(agent, word));
  await submit(agent, jobText('done', { config: 'command = "/bin/true"', job: 'type = "batch"' }), '-detach');
  await submit(agent, jobText('s', { config: 'command = "/bin/sleep"\nargs = ["600"]', group: quick }), '-detach');
  const done = await allocation(agent, 'done', 'complete');
  const running = await allocation(agent, 's', 'running');
  const directory = join(agent.dataDir, 'allocations', done.ID);
  const before = (await agent.api.jobs.list()).value.map((job) => [job.ID, job.ModifyIndex]);

  const seen: string[] = [];
  const bare = await unguarded(seen);
  t.teardown(() => bare.close());
  let report: PageReport | undefined;
  const known = (await (await fetch(`${agent.tcp}/v1/job/done`)).json()) as object;
  const port = new URL(agent.tcp).port;
  const page = () =>
    hostilePage({
      targets: [
        { name: 'bare', origin: `http://127.0.0.1:${bare.port}`, rebound: `http://${site}:${bare.port}` },
        { name: 'agent', origin: agent.tcp, rebound: `http://${site}:${port}` },
        { name: 'agent by name', origin: `http://localhost:${port}`, rebound: `http://${site}:${port}` },
      ],
      allocation: running.ID,
      job: { ...known, ID: 'evil', Name: 'evil' },
      command: ['/bin/touch', '/local/evil'],
    });
  const hostile = await hostileSite(page, (given) => {
    report = given;
  });
  t.teardown(() => hostile.close());
  const profile = await mkdtemp(join(tmpdir(), 'orch-browser-'));
  const browser = browse(`http://${site}:${hostile.port}/`, profile);
  t.teardown(async () => {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const { read, tried } = await until('the page to report', 60_000, async () => report);

  t.is(
    tried.find((way) => way.startsWith('broken')),
    undefined,
  );
  t.deepEqual(read, {}, 'a page read something');
  const arrived = (start: string) => seen.some((line) => line.startsWith(start));
  for (const start of ['GET /v1/jobs', 'POST /v1/jobs', 'POST /v1/system/gc', 'SOCKET /v1/client/allocation/'])
    t.true(arrived(start), `the browser lets a page send ${start}`);
  for (let way = 1; way <= 8; way += 1) t.true(arrived(`GET /v1/client/gc?${way}`), `way ${way} of a GET`);
  t.true(existsSync(directory), 'nothing was collected');
  t.deepEqual(
    (await agent.api.jobs.list()).value.map((job) => [job.ID, job.ModifyIndex]),
    before,
  );
  t.false(existsSync(join(agent.dataDir, 'allocations', running.ID, 't/local/evil')), 'nothing was run');
  t.is((await allocation(agent, 's', 'running')).ID, running.ID);
});
