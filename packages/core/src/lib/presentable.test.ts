import { existsSync, linkSync, openSync, renameSync } from 'node:fs';
import test from 'ava';
import { OrchError } from './errors.ts';
import { maxPresentableLength, presentable, presentableText, presentableUrl } from './presentable.ts';

const places = { '/var/lib/orch': '<data>', '/run/orch/abc': '<run>', '/var/lib/orch/run': '<inner>' };
const shown = (text: string) => presentableText(text, places);

test('system errors are told without the path they are about', (t) => {
  for (const fails of [
    () => openSync('/var/lib/none/secret', 'r'),
    () => renameSync('/var/lib/none/a', '/var/lib/none/b'),
    () => linkSync('/proc/self/fd/77/x', '/var/lib/none/it'),
  ]) {
    const cause = t.throws(fails);
    const text = presentable(new OrchError('x', 'the file could not be kept', { cause, hint: 'free some space' }));
    t.regex(text, /^the file could not be kept: ENOENT: no such file or directory, \w+ \(free some space\)$/);
  }
  t.false(existsSync('/var/lib/none'));
});

test('paths of an allocation are relative to it, others begin with the name of the place', (t) => {
  t.is(
    shown('/var/lib/orch/allocations/0a1b-2c/alloc/logs/x could not be unmounted: target is busy.'),
    'alloc/logs/x could not be unmounted: target is busy.',
  );
  t.is(shown('bind source /var/lib/orch/client/tasks/0a1b/web/hosts, no'), 'bind source web/hosts, no');
  t.is(shown('the node state /var/lib/orch/client/state could'), 'the node state <data>/client/state could');
  t.is(shown("cp: '/run/orch/abc/x' and /var/lib/orch/run/y"), "cp: '<run>/x' and <inner>/y");
  t.is(shown('in /var/lib/orch; /var/lib/orchard is not'), 'in <data>; /var/lib/orchard is not');
  t.is(shown('/proc/self/fd/21/./a/b is a link; /proc/self/fd/3'), 'a/b is a link; ');
  t.is(shown('/proc/self/fd/21/.hidden'), '.hidden');
});

test('what a job names itself stays: its program, its places, its image', (t) => {
  for (const text of [
    'the program /usr/bin/none does not exist in the task',
    'local/app.jar is no file',
    'pulling registry.example/team/app:1 failed: manifest unknown',
    'the server of the artifact https://host:8443/a/b.tar answered 404 Not Found',
  ])
    t.is(shown(text), text);
});

test('URLs lose names, passwords, queries and fragments, wherever they stand', (t) => {
  for (const [text, expected] of [
    ['https://host/a?token=s3cret', 'https://host/a?…'],
    ['https://user:s3cret@host/a#s3cret', 'https://host/a'],
    ['http://u:p@x:s3cret@host', 'http://host'],
    ['git::ssh://git:s3cret@host/repo?sshkey=s3cret', 'git::ssh://host/repo?…'],
    ['github.com/a/b?sshkey=s3cret', 'github.com/a/b?…'],
    ['https://host?a@b', 'https://host?…'],
    ['plain', 'plain'],
  ] as const)
    t.is(presentableUrl(text), expected);
  t.is(
    shown('artifact "https://u:s3cret@h/x?k=s3cret": fetching (https://h/y?s3cret) broke off'),
    'artifact "https://h/x?…": fetching (https://h/y?… broke off',
  );
});

test('a text has an end, and hostile ones take no time', (t) => {
  t.is(shown('x/'.repeat(100_000)).length, maxPresentableLength + 1);
  const before = performance.now();
  for (const piece of ["ENOENT: a, open '", 'http://', '/proc/self/fd/1/', '/var/lib/orch/allocations/', 'E: , '])
    shown(piece.repeat(50_000));
  t.true(performance.now() - before < 1_000);
});
