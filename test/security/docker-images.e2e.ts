// An archive or a name cannot make one job's image another's: F2 of the attack report, and what is of its kind.

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskNetwork } from '@orch/driver-api';
import { findNativeLauncher } from '@orch/executor';
import test from 'ava';
import { Doors } from '../../packages/driver-docker/src/network/door.ts';
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';
import { type Entry, manifestOf, outputOf, partsOf, savedImage, tagsOf, writeArchive } from './docker-kit.ts';

const harness = await createDockerHarness({ nodeConfig: { gc: { image_delay: '0s' } } });
const driver = harness.createDriver();
const client = await harness.engine.client();
const image = await savedImage(harness);
const word = randomBytes(3).toString('hex');
const MINE = `mine-${word}:1`;
const VICTIM = `victim-${word}:1`;
const DOOR = 'orch/door:1';
const namespace = `orch-e2e-${word}`;
const network: TaskNetwork = { kind: 'namespace', path: `/run/netns/${namespace}`, ports: [] };
const evil = partsOf(image, { Entrypoint: ['/bin/echo', 'evil'] });

/** Images that had the door's name: nameless once it is given to another. */
const evilDoors: string[] = [];
const doorBefore = (await tagsOf(harness))[DOOR];
/** What the names of this test and the door's mean to the engine. */
const names = async () => {
  const tags = await tagsOf(harness);
  return { door: tags[DOOR], victim: tags[VICTIM], mine: tags[MINE] };
};

test.before(() => {
  execFileSync('ip', ['netns', 'add', namespace]);
});

/** The victim's name means its own image, the attacker's nothing. */
test.beforeEach(async () => {
  await client.getImage(harness.image).tag({ repo: `victim-${word}`, tag: '1' });
  if ((await tagsOf(harness))[MINE] !== undefined) await client.getImage(MINE).remove();
});

test.after.always(async () => {
  await driver.collect?.({ keepTaskIds: ['another/task/0'] });
  await driver.close();
  const tags = await tagsOf(harness);
  for (const name of [VICTIM, MINE]) if (tags[name] !== undefined) await client.getImage(name).remove({ force: true });
  if (tags[DOOR] !== doorBefore) {
    if (doorBefore === undefined) await client.getImage(DOOR).remove({ force: true });
    else await client.getImage(doorBefore).tag({ repo: 'orch/door', tag: '1' });
  }
  for (const id of evilDoors) await removeIfThere(id);
  await harness.cleanup();
  execFileSync('ip', ['netns', 'del', namespace]);
});

