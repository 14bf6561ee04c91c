import test from 'ava';
import { imageId, longReference, parseReference } from './reference.ts';

test('references that mean the same have the same long form', (t) => {
  for (const same of [
    'redis',
    'redis:latest',
    'library/redis',
    'docker.io/redis',
    'index.docker.io/library/redis:latest',
  ])
    t.is(longReference(same), 'docker.io/library/redis:latest');
  t.is(longReference('team/app:1'), 'docker.io/team/app:1');
  t.is(longReference('localhost/app'), 'localhost/app:latest');
  t.is(longReference('host:5000/team/app:1'), 'host:5000/team/app:1');
  const digest = `sha256:${'ab'.repeat(32)}`;
  t.is(longReference(`redis@${digest}`), `docker.io/library/redis@${digest}`);
});

test('the engine takes a word with upper-case letters for a host, so its registry is that one', (t) => {
  t.is(parseReference('EVIL/app')?.registry, 'EVIL');
  t.is(parseReference('team/app')?.registry, 'docker.io');
});

for (const wrong of [
  '',
  '-rf /',
  'a/../b',
  'a//b',
  '/a',
  'a/',
  'Redis',
  'a:',
  'a@sha256:12',
  'a b',
  'a\nb',
  'a?b',
  'a:b:c',
  '../a',
])
  test(`${JSON.stringify(wrong)} is no reference`, (t) => t.is(longReference(wrong), undefined));

test('an id is told from a name', (t) => {
  const hex = 'ab'.repeat(32);
  t.is(imageId(hex), `sha256:${hex}`);
  t.is(imageId(`sha256:${hex}`), `sha256:${hex}`);
  t.is(imageId('redis:7'), undefined);
  t.is(imageId(`redis@sha256:${hex}`), undefined);
});
