// What is accepted with a warning: old spellings, what has no effect, what is probably not meant.

import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import { decodeJobJson } from './decode-wire.ts';
import { encodeJobJson } from './encode-wire.ts';

const inJob = (lines: string, type = 'service') =>
  `job "j" {\ntype = "${type}"\n${lines}\ngroup "g" {\ntask "t" {\ndriver = "exec"\n}\n}\n}`;
const inGroup = (lines: string) => `job "j" {\ngroup "g" {\n${lines}\ntask "t" {\ndriver = "exec"\n}\n}\n}`;
const inTask = (lines: string) => inGroup('').replace('driver = "exec"', `driver = "exec"\n${lines}`);
const G = 'group["g"]';
const T = `${G}.task["t"]`;

interface Row {
  readonly text: string;
  readonly path: string;
  readonly says: RegExp;
}

const DEPRECATED: readonly Row[] = [
  { text: inJob('periodic {\ncron = "@daily"\n}', 'batch'), path: 'periodic.cron', says: /write `crons = \["…"\]`/ },
  {
    text: inGroup('stop_after_client_disconnect = "1m"'),
    path: `${G}.stop_after_client_disconnect`,
    says: /disconnect \{ stop_on_client_after = … \}/,
  },
  {
    text: inGroup('max_client_disconnect = "1m"'),
    path: `${G}.max_client_disconnect`,
    says: /disconnect \{ lost_after = … \}/,
  },
  {
    text: inGroup('prevent_reschedule_on_lost = true'),
    path: `${G}.prevent_reschedule_on_lost`,
    says: /disconnect \{ replace = false \}/,
  },
  { text: inGroup('network {\nmbits = 10\n}'), path: `${G}.network[0].mbits`, says: /remove it/ },
  { text: inGroup('network {\ndevice = "eth0"\n}'), path: `${G}.network[0].device`, says: /remove "device"/ },
  { text: inGroup('network {\ncidr = "10.0.0.0/8"\n}'), path: `${G}.network[0].cidr`, says: /remove "cidr"/ },
  { text: inGroup('network {\nip = "10.0.0.1"\n}'), path: `${G}.network[0].ip`, says: /remove "ip"/ },
  { text: inTask('logs {\nenabled = false\n}'), path: `${T}.logs.enabled`, says: /write `disabled`/ },
  { text: inTask('resources {\ndisk = 100\n}'), path: `${T}.resources.disk`, says: /ephemeral_disk \{ size = … \}/ },
  { text: inTask('resources {\niops = 100\n}'), path: `${T}.resources.iops`, says: /remove it/ },
  {
    text: inTask('resources {\nnetwork {\nport "p" {}\n}\n}'),
    path: `${T}.resources.network`,
    says: /networks belong to the group/,
  },
  {
    text: inTask('template {\ndata = "a"\ndestination = "local/a"\nvault_grace = "1m"\n}'),
    path: `${T}.template[0].vault_grace`,
    says: /"vault_grace" is deprecated.*remove it/,
  },
];

const WITHOUT_EFFECT: readonly Row[] = [
  { text: inJob('multiregion {\nregion "a" {}\n}'), path: 'multiregion', says: /runs in this region only/ },
  {
    text: inTask('schedule {\ncron {\nstart = "0 9 * * *"\nend = "0 17"\n}\n}'),
    path: `${T}.schedule`,
    says: /schedules are not followed/,
  },
  {
    text: inTask('resources {\ncores = 1\nnuma {\naffinity = "require"\n}\n}'),
    path: `${T}.resources.numa`,
    says: /memory nodes/,
  },
  { text: inJob('vault {}'), path: 'vault', says: /Vault is not connected/ },
  { text: inGroup('disconnect {\nlost_after = "1h"\n}'), path: `${G}.disconnect`, says: /at once/ },
];

const ADVICE: readonly Row[] = [
  { text: inGroup('count = 2\nupdate {\nmax_parallel = 3\n}'), path: `${G}.update.max_parallel`, says: /3 at a time/ },
  {
    text: inJob('update {\ncanary = 1\n}').replace(
      'group "g"',
      'group "h" {\nupdate {\nauto_promote = true\n}\ntask "t" {\ndriver = "exec"\n}\n}\ngroup "g"',
    ),
    path: 'update',
    says: /wait for a promotion by hand/,
  },
  { text: inTask('identity {\nname = "a"\nttl = "1h"\n}'), path: `${T}.identity[0]`, says: /good for everybody/ },
  { text: inTask('identity {\nname = "a"\naud = ["b"]\n}'), path: `${T}.identity[0]`, says: /never expires/ },
];

