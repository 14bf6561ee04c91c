import test from 'ava';
import type { CniAttachment } from './attachment.ts';
import { formatArgs } from './attachment.ts';
import { type Cni, createCni } from './cni.ts';
import { CniError } from './cni-error.ts';
import type { CniResult } from './result.ts';
import type { CniRun, CniRunResult } from './run-plugin.ts';

interface Call {
  readonly plugin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

const ok = (value: unknown): CniRunResult => ({ exitCode: 0, stdout: JSON.stringify(value), stderr: '' });

/** A CNI whose plugins are a function; every binary exists but `absent`. */
function cniWith(answer: (call: Call, signal: AbortSignal) => CniRunResult | Promise<CniRunResult>, timeoutMs = 1000) {
  const calls: Call[] = [];
  const run: CniRun = async (binary, { env, stdin, signal }) => {
    const call = { plugin: binary.slice('/bin/'.length), env, config: JSON.parse(stdin) as Call['config'] };
    calls.push(call);
    return await answer(call, signal);
  };
  const files = {
    list: async () => [],
    read: async () => '',
    isExecutable: async (path: string) => !path.endsWith('absent'),
  };
  const cni: Cni = createCni({ run, files, binDirs: ['/bin'], configDirs: [], timeoutMs });
  return { cni, calls };
}

function attachment(types: readonly string[], more: Partial<CniAttachment> = {}, cniVersion = '1.0.0'): CniAttachment {
  const plugins = types.map((type) => ({ type, capabilities: { portMappings: true, mac: false } }));
  return {
    network: { name: 'front', cniVersion, disableCheck: false, plugins, file: '/a/front.conflist' },
    containerId: 'alloc-1',
    netns: '/run/netns/x',
    ifName: 'eth0',
    args: 'IgnoreUnknown=true',
    capabilities: { portMappings: [{ hostPort: 1 }], mac: 'aa', bandwidth: {} },
    ...more,
  };
}

const step = (call: Call) => ok({ cniVersion: '1.0.0', ips: [{ address: '10.1.0.2/24' }], last: call.plugin });

test('add hands each plugin the answer of the one before and resolves with the last', async (t) => {
  const { cni, calls } = cniWith(step);
  const seen: CniResult[] = [];
  const result = await cni.add(attachment(['bridge', 'firewall', 'tuning']), {
    onResult: async (intermediate) => void seen.push(intermediate),
  });
  t.is(result['last'], 'tuning');
  t.deepEqual(
    calls.map(({ plugin, config }) => [plugin, (config['prevResult'] as CniResult | undefined)?.['last']]),
    [
      ['bridge', undefined],
      ['firewall', 'bridge'],
      ['tuning', 'firewall'],
    ],
  );
  t.deepEqual(
    seen.map((intermediate) => intermediate['last']),
    ['bridge', 'firewall', 'tuning'],
  );
  t.like(calls[0]?.env, {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: 'alloc-1',
    CNI_NETNS: '/run/netns/x',
    CNI_IFNAME: 'eth0',
    CNI_PATH: '/bin',
    CNI_ARGS: 'IgnoreUnknown=true',
  });
  t.deepEqual(calls[0]?.config, {
    type: 'bridge',
    cniVersion: '1.0.0',
    name: 'front',
    runtimeConfig: { portMappings: [{ hostPort: 1 }] },
  });
});

test('delete goes backwards with the stored result and the same capabilities, and gives every plugin its turn', async (t) => {
  const { cni, calls } = cniWith((call) =>
    call.plugin === 'firewall' ? { exitCode: 1, stdout: '{"code":5,"msg":"disk"}', stderr: '' } : ok({}),
  );
  const stored = { cniVersion: '1.0.0', last: 'stored' };
  const error = await t.throwsAsync(cni.delete(attachment(['bridge', 'firewall', 'tuning'], { result: stored })));
  t.like(error, { code: 'plugin-failed', plugin: 'firewall', cniCode: 5 });
  t.deepEqual(
    calls.map((call) => call.plugin),
    ['tuning', 'firewall', 'bridge'],
  );
  for (const call of calls) {
    t.deepEqual(call.config['prevResult'], stored);
    t.deepEqual(call.config['runtimeConfig'], { portMappings: [{ hostPort: 1 }] });
  }
});

test('versions before 0.4.0 get no stored result at DEL and no CHECK', async (t) => {
  const { cni, calls } = cniWith(() => ok({}));
  const old = attachment(['bridge'], { result: { cniVersion: '0.3.1' } }, '0.3.1');
  await cni.delete(old);
  t.false('prevResult' in (calls[0]?.config ?? {}));
  t.deepEqual(await cni.check(old), []);
  t.is(calls.length, 1);
});

test('check asks every plugin and takes portmap with a grain of salt', async (t) => {
  const { cni, calls } = cniWith((call) =>
    call.plugin === 'bridge'
      ? ok({})
      : { exitCode: 1, stdout: JSON.stringify({ code: 999, msg: call.plugin }), stderr: '' },
  );
  const problems = await cni.check(attachment(['bridge', 'portmap', 'firewall'], { result: { last: 'x' } }));
  t.deepEqual(
    problems.map(({ error, advisory }) => [error.plugin, advisory]),
    [
      ['portmap', true],
      ['firewall', false],
    ],
  );
  t.true(calls.every((call) => call.env['CNI_COMMAND'] === 'CHECK'));
});

test('a missing binary is told before any plugin runs', async (t) => {
  const { cni, calls } = cniWith(step);
  const error = await t.throwsAsync(cni.add(attachment(['bridge', 'absent'])));
  t.like(error, { code: 'plugin-missing', plugin: 'absent', configFile: '/a/front.conflist' });
  await t.throwsAsync(cni.requirePlugins(attachment(['bridge', 'absent']).network), { message: /"absent"/ });
  t.is(calls.length, 0);
});

test('every way a plugin can go wrong is a typed error that names it', async (t) => {
  const answers: readonly (readonly [CniRunResult, CniError['code'], RegExp])[] = [
    [{ exitCode: 1, stdout: '{"code":11,"msg":"busy","details":"soon"}', stderr: '' }, 'plugin-failed', /busy: soon$/],
    [{ exitCode: 139, stdout: '', stderr: 'panic: x\n' }, 'plugin-crashed', /was killed by signal 11 .*panic: x/],
    [{ exitCode: 2, stdout: 'oops', stderr: '' }, 'plugin-crashed', /exit code 2 without an error object: oops/],
    [{ exitCode: 1, stdout: '', stderr: '' }, 'plugin-crashed', /it said nothing/],
    [{ exitCode: 0, stdout: 'hello', stderr: '' }, 'plugin-garbage', /its answer is not JSON: hello/],
    [{ exitCode: 0, stdout: '[]', stderr: '' }, 'plugin-garbage', /not an object/],
    [ok({ ips: {} }), 'plugin-garbage', /"ips" in its answer is not a list/],
    [ok({ ips: [{ address: '10.1.0.2' }] }), 'plugin-garbage', /instead of an address with prefix length/],
  ];
  for (const [answer, code, message] of answers) {
    const { cni } = cniWith(() => answer);
    const error = await t.throwsAsync(cni.add(attachment(['bridge'])), { instanceOf: CniError, message });
    t.like(error, { code, plugin: 'bridge', configFile: '/a/front.conflist' });
    t.true(error?.message.includes('CNI plugin "bridge" (ADD, /a/front.conflist)'));
    t.is(error?.retryable, answer.stdout.includes('"code":11'));
  }
});

test('a plugin that does not end is given up after the time-out, and a caller can cancel', async (t) => {
  let stopped = 0;
  const hang = (_: Call, signal: AbortSignal) =>
    new Promise<CniRunResult>(() => {
      signal.addEventListener('abort', () => (stopped += 1));
    });
  const slow = cniWith(hang, 30);
  t.like(await t.throwsAsync(slow.cni.add(attachment(['bridge']))), { code: 'plugin-timeout' });
  const patient = cniWith(hang, 60_000);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 10);
  t.like(await t.throwsAsync(patient.cni.add(attachment(['bridge']), { signal: abort.signal })), { code: 'canceled' });
  t.is(stopped, 2);
  const failing = cniWith(() => Promise.reject(new Error('EACCES')));
  t.like(await t.throwsAsync(failing.cni.add(attachment(['bridge']))), { code: 'plugin-not-started' });
});

