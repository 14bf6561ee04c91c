// The engine goes away and comes back: nothing is reported wrongly, nothing hangs, no log line is lost or doubled.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Driver, Fingerprint, TaskNetwork } from '@orch/driver-api';
import test from 'ava';
import { createDockerHarness, type DockerHarness } from './docker-harness.ts';
import { type OwnEngine, ownEngine } from './own-engine.ts';

const name = `orch-e2e-${randomBytes(3).toString('hex')}`;
const network: TaskNetwork = { kind: 'namespace', path: `/run/netns/${name}`, ports: [] };

let engine: OwnEngine;
let harness: DockerHarness;
let driver: Driver;

test.before(async () => {
  execFileSync('ip', ['netns', 'add', name]);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  engine = await ownEngine();
  await engine.start();
  harness = await createDockerHarness({ endpoint: engine.endpoint, overrides: { network } });
  driver = harness.createDriver();
});

test.after.always(async () => {
  try {
    await driver?.close();
    await harness?.cleanup();
  } finally {
    await engine?.remove();
    execFileSync('ip', ['netns', 'del', name]);
  }
});

/** Collects fingerprints; `until` resolves when one of that health arrives. */
function watch(watched: Driver) {
  const stop = new AbortController();
  const seen: Fingerprint[] = [];
  const waiting: (() => void)[] = [];
  const done = (async () => {
    for await (const item of watched.fingerprint({ signal: stop.signal })) {
      seen.push(item);
      for (const wake of waiting.splice(0)) wake();
    }
  })();
  return {
    seen,
    async until(health: Fingerprint['health']) {
      while (seen.at(-1)?.health !== health) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async end() {
      stop.abort();
      await done;
    },
  };
}

const counting = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done';

function checkLines(text: string): number {
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    if (line !== `line ${index + 1}`) throw new Error(`line ${index + 1} is "${line}"`);
  }
  return lines.length;
}

async function readText(from: Driver, taskId: string): Promise<string> {
  let text = '';
  for await (const { data } of from.logs?.read(taskId, {}) ?? []) text += new TextDecoder().decode(data);
  return text;
}

test.serial('a stopped engine ends its containers, is reported with the mend, and is found again', async (t) => {
  const health = watch(driver);
  await health.until('healthy');
  const task = await harness.script(counting);
  const { handle } = await driver.start(task, {});
  const waiting = driver.wait(task.id, {});
  const following = readText(driver, task.id);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await engine.stop();
  await health.until(health.seen.at(-1)?.health === 'undetected' ? 'undetected' : 'unhealthy');
  t.regex(health.seen.at(-1)?.description ?? '', /start|install/);
  const refused = await harness.makeTask('sleep');
  if (refused === undefined) return t.fail();
  const error = (await t.throwsAsync(driver.start(refused, {}))) as unknown as {
    code: string;
    recoverable: boolean;
    hint: string;
  };
  t.is(error.code, 'runtime-unavailable');
  t.true(error.recoverable);
  t.regex(error.hint, /systemctl start docker/);
  await engine.start();
  await health.until('healthy');
  const exit = await waiting;
  t.log('exit after a stopped engine', exit);
  t.not(exit.exitCode, 0);
  t.true(checkLines(await following) >= 20);
  const another = harness.createDriver();
  await another.recover(handle);
  t.deepEqual(await another.wait(task.id, {}), exit);
  await another.close();
  await driver.destroy(task.id, { force: false });
  await driver.start(refused, {});
  await driver.destroy(refused.id, { force: true });
  await health.end();
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('a killed engine loses no task without saying so', async (t) => {
  const health = watch(driver);
  await health.until('healthy');
  const task = await harness.script(counting);
  await driver.start(task, {});
  const waiting = driver.wait(task.id, {});
  const following = readText(driver, task.id);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await engine.kill();
  await health.until('unhealthy');
  await engine.start();
  await health.until('healthy');
  const outcome = await Promise.race([waiting, new Promise((resolve) => setTimeout(() => resolve('runs on'), 5000))]);
  t.log('after a killed engine', outcome);
  if (outcome === 'runs on') t.is((await driver.inspect(task.id)).state, 'running');
  else t.not((outcome as { exitCode?: number }).exitCode, 0);
  await driver.destroy(task.id, { force: true });
  t.true(checkLines(await following) >= 10);
  await health.end();
  t.deepEqual(await harness.listLeftovers(), []);
});