async function removeIfThere(id: string): Promise<void> {
  try {
    await client.getImage(id).remove({ force: true });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
}

async function loading(entries: readonly Entry[], config: object = {}) {
  const task = await harness.task({ image: MINE, load: 'local/app.tar', command: 'loaded', ...config });
  await writeArchive(join(task.directories.local, 'app.tar'), entries);
  return task;
}

test.serial('an archive that also carries the tag of the door or of another job sets none of them', async (t) => {
  const before = await names();
  const task = await loading([...evil, { name: 'manifest.json', content: manifestOf(image, [DOOR, MINE, VICTIM]) }]);
  t.is(await outputOf(driver, task), 'evil loaded\n');
  t.deepEqual(await names(), before);
  t.is(await outputOf(driver, await harness.task({ image: VICTIM, command: 'echo', args: ['mine'] })), 'mine\n');
  const joined = await harness.script('echo joined', {}, { network });
  t.is(await outputOf(driver, joined), 'joined\n');
});

const disguises: readonly [title: string, entries: readonly Entry[]][] = [
  ['a second manifest', [{ name: 'manifest.json', content: manifestOf(image, [VICTIM]) }]],
  ['a second manifest as ./manifest.json', [{ name: './manifest.json', content: manifestOf(image, [VICTIM]) }]],
  ['a manifest named by PAX', [{ name: 'x', pax: { path: 'manifest.json' }, content: manifestOf(image, [VICTIM]) }]],
  [
    'a manifest that is a link',
    [
      { name: 'x', content: manifestOf(image, [VICTIM]) },
      { name: './manifest.json', type: 'symlink', linkname: 'x' },
    ],
  ],
  [
    'a manifest written through a directory that is a link',
    [
      { name: 'd', type: 'symlink', linkname: '.' },
      { name: 'd/manifest.json', content: manifestOf(image, [VICTIM]) },
    ],
  ],
  ['the file of old engines', [{ name: 'repositories', content: `{"victim-${word}":{"1":"layer0"}}` }]],
];

for (const [title, entries] of disguises) {
  test.serial(`a tag in ${title} is not set`, async (t) => {
    const before = await names();
    const ordinary = { name: 'manifest.json', content: manifestOf(image, [MINE]) };
    const task = await loading([...evil, ordinary, ...entries]);
    const outcome = await outputOf(driver, task).catch((error: { code?: string }) => error.code);
    t.true(['evil loaded\n', 'invalid-config'].includes(outcome ?? ''), outcome);
    t.deepEqual(await names(), before);
  });
}

test.serial('an archive that only names the layers of an image on the node does not get them', async (t) => {
  const without = { ...image, layers: image.layers.map(() => Buffer.alloc(1024)) };
  const parts = partsOf(without, { Entrypoint: ['/bin/busybox', 'echo'] });
  const task = await loading([...parts, { name: 'manifest.json', content: manifestOf(without, [MINE]) }]);
  const error = (await t.throwsAsync(outputOf(driver, task))) as unknown as { code: string; path: string[] };
  t.is(error.code, 'invalid-config');
  t.deepEqual(error.path, ['load']);
});

test.serial('an image in an OCI layout is loaded', async (t) => {
  const [config, ...layers] = partsOf(image, { Entrypoint: ['/bin/echo', 'from a layout'] }).map(({ content = '' }) =>
    Buffer.from(content),
  );
  const blob = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const pointer = (bytes: Buffer) => ({ digest: `sha256:${blob(bytes)}`, size: bytes.length });
  const own = Buffer.from(JSON.stringify({ config: pointer(config ?? Buffer.alloc(0)), layers: layers.map(pointer) }));
  const annotations = { 'io.containerd.image.name': `docker.io/library/${MINE}` };
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ ...pointer(own), annotations }] });
  const task = await loading([
    ...[config ?? Buffer.alloc(0), ...layers, own].map((content) => ({
      name: `blobs/sha256/${blob(content)}`,
      content,
    })),
    { name: 'index.json', content: index },
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
  ]);
  t.is(await outputOf(driver, task), 'from a layout loaded\n');
});

/** Gives the name that doors once had to a program of somebody else's. */
async function takeDoor(): Promise<void> {
  const container = await client.createContainer({ Image: harness.image, Cmd: ['true'], Env: ['EVIL=1'] });
  const { Id } = await container.commit({ repo: 'orch/door', tag: '1', changes: 'ENTRYPOINT ["/bin/echo","evil"]' });
  evilDoors.push(Id);
  await container.remove();
}

test.serial('whoever sets the tag of the door gains nothing', async (t) => {
  await takeDoor();
  const fresh = harness.createDriver();
  t.is(await outputOf(fresh, await harness.script('echo joined', {}, { network })), 'joined\n');
  await fresh.close();
});

