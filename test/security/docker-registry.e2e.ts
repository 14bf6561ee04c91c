// An image that a job brought with a password of its own is not another job's because it is on the node.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import bcrypt from 'bcryptjs';
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';
import { outputOf } from './docker-kit.ts';

const harness = await createDockerHarness({ nodeConfig: { gc: { image_delay: '0s' } } });
const driver = harness.createDriver();
const client = await harness.engine.client();
const right = { username: 'team', password: 'opensesame' };
let registry: ChildProcess;
let repository: string;

test.before(async () => {
  const host = `127.0.0.1:${await freePort()}`;
  repository = `${host}/team/private`;
  const users = join(harness.root, 'users');
  await writeFile(users, `${right.username}:${bcrypt.hashSync(right.password, 4)}\n`);
  const file = join(harness.root, 'registry.yml');
  const storage = `storage: { filesystem: { rootdirectory: ${join(harness.root, 'registry')} } }`;
  const auth = `auth: { htpasswd: { realm: test, path: ${users} } }`;
  await writeFile(file, `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: "${host}" }\n${auth}\n`);
  registry = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const answered = await fetch(`http://${host}/v2/`).then(
      ({ status }) => status === 401,
      () => false,
    );
    if (answered) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.getImage(harness.image).tag({ repo: repository, tag: '1' });
  const stream = await client.getImage(`${repository}:1`).push({ authconfig: right } as object);
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
  await client.getImage(`${repository}:1`).remove();
});

test.after.always(async () => {
  registry?.kill();
  await driver.collect?.({ keepTaskIds: ['another/task/0'] });
  await driver.close();
  await harness.cleanup();
});

const running = async (auth?: object, inside = driver) =>
  outputOf(
    inside,
    await harness.script('echo inside', {
      image: `${repository}:1`,
      ...(auth === undefined ? {} : { auth: { ...auth } }),
    }),
  );

test.serial(
  'without the password another job does not get it, nor with a wrong one, nor while it is pulled',
  async (t) => {
    const wrong = { ...right, password: 'guess' };
    const [first, ...others] = await Promise.allSettled([running(right), running(wrong), running()]);
    t.deepEqual(first, { status: 'fulfilled', value: 'inside\n' });
    for (const { status } of others) t.is(status, 'rejected');
    await t.throwsAsync(running());
    await t.throwsAsync(running(wrong));
    t.is(await running(right), 'inside\n');
    const next = harness.createDriver();
    await t.throwsAsync(running(undefined, next));
    t.is(await running(right, next), 'inside\n');
    await next.close();
  },
);

test.serial('who knows the password gets the copy on the node while the registry is gone; others do not', async (t) => {
  registry.kill('SIGSTOP');
  const refused = await harness.script('exit 0', { image: `${repository}:1`, image_pull_timeout: '1s' });
  await t.throwsAsync(driver.start(refused, {}));
  t.is(await running(right), 'inside\n');
  registry.kill('SIGCONT');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
