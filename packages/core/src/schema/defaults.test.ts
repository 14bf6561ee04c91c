// Every row of the reference: what a field is when the job file does not say it.

import test from 'ava';
import { parseJob } from '../jobspec/index.ts';
import { canonicalizeJob } from './canonicalize.ts';

function jobOf(text: string) {
  const { job, diagnostics } = parseJob(text, { fileName: 'x.hcl' });
  if (job === undefined) throw new Error(diagnostics.map((diagnostic) => diagnostic.detail).join('\n'));
  return job;
}

const ofType = (type: string, inside = '') =>
  jobOf(`job "a" {\n type = "${type}"\n${inside}\n group "g" {\n task "t" {\n driver = "exec"\n }\n }\n}`);

const inTask = (lines: string) => jobOf(`job "a" {\n group "g" {\n task "t" {\n driver = "exec"\n${lines}\n }\n }\n}`);
const inGroup = (lines: string) => jobOf(`job "a" {\n group "g" {\n${lines}\n task "t" {\n driver = "exec"\n }\n }\n}`);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a job has its defaults', (t) => {
  t.like(ofType('service'), {
    id: 'a',
    name: 'a',
    region: 'global',
    namespace: 'default',
    type: 'service',
    priority: 50,
    datacenters: ['*'],
    nodePool: 'default',
    allAtOnce: false,
    meta: {},
    constraints: [],
    affinities: [],
    spreads: [],
    kept: {},
  });
  t.is(ofType('service').update, undefined);
});

test('a service group has its defaults', (t) => {
  const [group] = ofType('service').taskGroups;
  t.like(group, {
    count: 1,
    networks: [],
    shutdownDelayMs: 0,
    ephemeralDisk: { sizeMiB: 300, sticky: false, migrate: false },
    restart: { attempts: 2, intervalMs: 30 * MINUTE, delayMs: 15_000, mode: 'fail', renderTemplates: false },
    reschedule: {
      attempts: 0,
      intervalMs: 0,
      delayMs: 30_000,
      delayFunction: 'exponential',
      maxDelayMs: HOUR,
      unlimited: true,
    },
    update: {
      maxParallel: 1,
      canary: 0,
      healthCheck: 'checks',
      minHealthyTimeMs: 10_000,
      healthyDeadlineMs: 5 * MINUTE,
      progressDeadlineMs: 10 * MINUTE,
      autoRevert: false,
      autoPromote: false,
      staggerMs: 30_000,
    },
    migrate: { maxParallel: 1, healthCheck: 'checks', minHealthyTimeMs: 10_000, healthyDeadlineMs: 5 * MINUTE },
  });
  t.is(group?.disconnect, undefined);
});

test('a batch group has its defaults, without update and migrate', (t) => {
  const [group] = ofType('batch').taskGroups;
  t.like(group, {
    restart: { attempts: 3, intervalMs: 24 * HOUR, delayMs: 15_000, mode: 'fail' },
    reschedule: { attempts: 1, intervalMs: 24 * HOUR, delayMs: 5_000, delayFunction: 'constant', unlimited: false },
  });
  t.is(group?.update, undefined);
  t.is(group?.migrate, undefined);
});

test('system and sysbatch groups are neither rescheduled nor migrated', (t) => {
  const group = (type: string) => {
    const task = { name: 't', driver: 'exec' };
    return canonicalizeJob({ id: 'a', type, taskGroups: [{ name: 'g', tasks: [task] }] }).taskGroups[0];
  };
  t.is(group('system')?.reschedule, undefined);
  t.is(group('system')?.migrate, undefined);
  t.is(group('system')?.update?.maxParallel, 1);
  t.is(group('system')?.restart.attempts, 2);
  t.is(group('sysbatch')?.restart.attempts, 3);
  t.is(group('sysbatch')?.update, undefined);
});

