import test from 'ava';
import { ownUser } from './emulator-user.ts';

test('every VM has a user of its own, always the same for the same start, in the range meant for it', (t) => {
  const users = Array.from({ length: 2_000 }, (_, index) => ownUser(`alloc/vm/${index}`));
  t.true(new Set(users).size >= users.length - 1);
  t.is(users[7], ownUser('alloc/vm/7'));
  for (const user of users) {
    const [uid, gid] = user.split(':').map(Number);
    t.is(uid, gid);
    t.true((uid ?? 0) >= 0x7000_0000 && (uid ?? 0) <= 0x7fff_ffff);
  }
});
