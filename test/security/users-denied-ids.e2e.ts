// What a capability lets a task become: every way to another identity is tried, with and without ids denied.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchHandle } from '@orch/executor';
import test, { type ExecutionContext } from 'ava';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';
import { buildIdentityProbe, readProbe } from './identity-probe.ts';

let bench: LaunchBench;
const probe = buildIdentityProbe();
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(async () => {
  await bench.close();
  probe.remove();
});

const capabilities = ['setuid', 'setgid', 'setfcap', 'dac_override', 'sys_chroot', 'setpcap'];
const uidCalls = ['setuid', 'setuid-high-bits', 'setreuid-real', 'setreuid-effective', 'setresuid-real'];
const moreUidCalls = ['setresuid-effective', 'setresuid-saved', 'setfsuid'];
const gidCalls = ['setgid', 'setregid-real', 'setregid-effective', 'setresgid-real', 'setresgid-effective'];
const moreGidCalls = ['setresgid-saved', 'setfsgid'];
const allCalls = [...uidCalls, ...moreUidCalls, ...gidCalls, ...moreGidCalls];

interface Denied {
  readonly uids?: readonly { first: number; last: number }[];
  readonly gids?: readonly { first: number; last: number }[];
}

/** Without the default filter of system calls, which refuses some of the ways by itself: denied ids do not lean on it. */
async function launch(script: string, denied: Denied): Promise<LaunchHandle> {
  const spec = bench.spec(script);
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const deniedIds = { uids: denied.uids ?? [], gids: denied.gids ?? [] };
  const isolation = { ...spec.isolation, capabilities, deniedIds, seccomp: 'unconfined' } as const;
  copyFileSync(probe.path, join(spec.isolation.root, 'probe'));
  return bench.executor.launch({ ...spec, isolation });
}

async function outcome(t: ExecutionContext, uid: number, gid: number, denied: Denied) {
  const handle = await launch(`/probe ${uid} ${gid}`, denied);
  t.is((await bench.executor.wait(handle.id)).exitCode, 0);
  const result = readProbe(bench.log(handle));
  await bench.executor.destroy(handle.id);
  return result;
}

const root = { uids: [{ first: 0, last: 0 }], gids: [{ first: 0, last: 0 }] };

/** The ways that do not name a denied id: through a user namespace that maps it, and by the calls of 32-bit programs. */
const detours = ['map-unshare', 'map-clone', 'i386-unshare', 'i386-setuid', 'i386-setuid16', 'i386-setresuid'];
const moreDetours = ['i386-setgid', 'i386-setgid16', 'i386-setresgid'];

test.serial('the probe is a probe: with setuid and setgid and nothing denied, every way leads to root', async (t) => {
  const { ok } = await outcome(t, 0, 0, {});
  t.deepEqual(
    [...allCalls, 'setgroups', ...detours, ...moreDetours].filter((call) => !ok.includes(call)),
    [],
  );
});

test.serial('with setuid and setgid a task becomes anybody but root where root is denied', async (t) => {
  const asRoot = await outcome(t, 0, 0, root);
  t.deepEqual(asRoot.ok, ['setgroups-none'], 'no way leads to root');
  for (const call of allCalls) t.is(asRoot.refused[call], 'EPERM', call);
  const asOther = await outcome(t, 4711, 4712, root);
  t.deepEqual(
    allCalls.filter((call) => !asOther.ok.includes(call)),
    [],
    'others stay open',
  );
  t.is(asOther.refused['setgroups'], 'EPERM', 'a list cannot be looked into, so it is refused');
});

test.serial('denied ranges hold at both ends, uids and gids each by their own', async (t) => {
  const denied = {
    uids: [
      { first: 10, last: 19 },
      { first: 4_294_967_000, last: 4_294_967_294 },
    ],
  };
  for (const [uid, isDenied] of [
    [9, false],
    [10, true],
    [19, true],
    [20, false],
    [4_294_967_000, true],
    [4_294_967_294, true],
  ] as const) {
    const { ok } = await outcome(t, uid, uid, denied);
    for (const call of [...uidCalls, ...moreUidCalls]) t.is(ok.includes(call), !isDenied, `${call} ${uid}`);
    for (const call of [...gidCalls, ...moreGidCalls, 'setgroups']) t.true(ok.includes(call), `${call} ${uid}`);
  }
});

test.serial('a user namespace and 32-bit calls are no way around', async (t) => {
  const { ok, refused } = await outcome(t, 0, 0, root);
  t.deepEqual(ok, ['setgroups-none']);
  for (const call of [...detours, ...moreDetours]) t.is(refused[call], 'EPERM', call);
  t.is(refused['x32-setuid'], 'ENOSYS');
});

test.serial('a command run in a task is held to the same', async (t) => {
  const handle = await launch('exec sleep 1000', root);
  const session = await bench.executor.exec(handle.id, { command: ['/probe', '0', '0'], tty: false });
  let output = '';
  for await (const { data } of session.output) output += Buffer.from(data).toString();
  t.deepEqual(readProbe(output).ok, ['setgroups-none'], output);
  await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
  await bench.executor.destroy(handle.id);
});