test('a task has its defaults', (t) => {
  t.like(ofType('service').taskGroups[0]?.tasks[0], {
    leader: false,
    killTimeoutMs: 5_000,
    killSignal: undefined,
    user: undefined,
    shutdownDelayMs: 0,
    config: {},
    env: {},
    meta: {},
    resources: { cpuMhz: 100, memoryMiB: 300, devices: [] },
    logs: { maxFiles: 10, maxFileSizeMb: 10, disabled: false },
    artifacts: [],
    volumeMounts: [],
    constraints: [],
    affinities: [],
    kept: {},
  });
});

const NETWORK = 'network {\n port "x" {}\n}';
const ROWS: readonly (readonly [string, () => unknown, unknown])[] = [
  [
    'network',
    () => inGroup('network {}').taskGroups[0]?.networks[0],
    { mode: 'host', reservedPorts: [], dynamicPorts: [] },
  ],
  [
    'port',
    () => inGroup(NETWORK).taskGroups[0]?.networks[0]?.dynamicPorts[0],
    { label: 'x', value: 0, to: 0, hostNetwork: 'default', ignoreCollision: false },
  ],
  [
    'constraint',
    () => inTask('constraint {\n attribute = "a"\n value = "b"\n}').taskGroups[0]?.tasks[0]?.constraints[0],
    { attribute: 'a', operator: '=', value: 'b' },
  ],
  [
    'affinity',
    () => inTask('affinity {\n attribute = "a"\n value = "b"\n}').taskGroups[0]?.tasks[0]?.affinities[0],
    { attribute: 'a', operator: '=', value: 'b', weight: 50 },
  ],
  [
    'spread',
    () => inGroup('spread {\n attribute = "a"\n}').taskGroups[0]?.spreads[0],
    { attribute: 'a', weight: 50, targets: [] },
  ],
  [
    'lifecycle',
    () =>
      inTask('lifecycle {\n hook = "poststop"\n}\n}\n task "u" {\n driver = "exec"').taskGroups[0]?.tasks[0]?.lifecycle,
    { hook: 'poststop', sidecar: false },
  ],
  [
    'artifact',
    () => inTask('artifact {\n source = "http://x"\n}').taskGroups[0]?.tasks[0]?.artifacts[0],
    { source: 'http://x', mode: 'any', destination: 'local/', options: {}, headers: {}, insecure: false, chown: false },
  ],
  [
    'disconnect',
    () => inGroup('disconnect {}').taskGroups[0]?.disconnect,
    { lostAfterMs: 0, replace: true, reconcile: 'best_score' },
  ],
  [
    'volume_mount',
    () => inTask('volume_mount {\n volume = "v"\n destination = "/d"\n}').taskGroups[0]?.tasks[0]?.volumeMounts[0],
    { volume: 'v', destination: '/d', readOnly: false, propagationMode: 'private' },
  ],
  [
    'device',
    () => inTask('resources {\n device "gpu" {}\n}').taskGroups[0]?.tasks[0]?.resources.devices[0],
    { name: 'gpu', count: 1, constraints: [], affinities: [] },
  ],
  [
    'vault',
    () => inTask('vault {}').taskGroups[0]?.tasks[0]?.kept['vault'],
    {
      policies: [],
      cluster: 'default',
      env: true,
      disableFile: false,
      changeMode: 'restart',
      allowTokenExpiration: false,
    },
  ],
  ['consul', () => inGroup('consul {}').taskGroups[0]?.kept['consul'], { cluster: 'default' }],
  [
    'identity',
    () => inTask('identity {}').taskGroups[0]?.tasks[0]?.kept['identity'],
    [{ name: 'default', audience: [], file: false, env: false, extraClaims: {} }],
  ],
  ['scaling', () => inGroup('scaling {\n min = 2\n max = 3\n}').taskGroups[0]?.count, 2],
  [
    'service with check_restart',
    () => inGroup('service {\n check_restart {}\n}').taskGroups[0]?.kept['service'],
    [
      {
        addressMode: 'auto',
        provider: 'consul',
        cluster: 'default',
        tags: [],
        canaryTags: [],
        meta: {},
        canaryMeta: {},
        taggedAddresses: {},
        enableTagOverride: false,
        onUpdate: 'require_healthy',
        checks: [],
        checkRestart: { limit: 0, graceMs: 1_000, ignoreWarnings: false },
      },
    ],
  ],
  [
    'csi_plugin',
    () => inTask('csi_plugin {\n id = "x"\n type = "node"\n}').taskGroups[0]?.tasks[0]?.kept['csi_plugin'],
    { id: 'x', type: 'node', mountDir: '/csi', stagePublishBaseDir: '/local/csi', healthTimeoutMs: 30_000 },
  ],
  [
    'template',
    () => inTask('template {\n data = "x"\n destination = "y"\n}').taskGroups[0]?.tasks[0]?.kept['template'],
    [
      {
        data: 'x',
        destination: 'y',
        changeMode: 'restart',
        env: false,
        splayMs: 5_000,
        perms: '0644',
        leftDelimiter: '{{',
        rightDelimiter: '}}',
        errorOnMissingKey: false,
        once: false,
      },
    ],
  ],
  [
    'dispatch_payload',
    () => inTask('dispatch_payload {\n file = "f"\n}').taskGroups[0]?.tasks[0]?.dispatchPayloadFile,
    'f',
  ],
  [
    'cni args',
    () => inGroup('network {\n mode = "cni/x"\n cni {\n args = { A = "b" }\n }\n}').taskGroups[0]?.networks[0]?.cniArgs,
    { A: 'b' },
  ],
];

