// What a job may name: security options, devices, targets, limits. Each refusal is one that was a way out.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@orch/driver-api';
import { makeTaskConfig } from '@orch/driver-api/testing';
import test from 'ava';
import { parseNodeConfig } from '../node-config.ts';
import { deviceSettings } from './devices.ts';
import { mountTarget, resolveMounts } from './mounts.ts';
import { resourceLimits } from './resources.ts';
import { securitySettings } from './security.ts';
import { readTaskConfig } from './task-config.ts';

const root = await mkdtemp(join(tmpdir(), 'orch-policy-'));
const task = makeTaskConfig('a/web/0', root);
const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' });

test.before(async () => {
  await mkdir(task.directories.local, { recursive: true });
  await mkdir(join(root, 'profiles'));
  await mkdir(join(root, 'dev'));
  await writeFile(join(task.directories.local, 'allow.json'), profile);
  await writeFile(join(root, 'profiles/web.json'), profile);
  await writeFile(join(root, 'profiles/broken.json'), '{');
  await symlink('/dev/zero', join(root, 'dev/zero'));
});
test.after.always(() => rm(root, { recursive: true }));

const block = (config: JsonObject) => readTaskConfig({ image: 'a', ...config });
const settings = (config: JsonObject, node: JsonObject = {}) =>
  securitySettings(task, block(config), parseNodeConfig(node));
const devices = (device: JsonObject, node: JsonObject = {}) =>
  deviceSettings(block({ devices: [device] }), parseNodeConfig(node));

const refusedOptions: readonly [option: string, message: RegExp][] = [
  ['seccomp=local/allow.json', /a job may not bring one/],
  ['seccomp=unconfined', /does not allow seccomp=unconfined/],
  ['seccomp:unconfined', /does not allow seccomp=unconfined/],
  ['seccomp=../profiles/web.json', /a job may not bring one/],
  ['seccomp=', /a job may not bring one/],
  ['apparmor=unconfined', /does not allow apparmor=unconfined/],
  ['apparmor=another-program', /does not allow apparmor=another-program/],
  ['label=disable', /does not allow label=disable/],
  ['label=type:spc_t', /does not allow label=type:spc_t/],
  ['label:level:s0:c1,c2', /does not allow label=level:s0:c1,c2/],
  ['systempaths=unconfined', /no security option/],
  ['no-new-privileges=no', /neither true nor false/],
];

for (const [option, message] of refusedOptions) {
  test(`the security option ${option} is refused`, async (t) => {
    await t.throwsAsync(settings({ security_opt: [option] }), { message });
  });
}

test('a job brings no seccomp profile, SELinux label or AppArmor profile of its own', async (t) => {
  for (const option of ['seccomp=local/allow.json', 'label=disable', 'apparmor=another-program'])
    await t.throwsAsync(settings({ security_opt: [option] }), { code: 'denied' }, option);
});

test('a profile of the node is sent by its text, and nothing else of that directory', async (t) => {
  const node = { seccomp_profiles_dir: join(root, 'profiles') };
  const options = async (option: string) => (await settings({ security_opt: [option] }, node)).SecurityOpt;
  t.deepEqual(await options('seccomp=web.json'), [`seccomp=${profile}`, 'no-new-privileges']);
  await t.throwsAsync(options('seccomp=broken.json'), { message: /is not JSON/ });
  for (const name of ['..', '../web/local/allow.json', 'local/allow.json', 'none.json'])
    await t.throwsAsync(options(`seccomp=${name}`), { message: /a job may not bring one/ }, name);
});

test('a node that trusts jobs with everything takes their profiles and labels', async (t) => {
  const node = { allow_privileged: true };
  const { SecurityOpt } = await settings({ security_opt: ['seccomp=local/allow.json', 'label=disable'] }, node);
  t.deepEqual(SecurityOpt, [`seccomp=${profile}`, 'label=disable', 'no-new-privileges']);
  await t.throwsAsync(settings({ security_opt: ['seccomp=../../etc/passwd'] }, node), { message: /outside/ });
});

test('labels and profiles that the node lists are taken', async (t) => {
  const node = { allow_security_opts: ['label=type:web_t', 'apparmor=web'] };
  const { SecurityOpt } = await settings({ security_opt: ['label=type:web_t', 'apparmor=web'] }, node);
  t.deepEqual(SecurityOpt, ['label=type:web_t', 'apparmor=web', 'no-new-privileges']);
  await t.throwsAsync(settings({ security_opt: ['label=type:spc_t'] }, node), { message: /does not allow/ });
});

