import test from 'ava';
import { DEFAULT_ALLOWED } from './capability-names.ts';
import { readDeniedIds } from './denied-ids.ts';
import { guardDeniedIds, judgeUser, type NodeUsers } from './task-user.ts';

const database = {
  passwd: [
    'root:x:0:0:root:/root:/bin/sh',
    'toor:x:0:0:alias:/root:/bin/sh',
    'nobody:x:65534:65534:nobody:/:/bin/false',
    'backup:x:34:34::/:/bin/sh',
    'wheel:x:70:70::/:/bin/sh',
    '+::::::',
  ].join('\n'),
  group: 'root:x:0:wheel\nnogroup:x:65534:\nbackup:x:34:\ndocker:x:999:backup\n',
};
const node = (config = {}, denylist: readonly string[] = ['root', 'Administrator']): NodeUsers => ({
  driver: 'exec',
  denylist,
  ids: readDeniedIds(config),
});
const judge = (user: string, of = node()) => judgeUser(user, of, database);

for (const [user, message] of [
  ['root', 'user = "root": this node keeps the user root from exec'],
  ['root:nogroup', 'user = "root:nogroup": this node keeps the user root from exec'],
  ['Administrator', 'user = "Administrator": this node keeps the user Administrator from exec'],
  ['0', 'user = "0": this node keeps the user id 0 from exec'],
  ['00', 'user = "00": this node keeps the user id 0 from exec'],
  ['0:0', 'user = "0:0": this node keeps the user id 0 from exec'],
  ['0:65534', 'user = "0:65534": this node keeps the user id 0 from exec'],
  ['toor', 'user = "toor": this node keeps the user id 0 from exec'],
  ['nobody:root', 'user = "nobody:root": this node keeps the group id 0 from exec'],
  ['1000:0', 'user = "1000:0": this node keeps the group id 0 from exec'],
  ['wheel', 'user = "wheel": this node keeps the group id 0 from exec'],
] as const) {
  test(`a task may not be ${user}: the name, the id behind it and root's group are refused, with the mend`, (t) => {
    const error = t.throws(() => judge(user), { name: 'DriverError', code: 'denied', message });
    t.like(error, { recoverable: false });
    t.regex(
      (error as unknown as { hint: string }).hint,
      /client \{ options = \{ "user\.denylist" = "root,Administrator" \} \}/,
    );
  });
}

for (const user of ['4294967296', '4294967295', '18446744073709551616', 'nobody:4294967296', 'nobody:4294967295', '+'])
  test(`${user} is no user: the kernel would take it for root, or for nothing to change`, (t) => {
    t.throws(() => judge(user, node({}, [])), { name: 'ExecutorError', code: 'no-such-user' });
  });

for (const user of ['nobody:', ':0', '', 'a:b:c', '-1', '0x0', ' 0', '1000:-1'])
  test(`${JSON.stringify(user)} is no user either`, (t) => {
    t.throws(() => judge(user, node({}, [])), { name: 'ExecutorError', code: 'no-such-user' });
  });

test('what a user means is what the kernel is told to keep from it', (t) => {
  t.deepEqual(judge('backup'), {
    user: { uid: 34, gid: 34, groups: [999], name: 'backup', home: '/' },
    denied: { uids: [{ first: 0, last: 0 }], gids: [{ first: 0, last: 0 }] },
  });
  t.deepEqual(judge('nobody', node({ denied_host_uids: '5-7', denied_host_gids: '9' }, ['34', 'nemo'])).denied, {
    uids: [
      { first: 5, last: 7 },
      { first: 34, last: 34 },
    ],
    gids: [{ first: 9, last: 9 }],
  });
});

test('denied ids are the same rule under another option, and the error names that', (t) => {
  const strict = node({ denied_host_uids: '30-40', denied_host_gids: '999' }, []);
  t.like(
    t.throws(() => judge('34', strict), { code: 'denied', message: /keeps the user id 34 from exec/ }),
    {
      hint: 'run as another user, or change denied_host_uids of plugin "exec" on the node',
    },
  );
  t.like(
    t.throws(() => judge('1000:999', strict), { code: 'denied', message: /keeps the group id 999/ }),
    {
      hint: 'run as another user, or change denied_host_gids of plugin "exec" on the node',
    },
  );
  t.notThrows(() => judge('root', strict));
});

test('a supplementary group that is denied denies its members', (t) => {
  t.throws(() => judge('backup', node({ denied_host_gids: '999' }, [])), { message: /keeps the group id 999/ });
});

for (const value of ['root', '1-', '7-5', '4294967295', '0,,1', '0-99999999999', Array(65).fill('1').join(',')])
  test(`denied_host_uids = ${JSON.stringify(value.slice(0, 20))} is refused: it would deny nothing, or not what it says`, (t) => {
    t.throws(() => readDeniedIds({ denied_host_uids: value }), { code: 'invalid-config', message: /denied_host_uids/ });
  });

for (const name of ['bpf', 'sys_admin', 'sys_boot', 'sys_module', 'sys_ptrace', 'sys_rawio'])
  test(`${name} is refused where any id is denied: with it no id is`, (t) => {
    const denied = { uids: [], gids: [{ first: 5, last: 5 }] };
    const error = t.throws(() => guardDeniedIds(['chown', name], denied, 'java'), {
      code: 'denied',
      message: `${name} would let the task be a user that this node keeps from java`,
    });
    t.like(error, { path: ['cap_add'], recoverable: false });
    t.notThrows(() => guardDeniedIds([name], { uids: [], gids: [] }, 'java'));
  });

test('the capabilities that are allowed by default go with denied ids', (t) => {
  const denied = { uids: [{ first: 0, last: 0 }], gids: [] };
  t.notThrows(() => guardDeniedIds(DEFAULT_ALLOWED, denied, 'exec'));
});
