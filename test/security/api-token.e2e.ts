// The API of an agent on a configuration file's defaults, from where it was attacked: another user of the machine, a task
// in the host's network, somebody who takes all connections, somebody who takes the port of a dead agent.

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@orch/api';
import test from 'ava';
import { agentConfig, allocation, closeAgent, kernelWord, quick, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, runOrch, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

/** A group that the machine has; nobody is a member of it here but who is made one. */
const group = 'nogroup';
const groupIdOfIt = execFileSync('getent', ['group', group], { encoding: 'utf8' }).split(':')[2] ?? '';

/** Another file's agents have that of the kit. */
const word = kernelWord;

let agent: DevAgent;

test.before(async () => {
  agent = await startDevAgent({ config: agentConfig({ word, more: `http { group = "${group}" }` }), access: 'token' });
  // Other users reach the sockets' directory, and are held off by the sockets alone.
  await chmod(agent.dir, 0o755);
});

test.after.always(() => closeAgent(agent, word));

const tokenFile = () => join(agent.dataDir, 'api-token');
const token = () => readFileSync(tokenFile(), 'utf8').trim();
const socket = (name: string) => join(agent.socketDir, name);

/** Runs a program as a user that is nobody here, or a member of one group. */
function asUser(groups: readonly string[], program: string, ...args: string[]) {
  const membership = groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join()];
  const flags = ['--reuid', '12345', '--regid', '12345', ...membership, '--', program, ...args];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/dev/null/none',
    SHELL: '/bin/sh',
    NODE_NO_WARNINGS: '1',
    ORCH_SOCKET_DIR: agent.socketDir,
  };
  const { status, stdout, stderr } = spawnSync('setpriv', flags, { encoding: 'utf8', env });
  return { status, text: `${stdout}${stderr}` };
}

const curl = ['-s', '-m', '10', '-w', ' %{http_code}'];
const cli = (...args: string[]) =>
  [process.execPath, join(import.meta.dirname, '../../packages/cli/bin/orch.js'), ...args] as const;

test.serial('the token is made at the first start, of more than 128 bits, for root alone', (t) => {
  const { mode, uid, gid } = lstatSync(tokenFile());
  t.deepEqual([mode & 0o7777, uid, gid], [0o600, 0, 0]);
  t.regex(token(), /^[0-9a-f]{64}$/);
  t.deepEqual(JSON.parse(readFileSync(socket('tcp.json'), 'utf8')), { address: agent.tcp, tokenFile: tokenFile() });
  const facts = ['operator.sock', 'api.sock'].map((name) => lstatSync(socket(name)));
  t.deepEqual(
    facts.map(({ mode: own, uid: owner, gid: members }) => [own & 0o7777, owner, members]),
    [
      [0o600, 0, 0],
      [0o660, 0, Number(groupIdOfIt)],
    ],
  );
  t.false(agent.log().includes(token()));
});

test.serial(
  'another user of the machine submits nothing, reads nothing, opens no socket and does not see the token',
  async (t) => {
    const job = JSON.stringify({
      Job: { ID: 'evil', Name: 'evil', Type: 'batch', Datacenters: ['*'], TaskGroups: [] },
    });
    const put = ['-X', 'PUT', '-H', 'Content-Type: application/json', '-d', job, `${agent.tcp}/v1/jobs`];
    t.is(asUser([], 'curl', ...curl, ...put).text, 'Permission denied 403');
    for (const path of [
      '/v1/jobs',
      '/v1/job/x/submission',
      '/v1/agent/self',
      '/v1/client/fs/cat/x?path=a',
      '/v1/client/gc',
    ])
      t.is(asUser([], 'curl', ...curl, agent.tcp + path).text, 'Permission denied 403', path);
    t.regex(asUser([], 'curl', ...curl, `${agent.tcp}/v1/agent/health`).text, / 200$/);
    for (const name of ['operator.sock', 'api.sock'])
      t.regex(
        asUser([], 'curl', ...curl, '-S', '--unix-socket', socket(name), 'http://x/v1/jobs').text,
        /permission denied|Could.* connect/i,
        name,
      );
    t.regex(asUser([], 'cat', tokenFile()).text, /Permission denied/);
    t.regex(asUser([], 'touch', socket('planted')).text, /Permission denied/);
    t.regex(asUser([], 'ls', socket('api')).text, /Permission denied/);
    t.deepEqual((await agent.api.jobs.list()).value, []);
  },
);

