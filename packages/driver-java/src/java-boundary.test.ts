import { makeTaskConfig } from '@orch/driver-api/testing';
import { readNodeIsolation, readNodeUsers } from '@orch/executor';
import test from 'ava';
import { javaBoundary } from './java-driver.ts';

const task = (config: Record<string, unknown>, extra = {}) =>
  makeTaskConfig('alloc/task/0', '/data/alloc', { config: { class: 'Main', ...config } as never, ...extra });
const nodeOf = (config = {}, deniedUsers = ['root']) => ({
  isolation: readNodeIsolation(config),
  users: readNodeUsers('java', { config, deniedUsers }),
});

test('java holds a user and capabilities to the same rule as exec, by the same options', (t) => {
  const node = nodeOf({ denied_host_uids: '7', allow_caps: ['setuid', 'sys_ptrace'] });
  for (const user of ['root', '0', '7'])
    t.throws(() => javaBoundary(task({}, { user }), node), { code: 'denied', message: /this node keeps .* from java/ });
  t.throws(() => javaBoundary(task({ cap_add: ['sys_ptrace'] }), node), {
    code: 'denied',
    message: /^sys_ptrace would/,
  });
});

test('java hands denied ids on to the kernel', (t) => {
  const { isolation } = javaBoundary(task({ cap_add: ['setuid'] }), nodeOf());
  t.like(isolation, { capabilities: ['setuid'], deniedIds: { uids: [{ first: 0, last: 0 }] } });
});
