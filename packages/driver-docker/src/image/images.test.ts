import test from 'ava';
import { imageReference, readTaskConfig } from '../container/task-config.ts';
import { engineError } from '../engine/errors.ts';
import { fromClientConfig, registryOf } from './image-auth.ts';
import { isMutable, withTag } from './images.ts';

test('a reference without tag means latest, which may change', (t) => {
  t.is(withTag('redis'), 'redis:latest');
  t.is(withTag('host:5000/redis'), 'host:5000/redis:latest');
  t.is(withTag('redis@sha256:abc'), 'redis@sha256:abc');
  t.true(isMutable('host:5000/redis'));
  t.false(isMutable('redis:7'));
});

test('the registry is the first part when it looks like a host', (t) => {
  t.is(registryOf('redis:7'), 'index.docker.io');
  t.is(registryOf('team/app'), 'index.docker.io');
  t.is(registryOf('localhost/app'), 'localhost');
  t.is(registryOf('example.test:5000/team/app'), 'example.test:5000');
});

test('credentials of the node are found by registry', (t) => {
  const auth = Buffer.from('user:pass:word').toString('base64');
  const file = JSON.stringify({ auths: { 'example.test': { auth } } });
  t.deepEqual(fromClientConfig(file, 'example.test'), {
    username: 'user',
    password: 'pass:word',
    serveraddress: 'example.test',
  });
  t.is(fromClientConfig(file, 'other.test'), undefined);
});

test('image references are cleaned and checked', (t) => {
  const reference = (image: string) => imageReference(readTaskConfig({ image }));
  t.is(reference('https://example.test/app:1'), 'example.test/app:1');
  t.throws(() => reference('-rf /'), { message: /is not an image reference/ });
  t.throws(() => readTaskConfig({}), { message: 'image must be given' });
  t.throws(() => readTaskConfig({ image: 'a', commandd: 'x' }), { message: /no field "commandd"/ });
});

const faults: readonly [message: string, status: number | undefined, code: string][] = [
  ['driver failed: Bind for 0.0.0.0:80 failed: port is already allocated', 500, 'exhausted'],
  ['write /var/lib/x: no space left on device', 500, 'exhausted'],
  ['exec: "nope": executable file not found in $PATH: unknown', 400, 'not-found'],
  ['error setting rlimit type 7: operation not permitted', 500, 'start-failed'],
  ['unable to find user nope: no matching entries in passwd file', 400, 'invalid-config'],
  ['something else', 500, 'start-failed'],
];

for (const [message, statusCode, code] of faults) {
  test(`the engine's "${message}" is ${code}`, (t) => {
    const error = engineError(
      Object.assign(new Error('x'), { statusCode, json: { message } }),
      'starting',
      'start-failed',
    );
    t.is(error.code, code as typeof error.code);
    t.is(error.message, `starting: ${message}`);
  });
}

test('an engine that is not there can be tried again and says how to start it', (t) => {
  const error = engineError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'starting');
  t.is(error.code, 'runtime-unavailable');
  t.true(error.recoverable);
  t.regex(error.hint ?? '', /systemctl start docker/);
});
