// What replaces allocations and what is told to them: rows, the whole schema, and the plans of a Nomad server.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { pairs } from '../../../../test/facts/diff/pairs.ts';
import { parseJob } from '../jobspec/index.ts';
import type { Job } from '../model/job.ts';
import { destructiveChanges, replacesAllocations } from './destructive.ts';
import { diffJobs } from './diff.ts';
import { annotateDiff } from './diff-annotate.ts';

const BASE = `job "a" {
  meta { team = "a" }
  group "g" {
    count = 1
    network {
      port "http" { to = 80 }
    }
    restart { attempts = 2 }
    task "t" {
      driver = "exec"
      config {
        command = "run"
        args    = ["x"]
      }
      env { A = "1" }
      kill_timeout = "5s"
      resources { cpu = 100 }
      logs { max_files = 2 }
    }
  }
}`;

function jobOf(text: string): Job {
  const { job, diagnostics } = parseJob(text, { fileName: 'x.hcl' });
  if (job === undefined) throw new Error(diagnostics.map(({ detail }) => detail).join('\n'));
  return job;
}

const changesOf = (from: string, to: string) =>
  destructiveChanges(jobOf(BASE), jobOf(BASE.replace(from, to)), 'g').map((path) => path.replace('group["g"].', ''));

const DESTRUCTIVE: readonly (readonly [string, string, string[]])[] = [
  ['command = "run"', 'command = "walk"', ['task["t"].config']],
  ['driver = "exec"', 'driver = "docker"', ['task["t"].driver']],
  ['A = "1"', 'A = "2"', ['task["t"].env']],
  ['cpu = 100', 'cpu = 200', ['task["t"].resources.cpu']],
  ['to = 80', 'to = 81', ['network[0].port["http"].to']],
  ['to = 80', 'static = 80', ['network[0].port["http"]']],
  ['port "http" { to = 80 }', 'port "web" { to = 80 }', ['network[0].port["web"]', 'network[0].port["http"]']],
  ['port "http" { to = 80 }', 'port "http" { to = 80 }\n port "b" {}', ['network[0].port["b"]']],
  ['network {\n      port "http" { to = 80 }\n    }', '', ['network[0]']],
  ['team = "a"', 'team = "b"', ['meta']],
  ['count = 1', 'meta {\n a = "b"\n }', ['meta']],
  ['network {', 'ephemeral_disk {\n size = 100\n }\n network {', ['ephemeral_disk.size']],
  [
    'restart { attempts = 2 }',
    'restart {\n attempts = 2\n render_templates = true\n}',
    ['restart.render_templates', 'task["t"].restart.render_templates'],
  ],
  ['group "g" {', 'group "g" {\n task "u" {\n driver = "exec"\n }', ['task["u"]']],
  ['task "t"', 'task "z"', ['task["z"]', 'task["t"]']],
  ['env {', 'artifact {\n source = "x"\n }\n env {', ['task["t"].artifact']],
  ['env {', 'template {\n data = "x"\n destination = "local/x"\n }\n env {', ['task["t"].template']],
  ['max_files = 2', 'disabled = true', ['task["t"].logs.disabled']],
  ['group "g"', 'group "h"', ['group["g"]']],
];

for (const [from, to, paths] of DESTRUCTIVE) {
  test(`changing ${JSON.stringify(from)} to ${JSON.stringify(to)} replaces allocations`, (t) => {
    t.deepEqual(changesOf(from, to), paths);
  });
}

const IN_PLACE: readonly (readonly [string, string])[] = [
  ['count = 1', 'count = 5'],
  ['attempts = 2', 'attempts = 4'],
  ['kill_timeout = "5s"', 'kill_timeout = "9s"'],
  ['env {', 'leader = true\n env {'],
  ['max_files = 2', 'max_files = 3'],
  ['count = 1', 'constraint {\n attribute = "a"\n value = "b"\n }'],
  ['count = 1', 'update {\n max_parallel = 4\n }'],
  ['count = 1', 'service {\n name = "x"\n provider = "nomad"\n port = "http"\n }'],
  ['port "http" { to = 80 }', 'port "http" {\n to = 80\n ignore_collision = true\n}'],
  ['meta { team = "a" }', 'priority = 70\n meta { team = "a" }'],
];

for (const [from, to] of IN_PLACE) {
  test(`changing ${JSON.stringify(from)} to ${JSON.stringify(to)} is done in place`, (t) => {
    t.deepEqual(changesOf(from, to), []);
  });
}

test('metadata that moves from the job to its group and says the same is done in place', (t) => {
  const moved = BASE.replace('meta { team = "a" }', '').replace('count = 1', 'meta { team = "a" }');
  t.deepEqual(destructiveChanges(jobOf(BASE), jobOf(moved), 'g'), []);
});

test('two services of one name are each compared with themselves', (t) => {
  const service = (port: string) =>
    `service {\n name = "x"\n port = "${port}"\n task = "t"\n connect {\n native = true\n }\n }\n`;
  const withServices = jobOf(BASE.replace('count = 1', `count = 1\n${service('http')}${service('80')}`));
  t.deepEqual(destructiveChanges(withServices, structuredClone(withServices), 'g'), []);
});

