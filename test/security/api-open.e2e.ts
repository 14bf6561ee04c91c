// The API where it is open by design, and where TCP is closed: pages in a browser of the machine, links of made-up nodes,
// what an agent without a port still does.

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { agentConfig, allocation, closeAgent, kernelWord, quick, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

/** Another file's agents have that of the kit. */
const word = kernelWord;
const sleeps = 'command = "/bin/sleep"\nargs = ["600"]';

function send(agent: DevAgent, method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(agent.tcp + path, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asking.once('error', reject);
    asking.end();
  });
}

test.serial(
  'an open loopback is told at each start; no page of a browser collects there, and no node joins',
  async (t) => {
    const agent = await startDevAgent({ config: agentConfig({ word }) });
    t.teardown(() => closeAgent(agent, word));
    const warnings = () => agent.log().match(/WARN.*asks nobody who they are/g)?.length;
    t.is(warnings(), 1);
    await submit(agent, jobText('done', { config: 'command = "/bin/true"', job: 'type = "batch"' }), '-detach');
    const { ID } = await allocation(agent, 'done', 'complete');
    const directory = join(agent.dataDir, 'allocations', ID);
    t.true(existsSync(directory));
    const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
    const old = {
      Referer: 'http://evil.example/',
      'User-Agent': 'Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/60.0',
    };
    for (const headers of [image, old])
      for (const path of ['/v1/client/gc', `/v1/client/allocation/${ID}/gc`])
        for (const method of ['GET', 'HEAD']) t.is(await send(agent, method, path, headers), 403, `${method} ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.true(existsSync(directory));
    t.is(await send(agent, 'GET', `/v1/client/allocation/${ID}/gc`, { 'User-Agent': 'curl/8' }), 200);
    await until('a program to have collected it', 5_000, async () => !existsSync(directory));

    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    t.is(await send(agent, 'GET', '/v1/link', upgrade), 404);
    t.is(await send(agent, 'GET', '/v1/link', {}), 404);
    t.is((await agent.api.nodes.list()).value.length, 1);
    await agent.end('SIGTERM');
    await agent.again();
    t.is(warnings(), 2);
  },
);

test.serial('without a port nothing listens on TCP, and everything goes through a socket', async (t) => {
  const agent = await startDevAgent({ config: agentConfig({ word }), access: 'sockets' });
  t.teardown(() => closeAgent(agent, word));
  t.deepEqual(listeners(agent.pid()), []);
  t.false(existsSync(join(agent.dataDir, 'api-token')), 'a token that opens nothing is not made');
  t.false(agent.log().includes('asks nobody who they are'));
  t.regex(agent.log(), /API: +unix:\/\/.*operator\.sock, unix:\/\/.*api\.sock\n/);
  t.regex(agent.log(), /there is no group "orch": only root opens .*api\.sock mend=groupadd --system orch/);
  const ran = await submit(agent, jobText('s', { config: sleeps, group: quick }));
  t.is(ran.exitCode, 0, ran.text);
  const { ID } = await allocation(agent, 's', 'running');
  const exec = await agent.orch(['alloc', 'exec', ID, '/bin/echo', 'through a socket']);
  t.is(exec.stdout.trim(), 'through a socket', exec.text);
  t.is((await agent.orch(['job', 'status', 's'])).exitCode, 0);
  t.regex((await agent.orch(['node', 'status', '-self'])).text, /ready/);
  t.is((await agent.api.agent.leader()).value, agent.address);
});

/** Inodes of listening TCP sockets among the descriptors of a process. */
function listeners(pid: number): readonly string[] {
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const listening = '0A';
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === listening && open.includes(`socket:[${inode}]`))
      .map(([, address = '']) => address),
  );
}
