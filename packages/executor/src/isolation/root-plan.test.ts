import test from 'ava';
import { checkMounts } from './root-plan.ts';

const mount = (path: string) => ({ hostPath: '/tmp', path, readOnly: true });

for (const path of ['/etc/../../x', '//usr/bin', '/./usr', '//proc', '//', 'local', '/data/.', '/usr/lib/x', '/proc'])
  test(`nothing is mounted at ${path}`, (t) => {
    t.throws(() => checkMounts([mount(path)]), { code: 'invalid' });
  });

test('a place of the task’s own is one', (t) => {
  t.notThrows(() => checkMounts([mount('/data'), mount('/etc/app'), mount('/srv/a b/')]));
});