const refusedDevices: readonly [title: string, device: JsonObject, allow: readonly string[], message: RegExp][] = [
  ['a device by dots is refused', { host_path: '/dev/net/../zero' }, ['/dev/net'], /without "\.\."/],
  [
    'a device by dots to what is allowed is refused',
    { host_path: '/dev/net/../zero', container_path: '/dev/x' },
    ['/dev/zero'],
    /without "\.\."/,
  ],
  [
    'a device by a symbolic link in an allowed directory is refused',
    { host_path: join(root, 'dev/zero') },
    [join(root, 'dev')],
    /not allow/,
  ],
  [
    'a device by a directory with a device that is not allowed is refused',
    { host_path: '/dev' },
    ['/dev/zero'],
    /not allow/,
  ],
  ['a device by a longer name is refused', { host_path: '/dev/zeros' }, ['/dev/zero'], /no device/],
  ['a device by a file is refused', { host_path: '/etc/passwd' }, ['/etc'], /not a device/],
  ['a device by a relative path is refused', { host_path: 'zero' }, ['/dev/zero'], /not an absolute path/],
  [
    'a device by a way out inside is refused',
    { host_path: '/dev/zero', container_path: '/../x' },
    ['/dev/zero'],
    /without "\.\."/,
  ],
  [
    'a device by other permissions is refused',
    { host_path: '/dev/zero', cgroup_permissions: 'rwx' },
    ['/dev/zero'],
    /made of r, w and m/,
  ],
];

for (const [title, device, allow_devices, message] of refusedDevices) {
  test(title, async (t) => {
    await t.throwsAsync(devices(device, { allow_devices }), { message });
  });
}

test('an allowed device goes by its real path, whatever it is called', async (t) => {
  const Devices = [{ PathOnHost: '/dev/zero', PathInContainer: '/dev/mine', CgroupPermissions: 'r' }];
  const device = { host_path: '//dev//zero', container_path: '/dev/mine', cgroup_permissions: 'r' };
  t.deepEqual(await devices(device, { allow_devices: ['/dev/zero'] }), { Devices });
  t.deepEqual(await devices({ ...device, host_path: join(root, 'dev/zero') }, { allow_devices: ['/dev/zero'] }), {
    Devices,
  });
});

test('nothing is mounted over what the kernel shows of itself', (t) => {
  const target = (path: string, enabled = false) => mountTarget(path, ['mount', '0', 'target'], enabled);
  t.is(target('/data//x/'), '/data/x');
  for (const path of ['/proc', '/proc/self', '/x/../proc/sys', '/sys/fs/cgroup', '//sys'])
    t.throws(() => target(path), { message: /does not allow a mount/ }, path);
  for (const path of ['/', '/x/..', 'data', '', '/a\0b']) t.throws(() => target(path), undefined, path);
  t.is(target('/sys/fs/cgroup', true), '/sys/fs/cgroup');
});

test('a task is neither spared when memory runs out nor takes the cores from everybody, also by an interpolated value', (t) => {
  const limits = (config: JsonObject, node: JsonObject = {}) =>
    resourceLimits(task.resources, block(config), parseNodeConfig(node), 4);
  t.throws(() => limits({ oom_score_adj: '-1000' }), { message: /may not be spared/ });
  for (const name of ['rtprio', 'nice', 'rttime'])
    t.throws(() => limits({ ulimit: { [name]: '99' } }), { message: /does not allow the limit/ });
  t.is(limits({ ulimit: { rtprio: '9' } }, { allow_caps: ['sys_nice'] }).Ulimits?.[0]?.Name, 'rtprio');
  t.is(limits({}).PidsLimit, 4096);
  t.is(limits({ pids_limit: 9000 }).PidsLimit, 9000);
});

test('where the node enables volumes, a path that climbs out is told to be written from the root', async (t) => {
  for (const one of [task.directories.shared, task.directories.secrets]) await mkdir(one, { recursive: true });
  const binds = { add: async () => '/held' } as never;
  const climbing = (enabled: boolean) => resolveMounts(task, block({ volumes: ['../../etc:/x'] }), enabled, binds);
  const error = await t.throwsAsync(climbing(true), { message: '"../../etc" leads out of the task directory' });
  t.like(error, { hint: 'Name a directory of the node by its absolute path.' });
  await t.throwsAsync(climbing(false), { message: /is outside the task directory, which this node does not allow/ });
});
