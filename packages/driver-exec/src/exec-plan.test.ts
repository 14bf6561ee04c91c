import { makeTaskConfig } from '@orch/driver-api/testing';
import test from 'ava';
import { planExec } from './exec-driver.ts';
import { isDeniedVariable, parseExecNodeConfig, parseRawExecNodeConfig } from './node-config.ts';
import { planRawExec } from './raw-exec-driver.ts';

const task = (config: Record<string, unknown>, extra = {}) =>
  makeTaskConfig('alloc/task/0', '/data/alloc', { config: config as never, ...extra });
const node = parseExecNodeConfig({ config: {} });
const rawNode = parseRawExecNodeConfig({ config: { enabled: true, denied_envvars: ['AWS_*'] } });

test('planExec isolates, takes task paths from the root and keeps no capability', (t) => {
  const { launch } = planExec(task({ command: 'local/server', args: ['-v'] }), node);
  t.deepEqual(launch.argv, ['/local/server', '-v']);
  t.is(launch.user, 'nobody');
  t.is(launch.networkNamespace, 'none');
  t.like(launch.isolation, { kind: 'chroot', root: '/data/alloc/task', pidMode: 'private', capabilities: [] });
  t.is(launch.limits.memoryBytes, 64 * 1_048_576);
});

test('planExec refuses by name what the node does not allow', (t) => {
  t.throws(() => planExec(task({ command: 'sh', cap_add: ['sys_admin'] }), node), {
    message: /does not allow the capability sys_admin/,
  });
  t.throws(() => planExec(task({ command: 'sh', pid_mode: 'host' }), node), { message: /does not allow pid_mode/ });
  t.throws(() => planExec(task({ command: 'sh', no_pivot_root: true }), node), {
    message: /no attribute "no_pivot_root"/,
  });
  t.throws(() => planExec(task({}), node), { message: 'command is missing' });
});

test('exec and raw_exec hold a user to the same rule, and exec hands it on for what a capability allows', (t) => {
  const options = { config: { denied_host_uids: '7,100-200', denied_host_gids: '9' }, deniedUsers: ['root'] };
  const exec = parseExecNodeConfig(options);
  const raw = parseRawExecNodeConfig({ ...options, config: { ...options.config, enabled: true } });
  for (const user of ['150', '1000:9', 'root', '0', undefined]) {
    const refused = { code: 'denied', message: /this node keeps/ };
    // Without a user exec is nobody, and raw_exec is root.
    if (user !== undefined) t.throws(() => planExec(task({ command: 'sh' }, { user }), exec), refused);
    t.throws(() => planRawExec(task({ command: 'sh' }, user === undefined ? {} : { user }), raw), refused);
  }
  const tracing = parseExecNodeConfig({ ...options, config: { allow_caps: ['sys_ptrace'] } });
  t.throws(() => planExec(task({ command: 'sh', cap_add: ['sys_ptrace'] }), tracing), {
    message: /^sys_ptrace would let/,
  });
  const { isolation } = planExec(task({ command: 'sh', cap_add: ['setuid'] }), exec).launch;
  t.like(isolation, {
    kind: 'chroot',
    capabilities: ['setuid'],
    deniedIds: {
      uids: [
        { first: 7, last: 7 },
        { first: 100, last: 200 },
        { first: 0, last: 0 },
      ],
      gids: [
        { first: 9, last: 9 },
        { first: 0, last: 0 },
      ],
    },
  });
});

test('planRawExec is off unless enabled, and keeps denied variables from the task', (t) => {
  t.throws(() => planRawExec(task({ command: 'sh' }), parseRawExecNodeConfig({ config: {} })), {
    message: /disabled on this node/,
  });
  const env = { PATH: '/bin', AWS_KEY: 'x', HOME: '/' };
  const { launch } = planRawExec(task({ command: 'local/run', denied_envvars: ['HOME'] }, { env }), rawNode);
  t.deepEqual(launch.env, { PATH: '/bin' });
  t.deepEqual(launch.argv, ['/data/alloc/task/local/run']);
  t.deepEqual(launch.isolation, { kind: 'host', reach: '/data/alloc' });
});

test('the node configuration is checked', (t) => {
  t.throws(() => parseRawExecNodeConfig({ config: { enable: true } }), { message: /no option "enable"/ });
  t.throws(() => parseExecNodeConfig({ config: { denied_host_uids: 'root' } }), {
    message: /denied_host_uids must be/,
  });
  t.true(isDeniedVariable('AWS_SECRET', ['AWS_*']));
  t.false(isDeniedVariable('MY_AWS_SECRET', ['AWS_*']));
});
