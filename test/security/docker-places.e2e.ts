// Mounts lie where they are said to lie: not upon the host, not upon the container's own /dev, whatever an image or a
// sibling has put in their way. And the engine is not asked to look at files of a container that tasks have a part in.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, TaskConfig } from '@orch/driver-api';
import { createDockerDriver, createEngine } from '@orch/driver-docker';
import { findNativeLauncher } from '@orch/executor';
import test from 'ava';
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';
import { outputOf } from './docker-kit.ts';

const harness = await createDockerHarness();
const driver = harness.createDriver();
const client = await harness.engine.client();
const made: string[] = [];

test.after.always(async () => {
  await driver.close();
  for (const image of made) await client.getImage(image).remove({ force: true });
  await harness.cleanup();
});

/** The harness' image with what `change` does to its files; `changes` are lines of a Dockerfile. */
async function imageWith(change: (root: string) => Promise<unknown>, changes: readonly string[] = []): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'orch-places-'));
  const name = `orch-places-${randomBytes(4).toString('hex')}:1`;
  const container = await client.createContainer({ Image: harness.image, Cmd: ['true'] });
  try {
    const root = join(work, 'root');
    await mkdir(root);
    execFileSync('sh', ['-c', 'docker export "$0" | tar -x -C "$1"', container.id, root]);
    await change(root);
    execFileSync('tar', ['-C', root, '-cf', join(work, 'image.tar'), '.']);
    const flags = ['ENV PATH=/bin', ...changes].flatMap((line) => ['--change', line]);
    execFileSync('docker', ['import', ...flags, join(work, 'image.tar'), name]);
  } finally {
    await container.remove({ v: true });
    await rm(work, { recursive: true });
  }
  made.push(name);
  return name;
}

/** What keeps a task from starting; undefined when it started. */
async function refusal(task: TaskConfig): Promise<string | undefined> {
  try {
    await driver.start(task, {});
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  await driver.destroy(task.id, { force: true });
  return undefined;
}

async function refusalOf(image: string, config: JsonObject = {}): Promise<string | undefined> {
  const task = await harness.script('exit 0', { image, ...config });
  await writeFile(join(task.directories.local, 'null'), '');
  return refusal(task);
}

const noMount = (target: string) => `denied: this node does not allow a mount at "${target}"`;

test('the input of a container is not the null device of the host, and cannot be made to be', async (t) => {
  const { dev, ino } = await stat('/dev/null');
  const own = await outputOf(driver, await harness.script("stat -L -c '%d %i' /proc/self/fd/0"));
  t.not(own.trim(), `${dev} ${ino}`);
  for (const [source, target] of [
    ['local', '/dev'],
    ['local/null', '/dev/null'],
    ['local', '/x/../dev/'],
  ])
    t.is(await refusalOf(harness.image, { volumes: [`${source}:${target}`] }), noMount(String(target)));
});

test('an image cannot lead a mount to the places of the kernel', async (t) => {
  const image = await imageWith(async (root) => {
    await symlink('/dev', join(root, 'x'));
    await symlink('../x/null', join(root, 'tmp/y'));
    await symlink('../tmp', join(root, 'etc/z'));
  });
  for (const target of ['/x', '/x/null', '/tmp/y', '/etc/z/y'])
    t.is(await refusalOf(image, { volumes: [`local/null:${target}`] }), noMount(target));
  t.is(await refusalOf(image, { volumes: ['local/null:/etc/z/w'] }), undefined);
  t.is(await refusalOf(image, { mount: [{ type: 'tmpfs', target: '/x' }] }), noMount('/x'));
  t.is(await refusalOf(await imageWith((root) => symlink('dev', join(root, 'local')))), noMount('/local'));
  t.is(await refusalOf(await imageWith(async () => undefined, ['VOLUME /dev'])), noMount('/dev'));
});

const inside = (target: string, above: string) =>
  `denied: a mount at "${target}" lies in the one at "${above}", where tasks may turn its path elsewhere`;

test('a mount in a directory that tasks can change is refused', async (t) => {
  t.is(await refusalOf(harness.image, { volumes: ['local:/alloc/data'] }), inside('/alloc/data', '/alloc'));
  const shared = { volumes: ['../alloc/data:/srv', 'local:/srv/x'] };
  t.is(await refusalOf(harness.image, shared), inside('/srv/x', '/srv'));
  const link = await imageWith((root) => symlink('alloc', join(root, 'srv')));
  t.is(await refusalOf(link, { volumes: ['local:/srv/x'] }), inside('/srv/x', '/alloc'));
  const volume = await imageWith(async () => undefined, ['VOLUME /alloc/v']);
  t.is(await refusalOf(volume), inside('/alloc/v', '/alloc'));
});

test('so is one in a directory of the task itself: an earlier run may have handed that on', async (t) => {
  const nested = { volumes: ['local/srv:/srv', 'local/b:/srv/a/b'] };
  t.is(await refusalOf(harness.image, nested), inside('/srv/a/b', '/srv'));
  t.is(await refusalOf(harness.image, { volumes: ['local/etc:/etc'] }), inside('/etc/hosts', '/etc'));
});

test('an image whose users are no file does not hold the engine up', async (t) => {
  for (const path of ['etc/passwd', 'etc/group']) {
    const image = await imageWith(async (root) => {
      await mkdir(join(root, 'run'));
      execFileSync('mkfifo', [join(root, 'run/fifo')]);
      await rm(join(root, path), { force: true });
      await symlink('../run/fifo', join(root, path));
    });
    t.regex((await refusalOf(image)) ?? '', new RegExp(`^denied: /${path} of the image is no file`));
  }
});

test('the engine is never asked to look at the files of a task: it would mount them on the host, by path', async (t) => {
  // An agent that was killed in the middle of a look leaves one until it begins again.
  const looking = () => client.listContainers({ all: true, filters: { label: ['orch.look'] } });
  const before = new Set((await looking()).map(({ Id }) => Id));
  const engine = createEngine(undefined);
  const { modem } = (await engine.client()) as unknown as { modem: { dial(options: object, done: unknown): void } };
  const asked: string[] = [];
  const dial = modem.dial.bind(modem);
  modem.dial = (options, done) => {
    asked.push((options as { path: string }).path);
    dial(options, done);
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const stateDir = join(harness.root, 'asking');
  const asking = createDockerDriver({ config: {}, stateDir, log }, { engine, launcher: findNativeLauncher() });
  const task = await harness.script('sleep 100');
  await asking.start(task, {});
  const containers = await client.listContainers({ filters: { label: [`orch.task-id=${task.id}`] } });
  t.is(containers.length, 1);
  const looks = asked.filter((path) => path.includes('/archive'));
  t.true(looks.length > 0);
  t.deepEqual(
    looks.filter((path) => path.includes(containers[0]?.Id ?? 'none')),
    [],
  );
  await asking.destroy(task.id, { force: true });
  await asking.close();
  t.is((await readFile('/proc/self/mountinfo', 'utf8')).includes(stateDir), false);
  const left = (await looking()).filter(({ Id }) => !before.has(Id));
  t.deepEqual(
    left.map(({ Names }) => Names),
    [],
  );
});