test('a version stored before a field existed ran with its default', (t) => {
  const job = jobOf(BASE);
  const [group] = job.taskGroups;
  const { chown: _new, ...disk } = { ...group?.ephemeralDisk, chown: false };
  const { sticky: _sticky, migrate: _migrate, ...old } = disk as Record<string, unknown>;
  const stored = { ...job, taskGroups: [{ ...group, ephemeralDisk: old }] } as unknown as Job;
  t.deepEqual(destructiveChanges(stored, job, 'g'), []);
});

test('the answer about two versions is found once, and the same version is not looked at', (t) => {
  let looks = 0;
  const counted = (job: Job) =>
    new Proxy(job, {
      get(target, key) {
        if (key === 'taskGroups') looks += 1;
        return Reflect.get(target, key);
      },
    });
  const [before, after] = [counted(jobOf(BASE)), counted(jobOf(BASE.replace('"run"', '"walk"')))];
  t.false(replacesAllocations(before, before, 'g'));
  t.is(looks, 0);
  t.true(replacesAllocations(before, after, 'g'));
  const first = looks;
  t.true(first > 0);
  t.true(replacesAllocations(before, after, 'g'));
  t.is(looks, first);
  t.true(replacesAllocations(after, before, 'g'));
  t.true(looks > first);
});

interface Fact {
  readonly name: string;
  readonly allocations: number;
  readonly updates: Readonly<Record<string, { readonly DestructiveUpdate: number; readonly InPlaceUpdate: number }>>;
  readonly diff: {
    readonly TaskGroups: readonly {
      readonly Name: string;
      readonly Tasks: readonly { readonly Name: string; readonly Annotations: readonly string[] | null }[];
    }[];
  };
}

const lines = readFileSync(new URL('../../../../test/facts/diff/peer.jsonl', import.meta.url), 'utf8').trim();
const facts = new Map(lines.split('\n').map((line) => [(JSON.parse(line) as Fact).name, JSON.parse(line) as Fact]));

/** Where the answers are not the peer's; docs/differences/diff.md says why. */
const otherwise: Readonly<Record<string, string>> = {
  'job: datacenters replaced': 'not the change replaces them, but that the node does not fit any more',
  'task: lifecycle': 'a running task cannot become one that runs before the others',
  'task: lifecycle sidecar': 'as before',
  'task: consul': 'the free edition has no namespaces of Consul',
};

for (const { name, before, after } of pairs) {
  const fact = facts.get(name);
  const counts = fact?.updates?.['g'];
  if (fact === undefined || counts === undefined || fact.allocations === 0) continue;
  if (counts.DestructiveUpdate + counts.InPlaceUpdate === 0) continue;
  test(`replaced or told as by the peer: ${name}`, (t) => {
    const ours = replacesAllocations(jobOf(before), jobOf(after), 'g');
    t.is(ours !== name in otherwise, counts.DestructiveUpdate > 0);
  });
}

/** Tasks whose annotation by the peer is not what its own counts say: it guesses from the names of fields. */
const guessed = [
  ...['group: restart render_templates', 'task: restart render_templates', 'task: leader', 'task: log sizes'],
  ...['task: kill_signal and shutdown_delay', 'task: action', 'task: lifecycle', 'task: lifecycle sidecar'],
  'task: csi_plugin',
];

for (const { name, before, after } of pairs) {
  const fact = facts.get(name);
  if (fact === undefined || /periodic|parameterized|dispatch/.test(name)) continue;
  test(`tasks are annotated as by the peer: ${name}`, (t) => {
    const [old, next] = [jobOf(before), jobOf(after)];
    const ours = annotateDiff(diffJobs(old, next), old, next, {});
    const own = ours.TaskGroups.flatMap((group) =>
      group.Tasks.map((task) => [group.Name, task.Name, task.Annotations]),
    );
    const peer = fact.diff.TaskGroups.flatMap(({ Name, Tasks }) =>
      Tasks.filter((task) => !task.Name.startsWith('connect-proxy-')).map((task) => [
        Name,
        task.Name,
        task.Annotations,
      ]),
    );
    if (guessed.includes(name)) t.notDeepEqual(own, peer);
    else t.deepEqual(own, peer);
  });
}

test('a count that goes up or down says so, and counts of updates go to their groups', (t) => {
  const [old, next] = [jobOf(BASE), jobOf(BASE.replace('count = 1', 'count = 3'))];
  const counts = {
    ignore: 0,
    place: 2,
    stop: 0,
    migrate: 0,
    canary: 0,
    inPlaceUpdate: 1,
    destructiveUpdate: 0,
    preemptions: 0,
    rescheduleNow: 0,
    rescheduleLater: 0,
  };
  const up = annotateDiff(diffJobs(old, next), old, next, { g: counts }).TaskGroups[0];
  t.deepEqual(up?.Fields[0]?.Annotations, ['forces create']);
  t.deepEqual(up?.Updates, { create: 2, 'in-place update': 1 });
  const down = annotateDiff(diffJobs(next, old), next, old, {}).TaskGroups[0];
  t.deepEqual(down?.Fields[0]?.Annotations, ['forces destroy']);
  t.is(down?.Updates, null);
});