test.serial('a task in the network of the host is refused, and finds no socket', async (t) => {
  const { port } = new URL(agent.tcp);
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET /v1/jobs HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3; ls ${agent.socketDir}; id -un; sleep 600`;
  const ran = await submit(
    agent,
    jobText('spy', {
      config: `command = "/bin/bash"\nargs = ["-c", ${JSON.stringify(script)}]`,
      group: quick,
      task: 'user = "nobody"',
    }),
    '-detach',
  );
  t.is(ran.exitCode, 0, ran.text);
  const { ID } = await allocation(agent, 'spy', 'running');
  const said = await until('the task to have asked', 10_000, async () => {
    const { stdout } = await agent.orch(['alloc', 'logs', ID]);
    return stdout.includes('nobody') ? stdout : undefined;
  });
  t.regex(said, /^HTTP\/1\.1 403 Forbidden/);
  t.regex(said, /Permission denied/);
  t.false(said.includes('.sock'));
});

test.serial('the token opens TCP as clients of the field present it; a WebSocket too, and not without', async (t) => {
  for (const header of [`X-Nomad-Token: ${token()}`, `Authorization: Bearer ${token()}`])
    t.regex(execFileSync('curl', [...curl, '-H', header, `${agent.tcp}/v1/jobs`], { encoding: 'utf8' }), / 200$/);
  const { ID } = await allocation(agent, 'spy', 'running');
  const exec = async (given: { readonly token?: string }) => {
    const client = createClient({ address: agent.tcp, ...given });
    try {
      const session = await client.allocations.exec(ID, { command: ['/bin/true'] });
      return await session.exitCode;
    } finally {
      client.close();
    }
  };
  t.is(await exec({ token: token() }), 0);
  await t.throwsAsync(exec({}), { message: 'Permission denied' });
  await t.throwsAsync(exec({ token: `${token().slice(0, -1)}x` }), { message: 'Permission denied' });
  await until('the log to tell of it', 5_000, async () => agent.log().includes('requests with a wrong token'));
  t.false(agent.log().includes(token().slice(0, -1)));
});

test.serial(
  'the command line finds its way: by what is named, else the socket it may open, else it says why not',
  async (t) => {
    const own = { ORCH_SOCKET_DIR: agent.socketDir };
    const ready = /ready\s*$/;
    const root = (args: readonly string[], env: Record<string, string> = {}) =>
      runOrch(['node', 'status', ...args], { env: { ...own, ...env } });
    t.regex((await root([])).text, ready, "root: the operator's socket");
    t.regex((await root(['-address', agent.tcp])).text, ready, 'root on TCP: it finds the token');
    t.regex((await root([], { NOMAD_ADDR: agent.tcp, NOMAD_TOKEN: token() })).text, ready);
    t.regex((await root([], { NOMAD_ADDR: `unix://${socket('api.sock')}` })).text, ready);
    t.regex(
      (await root(['-address', agent.tcp], { ORCH_SOCKET_DIR: '/dev/null/none', ORCH_TOKEN_FILE: tokenFile() })).text,
      ready,
    );
    t.regex(
      (await root(['-address', agent.tcp, '-token', token()], { ORCH_SOCKET_DIR: '/dev/null/none' })).text,
      ready,
    );
    const lost = await root(['-address', agent.tcp], { ORCH_SOCKET_DIR: '/dev/null/none' });
    t.regex(lost.text, /^Error: Permission denied \(TCP asks for a token; it stands in .*ORCH_TOKEN_FILE/);
    const wrong = await root(['-address', agent.tcp], { ORCH_TOKEN: 'wrong' });
    t.true(
      wrong.text.startsWith(
        `Error: Permission denied (the token that was sent is not the agent's; the agent's stands in ${tokenFile()}`,
      ),
      wrong.text,
    );
    const none = await root([], { ORCH_TOKEN_FILE: '/dev/null/none', ORCH_ADDR: agent.tcp });
    t.regex(none.text, /cannot be read from \/dev\/null\/none, which ORCH_TOKEN_FILE names \(ENOTDIR\)/);

    const [node, command, ...args] = cli('node', 'status');
    t.regex(asUser([groupIdOfIt], node, command, ...args).text, ready, 'a member of the group');
    const stranger = asUser([], node, command, ...args);
    t.is(stranger.status, 1);
    t.regex(stranger.text, /api\.sock is for members of the group "[^"]+": as root, usermod -aG/);
    const onTcp = asUser([], node, command, ...args, '-address', agent.tcp);
    t.true(onTcp.text.includes(`it stands in ${tokenFile()}, for root to read`), onTcp.text);
  },
);

/** Connects and says nothing until so many stay connected and further ones do not; `open` is told how many there were. */
async function fill(most: number, open: (before: number) => Socket): Promise<Socket[]> {
  const all: Socket[] = [];
  await until(`${most} connections`, 15_000, async () => {
    for (let round = 0; round < 4; round += 1) {
      const some = Array.from({ length: 100 }, (_, index) => open(all.length + index));
      for (const one of some) one.on('error', () => {});
      await Promise.all(some.map((one) => once(one, 'connect').catch(() => {})));
      all.push(...some);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    const alive = all.filter((one) => !one.destroyed && !one.readableEnded).length;
    return alive === most && all.length > most;
  });
  return all;
}

test.serial('whoever takes every connection of TCP, or of the group, does not keep the operator out', async (t) => {
  const { port } = new URL(agent.tcp);
  const taken: Socket[] = [];
  t.teardown(() => {
    for (const one of taken) one.destroy();
  });
  const root = () => runOrch(['node', 'status'], { env: { ORCH_SOCKET_DIR: agent.socketDir } });
  const from = (before: number) =>
    connect({ host: '127.0.0.1', port: Number(port), localAddress: `127.0.0.${1 + Math.floor(before / 512)}` });
  taken.push(...(await fill(2_048, from)));
  const outside = spawnSync('curl', [...curl, `${agent.tcp}/v1/status/leader`], { encoding: 'utf8' });
  t.not(outside.status, 0, 'TCP is full');
  const operator = await root();
  t.is(operator.exitCode, 0, operator.text);
  taken.push(...(await fill(1_024, () => connect(socket('api.sock')))));
  const late = spawnSync('curl', [...curl, '--unix-socket', socket('api.sock'), 'http://x/v1/status/leader']);
  t.not(late.status, 0, 'the socket of the group is full');
  const again = await root();
  t.is(again.exitCode, 0, again.text);
});

test.serial('a second agent does not take the sockets of a living one', async (t) => {
  const config = `server { enabled = true }\nclient { kernel_word = "orchapi2" }\ndata_dir = "${agent.dir}/second"\nhttp { socket_dir = "${agent.socketDir}" }\n`;
  const file = await agent.file('second.hcl', config);
  const second = await runOrch(['agent', '--config', file], { timeoutMs: 20_000 });
  t.is(second.exitCode, 1, second.text);
  t.regex(second.text, /another agent has its sockets in/);
  t.deepEqual((await agent.api.agent.leader()).value, new URL(agent.tcp).host);
});

test.serial('sockets are not made where another user planted the directory, or a link to one', async (t) => {
  const planted = join(agent.dir, 'planted');
  const plants: readonly (readonly [string, () => void, RegExp])[] = [
    ['a directory', () => execFileSync('install', ['-d', '-o', '12345', planted]), /belongs to the user 12345/],
    ['a link', () => execFileSync('ln', ['-s', '/run', planted]), /is a symbolic link/],
  ];
  for (const [name, plant, why] of plants) {
    plant();
    const config = `server { enabled = true }\nclient { kernel_word = "orchapi2" }\ndata_dir = "${agent.dir}/second"\nhttp { socket_dir = "${planted}" }\n`;
    const second = await runOrch(['agent', '--config', await agent.file('second.hcl', config)], { timeoutMs: 20_000 });
    t.is(second.exitCode, 1, `${name}: ${second.text}`);
    t.regex(second.text, why);
    execFileSync('rm', ['-r', planted]);
  }
});

test.serial(
  'the token is not sent to whoever took the port of a dead agent; the next one takes its sockets over',
  async (t) => {
    const before = token();
    await agent.end('SIGKILL');
    t.true(existsSync(socket('operator.sock')), 'it had no time to remove them');
    const seen: IncomingHttpHeaders[] = [];
    const thief = createServer((request, response) => {
      seen.push(request.headers);
      response.end('[]');
    });
    await new Promise<void>((resolve) => thief.listen(Number(new URL(agent.tcp).port), '127.0.0.1', resolve));
    const asked = await runOrch(['node', 'status', '-address', agent.tcp], {
      env: { ORCH_SOCKET_DIR: agent.socketDir },
    });
    t.is(seen.length, 1, asked.text);
    t.false(JSON.stringify(seen).includes(before));
    const found = await runOrch(['node', 'status'], { env: { ORCH_SOCKET_DIR: agent.socketDir } });
    t.regex(found.text, /the agent whose sockets are in .* has ended/);
    thief.closeAllConnections();
    await new Promise((resolve) => thief.close(resolve));
    await agent.again();
    t.is(token(), before, 'the token stays');
    t.is((await runOrch(['node', 'status'], { env: { ORCH_SOCKET_DIR: agent.socketDir } })).exitCode, 0);
  },
);

test.serial('a clean end leaves no socket, and a token file that others could read stops the next start', async (t) => {
  await agent.end('SIGTERM');
  t.deepEqual(readdirSync(agent.socketDir), ['api']);
  await chmod(tokenFile(), 0o640);
  await t.throwsAsync(agent.again(), { message: /api-token, cannot be used: others may use it \(mode 640, not 600\)/ });
  await agent.end('SIGTERM');
  await chmod(tokenFile(), 0o600);
  await agent.again();
  const open = readdirSync(`/proc/${agent.pid()}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${agent.pid()}/fd/${fd}`).includes('api-token');
    } catch {
      return false;
    }
  });
  t.deepEqual(open, []);
});
