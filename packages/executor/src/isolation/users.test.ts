import test from 'ava';
import { resolveUser } from './users.ts';

const database = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/var/www:/bin/sh\n',
  group: 'root:x:0:\nweb:x:33:\nssl:x:99:web,root\n',
};

test('resolveUser takes names, numbers and groups', (t) => {
  t.deepEqual(resolveUser('web', database), { uid: 33, gid: 33, groups: [99], name: 'web', home: '/var/www' });
  t.like(resolveUser('web:ssl', database), { uid: 33, gid: 99, groups: [] });
  t.like(resolveUser('1000:1001', database), { uid: 1000, gid: 1001, groups: [] });
});

test('resolveUser names what is unknown', (t) => {
  t.throws(() => resolveUser('nemo', database), { message: /no user "nemo"/ });
  t.throws(() => resolveUser('web:nemo', database), { message: /no group "nemo"/ });
  t.throws(() => resolveUser('', database), { message: /no user/ });
});
