// Sources of binds while somebody changes what their names mean: F5 of the attack report, and what is of its kind.
import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver, JsonObject, TaskConfig } from '@orch/driver-api';
import { containerName } from '@orch/driver-docker';
import { findNativeLauncher } from '@orch/executor';
import test from 'ava';
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';
import { outputOf } from './docker-kit.ts';
import { type Exchange, exchangePairs, raceMs } from './exchange-pairs.ts';

const harness = await createDockerHarness();
const driver = harness.createDriver();
const launcher = findNativeLauncher() ?? '';
const mounts = join(harness.root, 'state/mounts');

test.after.always(async () => {
  await driver.close();
  await harness.cleanup();
});

/** A directory of the host that no task may see. */
async function hostDirectory(): Promise<string> {
  const directory = join(harness.root, 'host');
  await mkdir(join(directory, 'victim'), { recursive: true });
  await writeFile(join(directory, 'victim/canary'), 'HOST\n');
  return directory;
}

/** `alloc/data/x` is now the task's own directory, now a link to the host's, as fast as it goes. */
async function flipping(task: TaskConfig): Promise<Exchange> {
  const data = join(task.directories.shared, 'data');
  await mkdir(join(data, 'x/victim'), { recursive: true });
  await writeFile(join(data, 'x/victim/canary'), 'own\n');
  await symlink(await hostDirectory(), join(data, 'y'));
  return exchangePairs([[join(data, 'x'), join(data, 'y')]]);
}

async function raced(task: TaskConfig, config: (round: number) => JsonObject): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  const end = Date.now() + raceMs;
  for (let round = 0; Date.now() < end; round += 1) {
    const next = { ...task, id: task.id.replace(/0$/, String(round)), config: { ...task.config, ...config(round) } };
    const outcome = await outputOf(driver, next).catch((error: { code?: string }) => error.code ?? 'unknown');
    seen[outcome.trim()] = (seen[outcome.trim()] ?? 0) + 1;
  }
  return seen;
}

test.serial(
  'a source whose directory is exchanged with a link all the time never becomes a directory of the host',
  async (t) => {
    const task = await harness.script('cat /h/canary; echo written > /h/touched');
    const flips = await flipping(task);
    const seen = await raced(task, () => ({ volumes: ['../alloc/data/x/victim:/h'] }));
    await flips.stop();
    t.log(seen);
    t.deepEqual(
      Object.keys(seen).filter((outcome) => !['own', 'denied', 'invalid-config'].includes(outcome)),
      [],
    );
    t.true((seen['own'] ?? 0) > 0);
    t.deepEqual(await readdir(join(harness.root, 'host/victim')), ['canary']);
    t.deepEqual(await harness.listLeftovers(), []);
  },
);

test.serial('a directory made for a bind is never made outside while its parent is exchanged', async (t) => {
  const task = await harness.script('echo made');
  const flips = await flipping(task);
  const seen = await raced(task, (round) => ({ volumes: [`../alloc/data/x/victim/a${round}/b:/h`] }));
  await flips.stop();
  t.log(seen);
  t.deepEqual(
    Object.keys(seen).filter((outcome) => !['made', 'denied', 'invalid-config'].includes(outcome)),
    [],
  );
  t.true((seen['made'] ?? 0) > 0);
  t.deepEqual(await readdir(join(harness.root, 'host/victim')), ['canary']);
});

test.serial(
  'a task that replaced its own local directory by a link does not get the host at its next start',
  async (t) => {
    const host = await hostDirectory();
    const task = await harness.script(`mv /t/local /t/old; ln -s ${host} /t/local; echo done`, { volumes: ['.:/t'] });
    t.is(await outputOf(driver, task), 'done\n');
    const next = {
      ...task,
      id: task.id.replace(/0$/, '1'),
      config: { image: harness.image, command: 'ls', args: ['/local'] },
    };
    const error = (await t.throwsAsync(driver.start(next, {}))) as unknown as { code: string };
    t.is(error.code, 'denied');
    t.deepEqual(await harness.listLeftovers(), []);
  },
);

test.serial('an archive or profile that is a link to the host, a FIFO or a directory is refused at once', async (t) => {
  const host = await hostDirectory();
  for (const [name, make] of [
    ['link', (path: string) => symlink(join(host, 'victim/canary'), path)],
    ['fifo', async (path: string) => void execFileSync('mkfifo', [path])],
    ['directory', (path: string) => mkdir(path)],
  ] as const) {
    const task = await harness.script('exit 0', { image: 'mine:1', load: `local/${name}` });
    await make(join(task.directories.local, name));
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 5000).unref());
    const outcome = await Promise.race([late, driver.start(task, {}).catch((error: { code?: string }) => error.code)]);
    t.true(['denied', 'invalid-config'].includes(String(outcome)), `${name}: ${outcome}`);
  }
});

