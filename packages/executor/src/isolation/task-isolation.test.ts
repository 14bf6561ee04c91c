import test from 'ava';
import { chooseIsolation, readNodeIsolation } from './task-isolation.ts';

const node = readNodeIsolation({});
const open = readNodeIsolation({
  default_pid_mode: 'host',
  default_ipc_mode: 'host',
  allow_caps: ['chown', 'CAP_KILL'],
});

test('chooseIsolation gives private namespaces and no capability to a task that asks for nothing', (t) => {
  t.deepEqual(chooseIsolation('java', {}, node), {
    pidMode: 'private',
    ipcMode: 'private',
    capabilities: [],
    seccomp: 'default',
  });
});

test("chooseIsolation follows the node's modes, and a job may be more private", (t) => {
  t.like(chooseIsolation('java', {}, open), { pidMode: 'host', ipcMode: 'host' });
  t.like(chooseIsolation('java', { pid_mode: 'private' }, open), { pidMode: 'private', ipcMode: 'host' });
});

test('chooseIsolation refuses less privacy than the node gives, naming driver and option', (t) => {
  const error = t.throws(() => chooseIsolation('java', { ipc_mode: 'host' }, node), {
    name: 'DriverError',
    code: 'denied',
    message: 'this node does not allow ipc_mode = "host"',
  });
  t.like(error, {
    path: ['ipc_mode'],
    hint: 'set default_ipc_mode = "host" for driver java in the agent configuration',
  });
});

test('chooseIsolation keeps what is added, less what is dropped, of what the node allows', (t) => {
  const kept = (config: { cap_add?: string[]; cap_drop?: string[] }) =>
    chooseIsolation('java', config, open).capabilities;
  t.deepEqual(kept({ cap_add: ['CAP_CHOWN', 'kill'] }), ['chown', 'kill']);
  t.deepEqual(kept({ cap_add: ['all'], cap_drop: ['cap_kill'] }), ['chown']);
  t.deepEqual(kept({ cap_add: ['all'], cap_drop: ['all'] }), []);
  t.throws(() => kept({ cap_add: ['net_raw'] }), { message: 'this node does not allow the capability net_raw' });
  t.throws(() => kept({ cap_add: ['chwn'] }), { message: '"chwn" is not a capability' });
  t.throws(() => kept({ cap_add: ['no such'] }), { message: '"no such" is not a capability' });
});

for (const [config, message] of [
  [{ pid_mode: 'shared' }, 'pid_mode must be "private" or "host"'],
  [{ ipc_mode: 1 }, 'ipc_mode must be a string'],
  [{ seccomp: 'local/my.json' }, 'seccomp must be "default" or "unconfined"'],
  [{ cap_add: 'chown' }, 'cap_add must be a list of strings'],
] as const) {
  test(`chooseIsolation refuses ${JSON.stringify(config)}`, (t) => {
    t.throws(() => chooseIsolation('java', config, node), { code: 'invalid-config', message });
  });
}

test('readNodeIsolation refuses a wrong mode', (t) => {
  t.throws(() => readNodeIsolation({ default_pid_mode: 'none' }), {
    message: 'default_pid_mode must be "private" or "host"',
  });
});

test('chooseIsolation takes all system calls only where the node allows it', (t) => {
  t.throws(() => chooseIsolation('exec', { seccomp: 'unconfined' }, node), {
    code: 'denied',
    message: 'this node does not allow seccomp = "unconfined"',
  });
  const free = readNodeIsolation({ allow_seccomp_unconfined: true });
  t.is(chooseIsolation('exec', { seccomp: 'unconfined' }, free).seccomp, 'unconfined');
  t.is(chooseIsolation('exec', { seccomp: 'default' }, free).seccomp, 'default');
  t.throws(() => readNodeIsolation({ allow_seccomp_unconfined: 'yes' }), { message: /must be true or false/ });
});

test('readNodeIsolation limits the processes of a task unless it is told 0', (t) => {
  t.is(node.pidsMax, 4096);
  t.is(readNodeIsolation({ pids_limit: 10 }).pidsMax, 10);
  t.is(readNodeIsolation({ pids_limit: 0 }).pidsMax, undefined);
  for (const wrong of [-1, 1.5, '10', 1e9])
    t.throws(() => readNodeIsolation({ pids_limit: wrong }), { message: /pids_limit must be a whole number/ });
});
