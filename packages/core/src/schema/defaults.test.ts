// Canonical jobs as a whole: what implicit blocks are, what is taken over. Every field: language-table.test.ts.

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

const CONSTRAINTS: readonly (readonly [string, object])[] = [
  ['operator = "=="\n attribute = "a"\n value = "b"', { attribute: 'a', operator: '=', value: 'b' }],
  ['operator = "not"\n attribute = "a"\n value = "b"', { attribute: 'a', operator: '!=', value: 'b' }],
  ['attribute = "a"\n regexp = "x.*"', { attribute: 'a', operator: 'regexp', value: 'x.*' }],
  ['attribute = "a"\n version = ">= 1"', { attribute: 'a', operator: 'version', value: '>= 1' }],
  ['attribute = "a"\n set_contains_all = "x,y"', { attribute: 'a', operator: 'set_contains', value: 'x,y' }],
  ['distinct_hosts = true', { attribute: '', operator: 'distinct_hosts', value: 'true' }],
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
