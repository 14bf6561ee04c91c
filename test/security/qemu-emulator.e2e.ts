// Whoever takes an emulator over: what such a one finds and can do, with another program in the emulator's place.

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Driver, JsonObject, TaskConfig } from '@orch/driver-api';
import { createQemuDriver } from '@orch/driver-qemu';
import type { Executor, LaunchSpec } from '@orch/executor';
import test from 'ava';
import { until } from '../e2e/shared/dev-agent.ts';
import { createHostHarness, type HostHarness, silentDriverLog } from '../e2e/shared/host-harness.ts';

const harness: HostHarness = await createHostHarness({
  name: 'qemu-security',
  createDriver: (executor, stateDir) => createQemuDriver({ config: {}, stateDir, log: silentDriverLog }, { executor }),
  overrides: { resources: { cpuMhz: 500, nodeCpuMhz: 5000, memoryMiB: 128 } },
  configOf: () => undefined,
});
test.after.always(() => harness.cleanup());

interface Room {
  readonly driver: Driver;
  readonly task: TaskConfig;
  /** The directory the emulator may write, as the host sees it. */
  readonly own: string;
  readonly log: string;
}

/** Starts a VM whose emulator is `sh -c script`, waits for its end, and frees it afterwards. */
async function asEmulator(
  script: string,
  look: (room: Room) => Promise<void> | void,
  options: {
    readonly config?: JsonObject;
    readonly stays?: boolean;
    readonly stateDir?: string;
    readonly user?: string;
  } = {},
): Promise<void> {
  const { user } = options;
  const task = await harness.task(
    { image_path: 'local/disk.raw', ...options.config },
    user === undefined ? {} : { user },
  );
  const image = join(task.directories.local, 'disk.raw');
  writeFileSync(image, 'the image\n');
  if (user !== undefined) chownSync(image, Number(user), Number(user));
  const executor: Executor = {
    ...harness.executor,
    launch: (spec: LaunchSpec, call) => harness.executor.launch({ ...spec, argv: ['sh', '-c', script] }, call),
  };
  const stateDir = options.stateDir ?? join(harness.root, 'state');
  const driver = createQemuDriver({ config: {}, stateDir, log: silentDriverLog }, { executor });
  const { handle } = await driver.start(task, {});
  const own = join(String((handle.state['state'] as JsonObject)['qmp']), '..');
  const log = async () => (await harness.readLog?.(task, 'stdout')) ?? '';
  try {
    if (options.stays) await until('the emulator to be ready', 10_000, async () => (await log()).includes('ready'));
    else await driver.wait(task.id, {});
    await look({ driver, task, own, log: await log() });
  } finally {
    await driver.destroy(task.id, { force: true });
    await driver.close();
  }
}

test.serial('an emulator is a user of its own without capabilities, and no other VM is the same', async (t) => {
  const seen: string[] = [];
  for (const _ of [1, 2])
    await asEmulator('id -u; id -g; id -G; grep -E "^(Cap|NoNewPrivs)" /proc/self/status', ({ log }) => {
      const [uid = '', gid, groups] = log.split('\n');
      t.true(Number(uid) >= 0x7000_0000, uid);
      t.is(gid, uid);
      t.is(groups, uid);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        t.regex(log, new RegExp(`${set}:\\s+0+\\n`));
      t.regex(log, /NoNewPrivs:\s+1/);
      seen.push(uid);
    });
  t.not(seen[0], seen[1]);
});

test.serial('an emulator sees programs, its files and its own directory, and nothing else of the host', async (t) => {
  const canary = join(harness.root, 'canary');
  writeFileSync(canary, 'a secret of the host', { mode: 0o644 });
  const tries = ['/etc/shadow', '/root', '/home', '/var', '/data', '/run', canary, harness.root, '/alloc', '/local']
    .map((path) => `[ -e ${path} ] && echo sees ${path}`)
    .join('\n');
  const script = `${tries}
    cat /image; for f in /image /usr/x /x /etc/x /dev/x /proc/sys/kernel/core_pattern; do (: >> $f) 2>/dev/null && echo wrote $f; done
    echo mine > /vm/x && echo wrote /vm/x
    mknod /vm/node b 1 0 2>/dev/null && echo made a node
    ls -d /proc/[0-9]* | wc -l; [ -e /dev/kvm ] && echo sees kvm; cat /proc/1/environ 2>/dev/null | tr -d '\\0'; echo end`;
  await asEmulator(script, ({ log, task, own }) => {
    t.regex(log, /^the image\nwrote \/vm\/x\n\d\nend\n$/);
    t.is(readFileSync(join(task.directories.local, 'disk.raw'), 'utf8'), 'the image\n');
    t.is(readFileSync(join(own, 'x'), 'utf8'), 'mine\n');
    t.is(execFileSync('stat', ['-c', '%a', join(own, '..')], { encoding: 'utf8' }), '700\n');
  });
});

test.serial('a user whom an image belongs to still cannot change it', async (t) => {
  const script = 'for i in 1 2 3; do (echo changed > /image) 2>/dev/null && echo wrote; done; echo end';
  await asEmulator(script, ({ log }) => void t.is(log, 'end\n'), { user: '4711' });
});

test.serial('a control socket that an emulator made a link of leads the agent nowhere', async (t) => {
  let connections = 0;
  const path = join(harness.root, 'root.sock');
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => server.close());
  const script = `rm -f /vm/qmp.sock; ln -s ${path} /vm/qmp.sock; echo ready; exec sleep 1000`;
  await asEmulator(
    script,
    async ({ driver, task }) => {
      await driver.stop(task.id, { timeoutMs: 300 });
      t.is(connections, 0);
    },
    { stays: true },
  );
});

test.serial('what an emulator left behind goes with it: links are not followed, and no path is too long', async (t) => {
  const host = join(harness.root, 'of-the-host');
  mkdirSync(host);
  writeFileSync(join(host, 'file'), 'stays');
  const name = 'n'.repeat(200);
  const script = `ln -s ${host} /vm/link; ln -s ${host} /vm/qga.sock; mkfifo /vm/pipe
    cd /vm; perl -e 'for (1..40) { mkdir "${name}" and chdir "${name}" or die $! } mkdir "closed", 0; print "deep\n"'`;
  let path = '';
  await asEmulator(script, ({ own, log }) => {
    path = join(own, '..');
    t.is(log, 'deep\n');
  });
  t.false(existsSync(path));
  t.is(readFileSync(join(host, 'file'), 'utf8'), 'stays');
});

test.serial('the device of KVM is there for a VM that may use it, and belongs to that VM', async (t) => {
  const stateDir = join(harness.root, 'kvm-state');
  mkdirSync(stateDir);
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeFileSync(join(stateDir, 'kvm-trial.json'), JSON.stringify({ bootId, trialVersion: 2, works: true, reason: '' }));
  const script = '[ "$(stat -c "%u %a %t:%T" /dev/kvm)" = "$(id -u) 600 a:e8" ] && exec 3<>/dev/kvm && echo opened';
  await asEmulator(script, ({ log }) => void t.is(log, 'opened\n'), { config: { accelerator: 'kvm' }, stateDir });
});
