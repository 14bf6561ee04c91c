// What a job names is not trusted by its name: F18 and F19 of the attack report, what is of their kind, and stop signals.
import { randomBytes } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, TaskNetwork } from '@orch/driver-api';
import test from 'ava';
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';
import { outputOf } from './docker-kit.ts';

const host: TaskNetwork = { kind: 'host', ports: [] };
const profiles = join('/var/tmp', `orch-profiles-${randomBytes(3).toString('hex')}`);
const harness = await createDockerHarness({
  nodeConfig: { allow_devices: ['/dev/net', '/dev/full', profiles], seccomp_profiles_dir: profiles },
  overrides: { network: host },
});
const driver = harness.createDriver();
const client = await harness.engine.client();

test.before(async () => {
  await mkdir(profiles);
  await symlink('/dev/kmsg', join(profiles, 'link'));
  const noMkdir = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' };
  const profile = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64'], syscalls: [noMkdir] };
  await writeFile(join(profiles, 'no-mkdir.json'), JSON.stringify(profile));
});

test.after.always(async () => {
  await driver.close();
  await harness.cleanup();
  await rm(profiles, { recursive: true });
});

const allow = 'seccomp=local/allow.json';
const bind = (more: JsonObject) => [{ type: 'bind', source: 'local', target: '/x', ...more }];
const etc = {
  volume_options: { driver_config: { name: 'local', options: { type: 'none', o: 'bind', device: '/etc' } } },
};
const refusals: readonly [title: string, config: JsonObject, field: string][] = [
  ['a device by dots is refused by name', { devices: [{ host_path: '/dev/net/../kmsg' }] }, 'devices'],
  [
    'a device by a link in an allowed directory is refused by name',
    { devices: [{ host_path: join(profiles, 'link') }] },
    'devices',
  ],
  ['a seccomp profile of its own is refused by name', { security_opt: [allow] }, 'security_opt'],
  ['no SELinux is refused by name', { security_opt: ['label=disable'] }, 'security_opt'],
  [
    'the SELinux type of privileged containers is refused by name',
    { security_opt: ['label=type:spc_t'] },
    'security_opt',
  ],
  ['the AppArmor profile of another program is refused by name', { security_opt: ['apparmor=other'] }, 'security_opt'],
  ["another container's processes is refused by name", { pid_mode: 'container:x' }, 'pid_mode'],
  ["another container's shared memory is refused by name", { ipc_mode: 'container:x' }, 'ipc_mode'],
  ['a namespace by its path is refused by name', { network_mode: 'ns:/proc/1/ns/net' }, 'network_mode'],
  [
    'a volume that is a bind of the host is refused by name',
    { mount: [{ type: 'volume', source: 'v', target: '/x', ...etc }] },
    'mount',
  ],
  [
    'mounts that travel to the host is refused by name',
    { mount: bind({ bind_options: { propagation: 'rshared' } }) },
    'mount',
  ],
  ['a mount over /proc is refused by name', { mount: bind({ target: '/y/../proc/sys' }) }, 'mount'],
  ['memory over /sys is refused by name', { tmpfs: ['/sys/kernel'] }, 'tmpfs'],
  ['to be spared when memory runs out is refused by name', { oom_score_adj: '-1000' }, 'oom_score_adj'],
  ['real-time priority is refused by name', { ulimit: { rtprio: '99' } }, 'ulimit'],
  ['a label of orch is refused by name', { labels: { 'orch.owner': 'x' } }, 'labels'],
  ['a way through the API of the engine is refused by name', { image: 'a/../../containers/x' }, 'image'],
];

for (const [title, config, field] of refusals) {
  test(title, async (t) => {
    const task = await harness.script('exit 0', config);
    await writeFile(join(task.directories.local, 'allow.json'), JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' }));
    const error = (await t.throwsAsync(driver.start(task, {}))) as unknown as { code: string; path?: string[] };
    t.true(['denied', 'invalid-config'].includes(error.code), error.code);
    t.is(error.path?.[0], field);
  });
}

test('kernel settings are those of namespaces only', async (t) => {
  for (const [name, network_mode] of [
    ['kernel.core_pattern', 'bridge'],
    ['vm.overcommit_memory', 'bridge'],
    ['net.ipv4.ip_forward', 'host'],
  ] as const)
    await t.throwsAsync(driver.start(await harness.script('exit 0', { sysctl: { [name]: '1' }, network_mode }), {}));
});

test('an allowed device is there under the wanted name, by its number', async (t) => {
  const devices = [{ host_path: '/dev//full', container_path: '/dev/mine', cgroup_permissions: 'rw' }];
  t.is(await outputOf(driver, await harness.script('stat -c %t:%T /dev/mine', { devices })), '1:7\n');
});

test("a profile of the node's directory is in effect", async (t) => {
  const output = (config: JsonObject) =>
    harness.script('mkdir /tmp/x && echo made', config).then((task) => outputOf(driver, task));
  t.is(await output({ entrypoint: ['/bin/busybox'], command: 'mkdir', args: ['/tmp/x'] }), '');
  t.regex(
    await output({
      entrypoint: ['/bin/busybox'],
      command: 'mkdir',
      args: ['/tmp/x'],
      security_opt: ['seccomp=no-mkdir.json'],
    }),
    /Operation not permitted/,
  );
});

const trap = (number: number) => `trap 'exit 42' ${number}; echo ready; while :; do sleep 0.1; done`;
const signals: readonly [stop: string, number: number][] = [
  ['37', 37],
  ['SIGRTMIN+3', 37],
  ['RTMAX-2', 62],
  ['12', 12],
];

for (const [stop, number] of signals) {
  test.serial(`the stop signal ${stop} of an image, and of a job, reaches the task as it is`, async (t) => {
    const repo = `orch-e2e-stop-${randomBytes(3).toString('hex')}`;
    const container = await client.createContainer({ Image: harness.image, Cmd: ['true'], StopSignal: stop });
    await container.commit({ repo, tag: '1' });
    await container.remove();
    try {
      for (const task of [
        await harness.script(trap(number), { image: `${repo}:1` }),
        await harness.script(trap(number), {}, { network: host, killSignal: stop }),
      ]) {
        await driver.start(task, {});
        for await (const { data } of driver.logs?.read(task.id, {}) ?? []) if (data.length > 0) break;
        await driver.stop(task.id, { timeoutMs: 5000 });
        t.is((await driver.wait(task.id, {})).exitCode, 42);
        await driver.destroy(task.id, { force: true });
      }
    } finally {
      await client.getImage(`${repo}:1`).remove({ force: true });
    }
  });
}

test.serial('a stop signal that there is not is refused when the task starts, not when it should end', async (t) => {
  const task = await harness.script('exit 0', {}, { network: host, killSignal: 'SIGNOPE' });
  const error = (await t.throwsAsync(driver.start(task, {}))) as unknown as { code: string; path: string[] };
  t.is(error.code, 'invalid-config');
  t.deepEqual(error.path, ['kill_signal']);
});

test.serial('a container of the default has a limit of processes', async (t) => {
  t.is(await outputOf(driver, await harness.script('cat /sys/fs/cgroup/pids/pids.max')), '4096\n');
  t.deepEqual(await harness.listLeftovers(), []);
});