for (const [kind, rows] of Object.entries({ DEPRECATED, WITHOUT_EFFECT, ADVICE })) {
  for (const { text, path, says } of rows) {
    test(`${kind}: ${path} is accepted, with a warning at its place: ${says.source}`, (t) => {
      const { diagnostics, warnings } = parseJob(text, { fileName: 'x', allowNotYetRunnable: true });
      t.deepEqual(diagnostics, []);
      const about = warnings.filter((warning) => says.test(`${warning.detail} ${warning.hint}`));
      t.true(about.length > 0, warnings.map((warning) => `${warning.path}: ${warning.detail}`).join('\n'));
      const [first] = about;
      t.true(first?.path?.startsWith(path), `${first?.path}`);
      t.true((first?.range?.start.line ?? 1) > 1);
    });
  }
}

test('what has no effect is said once in a job, with how often it stands there; old spellings at each place', (t) => {
  const task = (name: string) => `task "${name}" {\ndriver = "exec"\nvault {}\nlogs {\nenabled = false\n}\n}`;
  const text = `job "j" {\nvault {}\ngroup "g" {\n${task('a')}\n${task('b')}\n}\ngroup "h" {\n${task('a')}\n}\n}`;
  const { warnings } = parseJob(text, { fileName: 'x' });
  t.deepEqual(
    warnings.map(({ path, detail, range }) => [range?.start.line, path, detail]),
    [
      [2, 'vault', '"vault" has no effect yet: Vault is not connected yet.'],
      [
        6,
        `${G}.task["a"].vault`,
        '"vault" has no effect yet: Vault is not connected yet (3 times in this job, here first).',
      ],
      [8, `${G}.task["a"].logs.enabled`, '"enabled" is deprecated.'],
      [15, `${G}.task["b"].logs.enabled`, '"enabled" is deprecated.'],
      [24, 'group["h"].task["a"].logs.enabled', '"enabled" is deprecated.'],
    ],
  );
});

test('fields of old API clients are dropped with a warning that names them, and without one when they are empty', (t) => {
  const { job } = parseJob(inTask(''), { fileName: 'x' });
  const wire = job === undefined ? {} : encodeJobJson(job);
  const empty = {
    ConsulToken: '',
    VaultToken: '',
    ConsulNamespace: '',
    VaultNamespace: '',
    Payload: '',
    Dispatched: false,
  };
  t.deepEqual(decodeJobJson({ ...wire, ...empty }, { unknownKeys: 'error' }).warnings, []);
  const { job: same, warnings } = decodeJobJson(
    { ...wire, ConsulToken: 'x', VaultToken: 'y' },
    { unknownKeys: 'error' },
  );
  t.deepEqual(same, job);
  t.deepEqual(
    warnings.map(({ path, message }) => [path, message.split(':')[0]]),
    [
      ['ConsulToken', '"ConsulToken" has no effect'],
      ['VaultToken', '"VaultToken" has no effect'],
    ],
  );
});

test('what the old spellings mean is in the job', (t) => {
  const groupOf = (lines: string) => parseJob(inGroup(lines), { fileName: 'x' }).job?.taskGroups[0];
  t.like(groupOf('max_client_disconnect = "1h"\nprevent_reschedule_on_lost = true')?.disconnect, {
    lostAfterMs: 3_600_000,
    replace: false,
  });
  t.like(groupOf('stop_after_client_disconnect = "2m"')?.disconnect, { stopOnClientAfterMs: 120_000, replace: true });
  t.like(groupOf('max_client_disconnect = "1h"\ndisconnect {\nlost_after = "2h"\n}')?.disconnect, {
    lostAfterMs: 7_200_000,
  });
  const { job } = parseJob(inTask('resources {\nnetwork {\nport "p" {\nstatic = 80\n}\nport "q" {}\n}\n}'), {
    fileName: 'x',
  });
  const [network] = job?.taskGroups[0]?.networks ?? [];
  t.deepEqual(
    [network?.mode, network?.reservedPorts.map((port) => port.label), network?.dynamicPorts.map((port) => port.label)],
    ['host', ['p'], ['q']],
  );
});
