import test from 'ava';
import { refuseDeniedUser } from './denied-user.ts';

test('a container may not be a user the node keeps from docker, by name or by number', (t) => {
  for (const user of ['root', '0', '00', '0:1000', 'root:web', 'alice'])
    t.throws(() => refuseDeniedUser(user, ['root', 'alice']), {
      code: 'denied',
      message: /keeps the user .* from docker/,
    });
  for (const user of [undefined, 'web', '10', 'rooty']) t.notThrows(() => refuseDeniedUser(user, ['root', 'alice']));
  t.notThrows(() => refuseDeniedUser('root', []));
});
