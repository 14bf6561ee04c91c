import type { JsonObject, TaskConfig } from '@orch/driver-api';
import { makeTaskConfig } from '@orch/driver-api/testing';
import test from 'ava';
import { containerSpec } from './container-spec.ts';
import { containerName } from './labels.ts';
import { readTaskConfig } from './task-config.ts';

const spec = (config: JsonObject, overrides: Partial<TaskConfig> = {}) =>
  containerSpec({
    task: makeTaskConfig('0123/web/2', '/data/0123', { config: { image: 'app:1', ...config }, ...overrides }),
    block: readTaskConfig({ image: 'app:1', ...config }),
    image: { id: 'sha256:1', reference: 'app:1' },
    stopSignal: 'SIGTERM',
    owner: 'owner',
    volumesEnabled: false,
    mounts: [{ Type: 'bind', Source: '/data/0123/alloc', Target: '/alloc' }],
    limits: { Memory: 1 },
    security: { CapDrop: ['ALL'] },
    network: { host: { NetworkMode: 'none' }, container: {}, mounts: [] },
  });

test('the name follows from the task id and is safe for the engine', (t) => {
  t.is(containerName('a/web/0'), containerName('a/web/0'));
  t.not(containerName('a/web/0'), containerName('a/web/1'));
  t.regex(containerName('a/wéb site/0'), /^orch-[a-zA-Z0-9_.-]+-[0-9a-f]{12}$/);
  t.true(containerName(`a/${'x'.repeat(200)}/0`).length < 100);
});

test('labels tell task, allocation and owner, and a job cannot claim them', (t) => {
  const labels = spec({ labels: { team: 'a' } }).Labels ?? {};
  t.is(labels['team'], 'a');
  t.is(labels['orch.task-id'], '0123/web/2');
  t.is(labels['orch.allocation-id'], '0123');
  t.is(labels['orch.owner'], 'owner');
  t.throws(() => spec({ labels: { 'orch.owner': 'x' } }), { message: /belongs to orch/ });
});

test('command and args become the command, args alone too, and nothing leaves the image its own', (t) => {
  t.deepEqual(spec({ command: 'run', args: ['-v'] }).Cmd, ['run', '-v']);
  t.deepEqual(spec({ args: ['-v'] }).Cmd, ['-v']);
  t.is(spec({}).Cmd, undefined);
  t.is(spec({}).Entrypoint, undefined);
});

test('a container is made of the image id, and its name is kept for people', (t) => {
  t.is(spec({}).Image, 'sha256:1');
  t.is(spec({}).Labels?.['orch.image'], 'app:1');
});

test('a variable that would become another one is refused', (t) => {
  const env = (env: Record<string, string>) => () => spec({}, { env });
  for (const wrong of [{ 'A=B': 'c' }, { '': 'c' }, { A: 'b\0C=d' }, { 'A\0': 'b' }])
    t.throws(env(wrong), { message: /cannot be part of an environment/ });
  t.deepEqual(spec({}, { env: { A: 'b=c\nd' } }).Env, ['A=b=c\nd']);
});

test('memory file systems are paths, not over what the kernel shows of itself', (t) => {
  t.deepEqual(spec({ tmpfs: ['/run'] }).HostConfig?.Tmpfs, { '/run': '' });
  t.throws(() => spec({ tmpfs: ['/proc'] }), { message: /does not allow a mount/ });
  t.throws(() => spec({ tmpfs: ['/run:exec,suid'] }), { message: /is not a path/ });
});

test('the engine never restarts a container by itself', (t) => {
  t.deepEqual(spec({}).HostConfig?.RestartPolicy, { Name: 'no' });
});

test('the log of the engine is bounded, and off when logs are disabled', (t) => {
  t.deepEqual(spec({}).HostConfig?.LogConfig, { Type: 'json-file', Config: { 'max-size': '20480k', 'max-file': '3' } });
  const logs = { dir: '/x', disabled: true, maxFiles: 1, maxFileBytes: 1 };
  t.is(spec({}, { logs }).HostConfig?.LogConfig?.Type, 'none');
});

test('a mount of the job at the same place wins over the one the driver would make', (t) => {
  const task = makeTaskConfig('0123/web/2', '/data/0123');
  const made = containerSpec({
    task,
    block: readTaskConfig({ image: 'app:1' }),
    image: { id: 'sha256:1', reference: 'app:1' },
    stopSignal: 'SIGTERM',
    owner: 'owner',
    volumesEnabled: false,
    mounts: [{ Type: 'bind', Source: '/own/hosts', Target: '/etc/hosts' }],
    limits: {},
    security: {},
    network: { host: {}, container: {}, mounts: [{ Type: 'bind', Source: '/made/hosts', Target: '/etc/hosts' }] },
    doorId: 'door',
  });
  t.deepEqual(made.HostConfig?.Mounts, [{ Type: 'bind', Source: '/own/hosts', Target: '/etc/hosts' }]);
  t.is(made.HostConfig?.NetworkMode, 'container:door');
});
