// Which agent a command speaks to, and when it says who it is.

import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findAgent } from './find-agent.ts';

const nobody = { address: undefined, token: undefined };
const tcp = 'http://127.0.0.1:4646';

function directory(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'orch-find-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  return dir;
}

async function listen(t: ExecutionContext, path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  return server;
}

test('what is named comes first: the flag, ORCH_ADDR, NOMAD_ADDR; then a living socket, then TCP', async (t) => {
  const dir = directory(t);
  const own = { ORCH_SOCKET_DIR: dir };
  const address = async (named: string | undefined, env: Record<string, string>) =>
    (await findAgent({ address: named, token: undefined }, { ...own, ...env })).address;
  const both = { ORCH_ADDR: 'http://a', NOMAD_ADDR: 'http://b' };
  t.is(await address('http://c', both), 'http://c');
  t.is(await address(undefined, both), 'http://a');
  t.is(await address(undefined, { ...both, ORCH_ADDR: '' }), 'http://b');
  t.is(await address(undefined, {}), tcp);
  await listen(t, join(dir, 'api.sock'));
  t.is(await address(undefined, {}), `unix://${dir}/api.sock`);
  writeFileSync(join(dir, 'operator.sock'), '');
  t.is(await address(undefined, {}), `unix://${dir}/api.sock`, 'what nobody listens on is passed over');
  rmSync(join(dir, 'operator.sock'));
  await listen(t, join(dir, 'operator.sock'));
  t.is(await address(undefined, {}), `unix://${dir}/operator.sock`);
});

test('the token: the flag, the variables, the file of a variable; the agent’s own file at its very address while it lives', async (t) => {
  const dir = directory(t);
  const file = join(dir, 'token');
  writeFileSync(file, 'of the file\n');
  writeFileSync(join(dir, 'tcp.json'), JSON.stringify({ address: tcp, tokenFile: file }));
  const token = async (given: string | undefined, env: Record<string, string>, address = tcp) =>
    (await findAgent({ address, token: given }, { ORCH_SOCKET_DIR: dir, ...env })).token;
  const all = { ORCH_TOKEN: 'a', NOMAD_TOKEN: 'b', ORCH_TOKEN_FILE: file };
  t.is(await token('flag', all), 'flag');
  t.is(await token(undefined, all), 'a');
  t.is(await token(undefined, { ...all, ORCH_TOKEN: '' }), 'b');
  t.is(await token(undefined, { ORCH_TOKEN_FILE: file }), 'of the file');
  t.is(await token(undefined, {}), undefined, 'nobody answers at the operator’s socket: the agent is dead');
  const server = await listen(t, join(dir, 'operator.sock'));
  t.is(await token(undefined, {}), 'of the file');
  t.is(await token(undefined, {}, '127.0.0.1:4646'), 'of the file');
  for (const other of [
    'http://127.0.0.1:4647',
    'http://localhost:4646',
    'http://127.0.0.2:4646',
    'http://evil.example',
  ])
    t.is(await token(undefined, {}, other), undefined, other);
  t.is(await token(undefined, {}, `unix://${dir}/api.sock`), undefined, 'a socket asks for none');
  await new Promise((resolve) => server.close(resolve));
  writeFileSync(join(dir, 'tcp.json'), 'no JSON');
  t.is(await token(undefined, {}), undefined);
  await t.throwsAsync(findAgent(nobody, { ORCH_TOKEN_FILE: join(dir, 'none'), ORCH_ADDR: tcp }), {
    message: /cannot be read from .*none, which ORCH_TOKEN_FILE names \(ENOENT\)/,
  });
});

test('a dead agent’s sockets are told, and where the token stands', async (t) => {
  const dir = directory(t);
  const env = { ORCH_SOCKET_DIR: dir };
  t.regex((await findAgent(nobody, env)).noAnswerHint ?? '', /no agent's socket in .*ORCH_SOCKET_DIR/);
  writeFileSync(join(dir, 'operator.sock'), '');
  t.regex((await findAgent(nobody, env)).noAnswerHint ?? '', /the agent whose sockets are in .* has ended/);
  t.regex((await findAgent(nobody, env)).deniedHint, /it stands in <data_dir>\/api-token/);
  writeFileSync(join(dir, 'tcp.json'), JSON.stringify({ address: tcp, tokenFile: '/srv/api-token' }));
  t.regex((await findAgent(nobody, env)).deniedHint, /it stands in \/srv\/api-token, for root to read/);
  t.regex((await findAgent({ ...nobody, token: 'x' }, env)).deniedHint, /the token that was sent is not the agent's/);
});

test('what listens on the port of an agent that is not there is spoken to only when root or this user runs it', async (t) => {
  const dir = directory(t);
  const env = { ORCH_SOCKET_DIR: dir };
  await t.throwsAsync(
    findAgent(nobody, env, () => 1_234),
    { message: /the user 1234, .* listens at http:\/\/127\.0\.0\.1:4646/ },
  );
  t.is((await findAgent(nobody, env, () => undefined)).address, tcp);
  t.is((await findAgent({ ...nobody, address: tcp }, env, () => 1_234)).address, tcp, 'it was named');
  await listen(t, join(dir, 'operator.sock'));
  t.is((await findAgent(nobody, env, () => 1_234)).address, `unix://${dir}/operator.sock`);
});

test.serial('whoever may not open the socket is told its group, and how to get in', async (t) => {
  if (process.getuid?.() !== 0) {
    t.pass('only root can make a socket that is not its reader’s');
    return;
  }
  const dir = directory(t);
  await listen(t, join(dir, 'api.sock'));
  chmodSync(dir, 0o755);
  chmodSync(join(dir, 'api.sock'), 0o660);
  const hint = async () => {
    process.setegid?.(65_534);
    process.seteuid?.(65_534);
    try {
      return (await findAgent(nobody, { ORCH_SOCKET_DIR: dir })).noAnswerHint ?? '';
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  };
  t.regex(await hint(), /only root may open .*groupadd --system orch/);
  chownSync(join(dir, 'api.sock'), 0, 65_533);
  t.regex(await hint(), /for members of the group "65533": as root, usermod -aG 65533 NAME/);
  chownSync(join(dir, 'api.sock'), 0, 1);
  t.regex(await hint(), /for members of the group "daemon"/);
});