test.serial('a device node in the task directory is not handed over as a bind', async (t) => {
  const task = await harness.script('mknod /local/d c 1 1; ls /local; echo made');
  t.regex(await outputOf(driver, task), /made/);
  execFileSync('mknod', [join(task.directories.local, 'node'), 'c', '1', '1']);
  // Not below /dev, where nothing at all may be mounted.
  const error = (await t.throwsAsync(
    driver.start({ ...task, config: { ...task.config, volumes: ['local/node:/mine'] } }, {}),
  )) as unknown as { code: string; message: string };
  t.is(error.code, 'denied');
  t.regex(error.message, /"local\/node" is a device/);
});

test.serial('what is bound has neither devices nor special bits, and is read-only where that was said', async (t) => {
  const script = "grep -E ' /(local|alloc|secrets|ro) ' /proc/mounts; echo x > /ro/x || echo refused";
  const output = await outputOf(driver, await harness.script(script, { volumes: ['local/ro:/ro:ro'] }));
  const lines = output.split('\n');
  for (const place of ['/local', '/alloc', '/secrets'])
    t.regex(lines.find((line) => line.includes(` ${place} `)) ?? '', / rw,nosuid,nodev,/, place);
  t.regex(lines.find((line) => line.includes(' /ro ')) ?? '', / ro,/);
  t.regex(output, /refused/);
});

test.serial(
  'binds outlive the agent with their container, and go with it; what a killed agent left goes at once',
  async (t) => {
    const task = await harness.script("trap 'exit 0' TERM; sleep 1000 & wait", { volumes: ['local/data:/data'] });
    const killed = harness.createDriver();
    const { handle } = await killed.start(task, {});
    await killed.close();
    const lone = join(mounts, containerName('killed/in-start/0'));
    await mkdir(lone, { mode: 0o700 });
    const held = await Promise.all([task.directories.local, '/etc/hostname'].map((path) => open(path, 'r')));
    const stdio = ['ignore', 'inherit', 'inherit', ...held.map(({ fd }) => fd)] as const;
    execFileSync(launcher, ['bind', lone, 'wp', 'rp'], { stdio: [...stdio] });
    for (const handle of held) await handle.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = harness.createDriver();
    await healthy(next);
    await next.recover(handle);
    t.deepEqual(await readdir(mounts), [containerName(task.id)]);
    await writeFile(join(mounts, containerName(task.id), '3/from-the-host'), 'seen\n');
    t.is(await readFile(join(task.directories.local, 'data/from-the-host'), 'utf8'), 'seen\n');
    await next.destroy(task.id, { force: true });
    t.deepEqual(await readdir(mounts), []);
    t.false((await readFile('/proc/mounts', 'utf8')).includes(harness.root));
    t.deepEqual((await readdir(task.directories.local)).sort(), ['data']);
    await next.close();
  },
);

test.serial('the end of a bind does not travel to what is mounted below its source', (t) => {
  const source = join(harness.root, 'travels/source');
  const places = join(harness.root, 'travels/places');
  const script = `set -e
    mkdir -p ${source}/below ${places}
    mount --make-rshared /
    mount -t tmpfs below ${source}/below
    ${launcher} bind ${places} rp ws 3<${source} 4<${source}
    grep -c ' ${places}/0/below ro,nosuid,nodev' /proc/self/mountinfo
    ${launcher} unbind ${places}
    grep -c ' ${source}/below ' /proc/self/mountinfo
    ! grep ${places} /proc/self/mountinfo`;
  const said = execFileSync('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script], { encoding: 'utf8' });
  t.is(said, '1\n1\n');
});

test.serial(
  'an engine that does not see the mounts of the agent gets no task, and nothing is written beside it',
  (t) => {
    const probe = join(import.meta.dirname, 'docker-apart-probe.ts');
    const apart = ['-m', '--propagation', 'private', process.execPath, probe];
    const said = execFileSync('unshare', apart, { encoding: 'utf8' });
    t.regex(said, /^start-failed: .*the engine does not see the mounts of the agent; left: \[\]$/m);
  },
);

test.serial('a directory for mounts that others can reach is not used', async (t) => {
  const aside = `${mounts}-aside`;
  await mkdir(mounts, { recursive: true, mode: 0o700 });
  await rename(mounts, aside);
  await symlink(aside, mounts);
  const error = (await t.throwsAsync(driver.start(await harness.script('exit 0'), {}))) as unknown as { code: string };
  t.is(error.code, 'internal');
  await rm(mounts);
  await rename(aside, mounts);
});

async function healthy(fresh: Driver): Promise<void> {
  for await (const { health } of fresh.fingerprint({})) if (health === 'healthy') break;
  const end = Date.now() + 5000;
  while (Date.now() < end && (await readdir(mounts)).length > 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
