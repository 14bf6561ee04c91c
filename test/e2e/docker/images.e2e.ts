// Images: pulled from a registry on loopback, loaded from an archive, refused when missing, collected when unused.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TaskEvent } from '@orch/driver-api';
import { makeTaskConfig } from '@orch/driver-api/testing';
import test from 'ava';
import { createDockerHarness, importBusybox } from './docker-harness.ts';

const harness = await createDockerHarness({ nodeConfig: { gc: { image_delay: '0s' } } });
const driver = harness.createDriver();
const client = await harness.engine.client();
let registry: ChildProcess;
let host: string;

test.before(async () => {
  const port = await freePort();
  host = `127.0.0.1:${port}`;
  const file = join(harness.root, 'registry.yml');
  const storage = `storage: { filesystem: { rootdirectory: ${join(harness.root, 'registry')} } }`;
  await writeFile(file, `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: "${host}" }\n`);
  registry = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  for (let attempt = 1; ; attempt += 1) {
    const answered = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answered) break;
    if (attempt > 100) throw new Error('the registry does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test.after.always(async () => {
  registry?.kill();
  await driver.close();
  await harness.cleanup();
});

async function push(name: string, from = harness.image): Promise<string> {
  const reference = `${host}/${name}`;
  await client
    .getImage(from)
    .tag({ repo: reference.slice(0, reference.lastIndexOf(':')), tag: name.split(':')[1] ?? '' });
  const auth = { authconfig: { username: '', password: '' } };
  const stream: NodeJS.ReadableStream = await client.getImage(reference).push(auth as object);
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
  await client.getImage(reference).remove();
  return reference;
}

test.serial(
  'an image is pulled once for all tasks that want it, told as events, and collected when unused',
  async (t) => {
    const image = await push('team/app:1');
    const stop = new AbortController();
    const events: TaskEvent[] = [];
    const reading = (async () => {
      for await (const event of driver.events({ signal: stop.signal })) events.push(event);
    })();
    const tasks = await Promise.all([1, 2, 3].map(() => harness.script('sleep 1000', { image })));
    await Promise.all(tasks.map((task) => driver.start(task, {})));
    const pulls = events.filter(({ message }) => message === `Pulling image ${image}`);
    t.true(pulls.length >= 1);
    const used = await driver.collect?.({ keepTaskIds: tasks.map(({ id }) => id) });
    t.deepEqual(used?.freed, []);
    await Promise.all(tasks.map((task) => driver.destroy(task.id, { force: true })));
    const freed = await driver.collect?.({ keepTaskIds: ['another/task/0'] });
    t.deepEqual(freed?.freed, [`image ${image}`]);
    await t.throwsAsync(client.getImage(image).inspect());
    stop.abort();
    await reading;
  },
);

test.serial('an image that was there before is never collected', async (t) => {
  const task = await harness.script('exit 0');
  await driver.start(task, {});
  await driver.wait(task.id, {});
  await driver.destroy(task.id, { force: false });
  await driver.collect?.({ keepTaskIds: ['another/task/0'] });
  t.truthy(await client.getImage(harness.image).inspect());
});

test.serial('latest is pulled anew, and the copy here serves when the registry is gone', async (t) => {
  const image = await push('team/rolling:latest');
  const first = await harness.script('exit 0', { image });
  await driver.start(first, {});
  await driver.wait(first.id, {});
  await driver.destroy(first.id, { force: false });
  registry.kill('SIGSTOP');
  const second = await harness.script('exit 0', { image, image_pull_timeout: '1s' });
  await driver.start(second, {});
  t.is((await driver.wait(second.id, {})).exitCode, 0);
  await driver.destroy(second.id, { force: false });
  registry.kill('SIGCONT');
  await driver.collect?.({ keepTaskIds: ['another/task/0'] });
});

test.serial('an image replaced by a newer one of its name is collected when nobody uses it', async (t) => {
  const runOnce = async () => {
    const task = await harness.script('exit 0', { image });
    await driver.start(task, {});
    await driver.wait(task.id, {});
    await driver.destroy(task.id, { force: false });
  };
  const older = `${harness.image}-older`;
  await importBusybox(harness.engine, older, join(harness.root, 'older'));
  const image = await push('team/moving:latest', older);
  await client.getImage(older).remove();
  await runOnce();
  const { Id: oldId } = await client.getImage(image).inspect();
  await push('team/moving:latest');
  await client.getImage(oldId).tag({ repo: image.slice(0, image.lastIndexOf(':')), tag: 'latest' });
  await runOnce();
  t.not((await client.getImage(image).inspect()).Id, oldId);
  const freed = await driver.collect?.({ keepTaskIds: ['another/task/0'] });
  t.deepEqual([...(freed?.freed ?? [])].sort(), [`image ${image}`, `image ${oldId}`]);
});

test.serial('an image the registry does not have is not found', async (t) => {
  const task = await harness.script('exit 0', { image: `${host}/team/none:1` });
  const error = (await t.throwsAsync(driver.start(task, {}))) as Error & { code: string; hint: string };
  t.is(error.code, 'not-found');
  t.is(error.cause, undefined, 'what the engine said stands in the message, once');
  t.regex(error.hint, /name and tag/);
});

test.serial('a pull that takes too long fails and an aborted one is canceled', async (t) => {
  const image = await push('team/slow:1');
  registry.kill('SIGSTOP');
  const slow = await harness.script('exit 0', { image, image_pull_timeout: '300ms' });
  const error = (await t.throwsAsync(driver.start(slow, {}))) as unknown as { code: string; recoverable: boolean };
  t.is(error.code, 'fetch-failed');
  t.true(error.recoverable);
  const canceled = await harness.script('exit 0', { image });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 200);
  const aborted = (await t.throwsAsync(driver.start(canceled, { signal: stop.signal }))) as unknown as { code: string };
  t.is(aborted.code, 'canceled');
  registry.kill('SIGCONT');
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('an image is loaded from an archive in the task directory', async (t) => {
  const image = `${harness.image.split(':')[0]}-loaded:1`;
  await importBusybox(harness.engine, image, join(harness.root, 'loaded'));
  const { Id: id } = await client.getImage(image).inspect();
  const task = await harness.script('echo loaded', { image, load: 'app.tar' });
  await pipeline(await client.getImage(image).get(), createWriteStream(join(task.directories.local, 'app.tar')));
  await client.getImage(image).remove();
  await driver.start(task, {});
  t.is((await driver.wait(task.id, {})).exitCode, 0);
  t.like(await driver.inspect(task.id), { attributes: { image, image_id: id } });
  await t.throwsAsync(client.getImage(image).inspect(), { message: /no such image/i });
  await driver.destroy(task.id, { force: false });
  t.deepEqual((await driver.collect?.({ keepTaskIds: ['another/task/0'] }))?.freed, [`image ${id}`]);
  const missing = await harness.script('exit 0', { image, load: 'none.tar' });
  const error = (await t.throwsAsync(driver.start(missing, {}))) as unknown as { code: string; path: string[] };
  t.is(error.code, 'invalid-config');
  t.deepEqual(error.path, ['load']);
});

test.serial('containers no task needs are collected, those of other agents are not', async (t) => {
  const crashed = harness.createDriver();
  const kept = await harness.makeTask('sleep');
  const lost = await harness.makeTask('sleep');
  if (kept === undefined || lost === undefined) return t.fail();
  await crashed.start(kept, {});
  await crashed.start(lost, {});
  await crashed.close();
  const next = harness.createDriver();
  const freed = await next.collect?.({ keepTaskIds: [kept.id] });
  t.is(freed?.freed.filter((one) => one.startsWith('container ')).length, 1);
  t.is((await harness.listLeftovers()).length, 1);
  await next.destroy(kept.id, { force: true });
  await next.close();
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('a wrong image reference is refused by name', async (t) => {
  const task = makeTaskConfig('a/b/0', harness.root, { config: { image: 'not an image' } });
  const error = (await t.throwsAsync(driver.start(task, {}))) as unknown as { code: string; path: string[] };
  t.is(error.code, 'invalid-config');
  t.deepEqual(error.path, ['image']);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