test.serial('an archive wins over an image of its name on the node, and is loaded once', async (t) => {
  const parts = [...evil, { name: 'manifest.json', content: manifestOf(image, [VICTIM]) }];
  const task = await loading(parts, { image: VICTIM });
  const messages: string[] = [];
  const stop = new AbortController();
  const reading = (async () => {
    for await (const { message } of driver.events({ signal: stop.signal })) messages.push(message);
  })();
  t.is(await outputOf(driver, task), 'evil loaded\n');
  t.is(await outputOf(driver, { ...task, id: task.id.replace(/0$/, '1') }), 'evil loaded\n');
  const next = harness.createDriver();
  t.is(await outputOf(next, { ...task, id: task.id.replace(/0$/, '2') }), 'evil loaded\n');
  await next.close();
  stop.abort();
  await reading;
  t.is(messages.filter((message) => message.startsWith('Loading image')).length, 1);
  await writeArchive(join(task.directories.local, 'app.tar'), [
    ...partsOf(image, { Entrypoint: ['/bin/echo', 'newer'] }),
    { name: 'manifest.json', content: manifestOf(image, [VICTIM]) },
  ]);
  t.is(await outputOf(driver, { ...task, id: task.id.replace(/0$/, '3') }), 'newer loaded\n');
});

test.serial('an archive packed with gzip or zstd is loaded', async (t) => {
  for (const [program, name] of [
    ['gzip', 'app.gz'],
    ['zstd', 'app.zst'],
  ] as const) {
    const task = await loading([...evil, { name: 'manifest.json', content: manifestOf(image, [MINE]) }], {
      load: name,
    });
    const bytes = await readFile(join(task.directories.local, 'app.tar'));
    const packed = execFileSync(program, ['-c'], { input: bytes, maxBuffer: 64 * 1024 * 1024 });
    await writeFile(join(task.directories.local, name), packed);
    t.is(await outputOf(driver, task), 'evil loaded\n');
  }
});

test.serial("another job's image is not run by its id", async (t) => {
  const hex = image.id.slice('sha256:'.length);
  for (const id of [image.id, hex, hex.slice(0, 12), `sha256:${hex.slice(0, 12)}`, `sha256:${hex.slice(0, 63)}`]) {
    const error = (await t.throwsAsync(driver.start(await harness.script('exit 0', { image: id }), {}))) as unknown as {
      code: string;
    };
    t.true(['denied', 'fetch-failed', 'not-found'].includes(error.code), `${id}: ${error.code}`);
  }
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('an image that calls its containers doors keeps them when an agent comes', async (t) => {
  const task = await loading(
    [
      ...partsOf(image, { Labels: { 'orch.door': 'x' } }),
      { name: 'manifest.json', content: manifestOf(image, [MINE]) },
    ],
    { command: 'sleep', args: ['100'] },
  );
  await driver.start(task, {});
  const next = harness.createDriver();
  // It takes a first look at what an earlier one left before it starts anything.
  await outputOf(next, await harness.script('exit 0'));
  await next.close();
  t.is(await harness.countProcesses?.(task), 1);
  await driver.destroy(task.id, { force: true });
});

test.serial('a door has no capability, no new privileges, a filter, and sees nothing of the host', async (t) => {
  await takeDoor();
  const leftovers: unknown[] = [];
  const told = {
    onLeftover: (error: unknown) => leftovers.push(error),
    onRetry: (error: unknown) => leftovers.push(error),
  };
  const doors = new Doors(harness.engine, `door-${word}`, findNativeLauncher() ?? '', told);
  const door = await doors.enter(`/run/netns/${namespace}`, 'door');
  const { State: state, Mounts: mounts, Config: config } = await client.getContainer(door.containerId).inspect();
  const status = await readFile(`/proc/${state.Pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(status)?.[1];
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) t.is(field(set), '0000000000000000', set);
  t.is(field('NoNewPrivs'), '1');
  t.is(field('Seccomp'), '2');
  t.is(field('Threads'), '1');
  t.deepEqual(mounts.map(({ Destination, RW }) => `${Destination} ${RW}`).sort(), [
    '/orch-launch false',
    '/run/n false',
  ]);
  t.deepEqual(config.Env, ['PATH=/']);
  const startMs = Date.now();
  await client.getContainer(door.containerId).kill({ signal: 'SIGTERM' });
  await client
    .getContainer(door.containerId)
    .wait()
    .catch(() => undefined);
  t.true(Date.now() - startMs < 5000);
  await door.leave();
  t.deepEqual(leftovers, []);
});