for (const [name, read, expected] of ROWS) {
  test(`${name} has its defaults`, (t) => {
    t.deepEqual(read(), expected);
  });
}

const CONSTRAINTS: readonly (readonly [string, object])[] = [
  ['operator = "=="\n attribute = "a"\n value = "b"', { attribute: 'a', operator: '=', value: 'b' }],
  ['operator = "not"\n attribute = "a"\n value = "b"', { attribute: 'a', operator: '!=', value: 'b' }],
  ['attribute = "a"\n regexp = "x.*"', { attribute: 'a', operator: 'regexp', value: 'x.*' }],
  ['attribute = "a"\n version = ">= 1"', { attribute: 'a', operator: 'version', value: '>= 1' }],
  ['attribute = "a"\n set_contains_all = "x,y"', { attribute: 'a', operator: 'set_contains', value: 'x,y' }],
  ['distinct_hosts = true', { attribute: '', operator: 'distinct_hosts', value: '' }],
  ['distinct_property = "${meta.rack}"', { attribute: '${meta.rack}', operator: 'distinct_property', value: '' }],
  ['operator = "is_set"\n attribute = "a"', { attribute: 'a', operator: 'is_set', value: '' }],
];

for (const [lines, expected] of CONSTRAINTS) {
  test(`a constraint with ${JSON.stringify(lines)} is brought to its one form`, (t) => {
    t.deepEqual(inGroup(`constraint {\n ${lines}\n}`).taskGroups[0]?.constraints[0], expected as never);
  });
}

test('groups take over update and reschedule of the job, tasks take over restart of the group', (t) => {
  const job = jobOf(`job "a" {
  update {
    max_parallel = 3
    stagger = "1m"
  }
  reschedule { delay = "1m" }
  group "g" {
    update { max_parallel = 2 }
    restart {
      attempts = 7
      mode = "delay"
    }
    task "t" {
      driver = "exec"
      restart { attempts = 9 }
    }
  }
}`);
  t.like(job.taskGroups[0]?.update, { maxParallel: 2, staggerMs: 60_000, minHealthyTimeMs: 10_000 });
  t.like(job.taskGroups[0]?.reschedule, { delayMs: 60_000, unlimited: true });
  t.like(job.taskGroups[0]?.tasks[0]?.restart, { attempts: 9, mode: 'delay' });
});

test('completing a complete job changes nothing', (t) => {
  for (const type of ['service', 'batch']) t.deepEqual(canonicalizeJob(ofType(type)), ofType(type));
});
