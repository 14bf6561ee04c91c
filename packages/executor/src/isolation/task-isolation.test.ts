import test from 'ava';
import { chooseIsolation, readNodeIsolation } from './task-isolation.ts';

const node = readNodeIsolation({});
const open = readNodeIsolation({
  default_pid_mode: 'host',
  default_ipc_mode: 'host',
  allow_caps: ['chown', 'CAP_KILL'],
});

test('chooseIsolation gives private namespaces and no capability to a task that asks for nothing', (t) => {
  t.deepEqual(chooseIsolation('java', {}, node), { pidMode: 'private', ipcMode: 'private', capabilities: [] });
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
  t.throws(() => kept({ cap_add: ['no such'] }), { message: '"no such" is not a capability' });
});

for (const [config, message] of [
  [{ pid_mode: 'shared' }, 'pid_mode must be "private" or "host"'],
  [{ ipc_mode: 1 }, 'ipc_mode must be a string'],
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
