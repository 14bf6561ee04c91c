import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { OrchError } from '../../lib/errors.ts';
import { taskPlace } from './task-place.ts';

const directories = {
  allocation: '/data/a1',
  shared: '/data/a1/alloc',
  task: '/data/a1/web',
  local: '/data/a1/web/local',
  secrets: '/data/a1/web/secrets',
  driver: '/data/client/a1/web',
};
const own = (path: string) => ({ root: directories.task, path });
const shared = (path: string) => ({ root: directories.shared, path });
const mapped = { shared: '/alloc', local: '/local', secrets: '/secrets' };

const inside: readonly (readonly [string, ReturnType<typeof own>, ReturnType<typeof own>?])[] = [
  ['local/x', own('local/x')],
  ['./local//x/.', own('local/x')],
  ['local/../secrets/x', own('secrets/x')],
  ['', own('')],
  ['/', own('')],
  ['/local/x', own('local/x')],
  ['/etc/passwd', own('etc/passwd')],
  ['/data/a1/web/local/x', own('local/x')],
  ['/data/a1/alloc/data/x', shared('data/x')],
  ['/data/a1/web/../alloc/x', shared('x')],
  ['../alloc/data/x', shared('data/x')],
  ['local/../../alloc/x', shared('x')],
  // The shared directory as the task sees it, where it is not the node's path.
  ['/alloc/data/x', own('alloc/data/x'), shared('data/x')],
  ['/allocation/x', own('allocation/x')],
  ['/data/a1/webber/x', own('data/a1/webber/x')],
  ['..local/x', own('..local/x')],
  ['${unknown}/x', own('${unknown}/x')],
];
for (const [text, onHost, inTask = onHost] of inside) {
  test(`${JSON.stringify(text)} has its place`, (t) => {
    t.deepEqual(taskPlace(text, directories, 'host'), onHost);
    t.deepEqual(taskPlace(text, directories, mapped), inTask);
  });
}

const outside = [
  '..',
  '../x',
  '../../etc/passwd',
  'local/../../../x',
  '../web2/local/x',
  '../alloc/../x',
  '/../x',
  '/data/a1/web/../x',
  '/data/a1/alloc/../../a2/web/x',
  '../../client/a1/web/x',
  'local/x\0',
];
for (const text of outside) {
  test(`${JSON.stringify(text)} is refused`, (t) => {
    for (const paths of ['host', mapped] as const) {
      const error = t.throws(() => taskPlace(text, directories, paths));
      t.regex(error?.message ?? '', /leads out|NUL/);
    }
  });
}

test('a path that climbs above the shared directory is refused as the task writes it too', (t) => {
  t.throws(() => taskPlace('/alloc/../x', directories, mapped), { code: 'outside-destination' });
  t.throws(() => taskPlace('/alloc/../../etc/passwd', directories, mapped), { code: 'outside-destination' });
});

test('whatever is written, the place is below its root or refused', (t) => {
  const part = fc.constantFrom('..', '.', '', 'local', 'alloc', 'web', 'data', 'a1', 'a2', 'etc', '/', '\0', '~', '$x');
  const start = fc.constantFrom(
    '',
    '/',
    '/alloc',
    '/data/a1/alloc',
    '/data/a1/web',
    '/data/a1/web/local',
    '..',
    '/data',
  );
  const text = fc.tuple(start, fc.array(part, { maxLength: 8 })).map(([first, more]) => [first, ...more].join('/'));
  const paths = fc.constantFrom('host' as const, mapped);
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), paths, (written, taskPaths) => {
      try {
        const { root, path } = taskPlace(written, directories, taskPaths);
        if (root !== directories.task && root !== directories.shared) return false;
        return !path.split('/').includes('..') && `${resolve(root, path)}/`.startsWith(`${root}/`);
      } catch (error) {
        return error instanceof OrchError && ['outside-destination', 'invalid-path'].includes(error.code);
      }
    }),
    { numRuns: 20_000 },
  );
  t.pass();
});