test('sweep deletes what belongs to no valid container and goes on after errors', async (t) => {
  const { cni } = cniWith((call) =>
    call.env['CNI_CONTAINERID'] === 'bad' ? { exitCode: 1, stdout: '{"code":5,"msg":"x"}', stderr: '' } : ok({}),
  );
  const [live, bad, dead] = ['live', 'bad', 'dead'].map((containerId) => attachment(['bridge'], { containerId }));
  if (!live || !bad || !dead) throw new Error('three were made');
  const { deleted, errors } = await cni.sweep([live, bad, dead], new Set(['live']));
  t.deepEqual(deleted, [dead]);
  t.is(errors.length, 1);
});

test('formatArgs and the attachment refuse what the specification forbids', async (t) => {
  t.is(formatArgs({ IgnoreUnknown: 'true', A: 'x=y' }), 'IgnoreUnknown=true;A=x=y');
  t.throws(() => formatArgs({ A: 'x;B=y' }), { message: 'cni args: A: ";" is not allowed in a value' });
  t.throws(() => formatArgs({ 'A=B': 'x' }), { message: /a key is not empty/ });
  const { cni } = cniWith(step);
  await t.throwsAsync(cni.add(attachment(['bridge'], { containerId: '-x' })), { message: /container id "-x"/ });
  await t.throwsAsync(cni.add(attachment(['bridge'], { ifName: 'a-name-that-is-too-long' })), {
    message: /interface name/,
  });
});
