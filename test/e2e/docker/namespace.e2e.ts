// Containers in a network namespace that orch owns: the door, the names, and what the engine must not touch.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import type { Driver, TaskNetwork } from '@orch/driver-api';
import test from 'ava';
import { createDockerHarness } from './docker-harness.ts';

const name = `orch-e2e-${randomBytes(3).toString('hex')}`;
const path = `/run/netns/${name}`;
execFileSync('ip', ['netns', 'add', name]);
execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
const harness = await createDockerHarness();
const driver = harness.createDriver();

test.after.always(async () => {
  await driver.close();
  await harness.cleanup();
  execFileSync('ip', ['netns', 'del', name]);
});

const network = (more: Partial<Extract<TaskNetwork, { kind: 'namespace' }>> = {}): TaskNetwork => ({
  kind: 'namespace',
  path,
  ports: [],
  ...more,
});

export async function run(inside: Driver, taskId: string, command: readonly string[]): Promise<string> {
  const session = await inside.exec?.open(taskId, { command, tty: false }, {});
  let text = '';
  for await (const { data } of session?.output ?? []) text += new TextDecoder().decode(data);
  return text;
}

test.serial('a container runs in the namespace and the door is gone', async (t) => {
  const task = await harness.makeTask('sleep', { network: network() });
  if (task === undefined) return t.fail();
  await driver.start(task, {});
  const { pid } = await driver.inspect(task.id);
  t.is(await readlink(`/proc/${pid}/ns/net`), `net:[${statSync(path).ino}]`);
  t.is((await harness.listLeftovers()).length, 1);
  await driver.destroy(task.id, { force: true });
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('eight tasks of a group that start at once share a door and reach each other on 127.0.0.1', async (t) => {
  const tasks = await Promise.all(
    Array.from({ length: 8 }, (_unused, index) =>
      harness.script(
        `echo answer-${index} > /tmp/index.html; exec httpd -f -p 127.0.0.1:${9000 + index} -h /tmp`,
        {},
        { network: network() },
      ),
    ),
  );
  const startMs = Date.now();
  await Promise.all(tasks.map((task) => driver.start(task, {})));
  t.log(`8 joined starts in ${Date.now() - startMs} ms`);
  t.is((await harness.listLeftovers()).length, 8);
  const [first] = tasks;
  t.is(await run(driver, first?.id ?? '', ['wget', '-q', '-O', '-', 'http://127.0.0.1:9007/']), 'answer-7\n');
  await Promise.all(tasks.map((task) => driver.destroy(task.id, { force: true })));
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('hosts, resolv.conf and host name inside are those of the group and the task', async (t) => {
  const dns = { servers: ['192.0.2.53'], searches: ['example.test'], options: ['ndots:2'] };
  const config = { extra_hosts: ['database:192.0.2.7'] };
  const joined = network({ dns, hostname: 'web-1' });
  const task = await harness.script("trap 'exit 0' TERM; sleep 1000 & wait", config, { network: joined });
  await driver.start(task, {});
  const hosts = await run(driver, task.id, ['cat', '/etc/hosts']);
  t.true(hosts.includes('192.0.2.7 database'), hosts);
  t.true(hosts.includes('127.0.0.1 localhost'), hosts);
  t.is(
    await run(driver, task.id, ['cat', '/etc/resolv.conf']),
    'nameserver 192.0.2.53\nsearch example.test\noptions ndots:2\n',
  );
  t.is(await run(driver, task.id, ['hostname']), 'web-1\n');
  await driver.destroy(task.id, { force: true });
});

test.serial('a namespace that does not exist is refused and nothing is left', async (t) => {
  const task = await harness.makeTask('sleep', { network: network({ path: '/run/netns/orch-e2e-nowhere' }) });
  if (task === undefined) return t.fail();
  const error = await t.throwsAsync(driver.start(task, {}));
  t.regex(error?.message ?? '', /orch-e2e-nowhere does not exist/);
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('a failed start in a namespace leaves no door', async (t) => {
  const task = await harness.script('exit 0', { command: '/no/such/program' }, { network: network() });
  const error = await t.throwsAsync(driver.start(task, {}));
  t.is((error as { code?: string }).code, 'not-found');
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('a door that a killed agent left open is closed by the next one, a door in use is not', async (t) => {
  const client = await harness.engine.client();
  const task = await harness.makeTask('sleep', { network: network() });
  if (task === undefined) return t.fail();
  await driver.start(task, {});
  const labels = (
    await client
      .getContainer((await client.listContainers({ filters: { label: [`orch.task-id=${task.id}`] } }))[0]?.Id ?? '')
      .inspect()
  ).Config.Labels;
  const left = await client.createContainer({
    name: `orch-door-${randomBytes(4).toString('hex')}-1`,
    Image: harness.image,
    Cmd: ['sleep', '1000'],
    Labels: { 'orch.owner': labels['orch.owner'] ?? '', 'orch.door': path },
  });
  await left.start();
  t.is((await harness.listLeftovers()).length, 2);
  const next = harness.createDriver();
  try {
    for await (const { health } of next.fingerprint({})) if (health === 'healthy') break;
    for (let tries = 0; tries < 50 && (await harness.listLeftovers()).length > 1; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 200));
    const stays = await harness.listLeftovers();
    t.is(stays.length, 1);
    t.regex(stays[0] ?? '', / running$/);
  } finally {
    await next.close();
    await driver.destroy(task.id, { force: true });
  }
});
