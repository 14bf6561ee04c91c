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

test('a task may not be root, by whichever name or number, nor of root’s group, and the error has the mend', (t) => {
  for (const [user, what] of [
    ['root', 'the user root'],
    ['root:nogroup', 'the user root'],
    ['Administrator', 'the user Administrator'],
    ['0', 'the user id 0'],
    ['00', 'the user id 0'],
    ['0:0', 'the user id 0'],
    ['0:65534', 'the user id 0'],
    ['toor', 'the user id 0'],
    ['nobody:root', 'the group id 0'],
    ['1000:0', 'the group id 0'],
    ['wheel', 'the group id 0'],
  ] as const) {
    const message = `user = "${user}": this node keeps ${what} from exec`;
    const error = t.throws(() => judge(user), { name: 'DriverError', code: 'denied', message });
    t.like(error, { recoverable: false });
    const { hint } = error as unknown as { hint: string };
    t.regex(hint, /client \{ options = \{ "user\.denylist" = "root,Administrator" \} \}/, user);
  }
});

test('a number that the kernel would take for root, or for nothing to change, is no user', (t) => {
  for (const user of ['4294967296', '4294967295', '18446744073709551616', 'nobody:4294967296', 'nobody:4294967295'])
    t.throws(() => judge(user, node({}, [])), { name: 'ExecutorError', code: 'no-such-user' }, user);
});

test('what is neither name nor number is no user', (t) => {
  for (const user of ['nobody:', ':0', '', 'a:b:c', '-1', '0x0', ' 0', '1000:-1', '+'])
    t.throws(() => judge(user, node({}, [])), { name: 'ExecutorError', code: 'no-such-user' }, user);
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

test('ranges that would deny nothing, or not what they say, are refused', (t) => {
  const many = Array(65).fill('1').join(',');
  for (const value of ['root', '1-', '7-5', '4294967295', '0,,1', '0-99999999999', many])
    t.throws(
      () => readDeniedIds({ denied_host_uids: value }),
      { code: 'invalid-config', message: /denied_host_uids/ },
      value,
    );
});

test('a capability that reaches into other processes or the kernel is refused where any id is denied', (t) => {
  const denied = { uids: [], gids: [{ first: 5, last: 5 }] };
  for (const name of ['bpf', 'sys_admin', 'sys_boot', 'sys_module', 'sys_ptrace', 'sys_rawio']) {
    const message = `${name} would let the task be a user that this node keeps from java`;
    const error = t.throws(() => guardDeniedIds(['chown', name], denied, 'java'), { code: 'denied', message });
    t.like(error, { path: ['cap_add'], recoverable: false });
    t.notThrows(() => guardDeniedIds([name], { uids: [], gids: [] }, 'java'));
  }
});

test('the capabilities that are allowed by default go with denied ids', (t) => {
  const denied = { uids: [{ first: 0, last: 0 }], gids: [] };
  t.notThrows(() => guardDeniedIds(DEFAULT_ALLOWED, denied, 'exec'));
});
