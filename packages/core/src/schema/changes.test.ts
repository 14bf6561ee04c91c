// Differences of jobs: what a plan prints, and what replaces allocations.

import test from 'ava';
import { parseJob } from '../jobspec/index.ts';
import type { Job } from '../model/job.ts';
import { destructiveChanges } from './destructive.ts';
import { diffJobs } from './diff.ts';

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
  if (job === undefined) throw new Error(diagnostics[0]?.detail);
  return job;
}

function changesOf(from: string, to: string): string[] {
  const before = jobOf(BASE);
  const after = jobOf(BASE.replace(from, to));
  const [left, right] = [before.taskGroups[0], after.taskGroups[0]];
  if (left === undefined || right === undefined) throw new Error('no group');
  return destructiveChanges(left, right, { before: before.meta, after: after.meta });
}

const DESTRUCTIVE: readonly (readonly [string, string, string[]])[] = [
  ['command = "run"', 'command = "walk"', ['task["t"].config']],
  ['driver = "exec"', 'driver = "docker"', ['task["t"].driver']],
  ['A = "1"', 'A = "2"', ['task["t"].env']],
  ['cpu = 100', 'cpu = 200', ['task["t"].resources.cpu']],
  ['to = 80', 'to = 81', ['network[0].port']],
  ['team = "a"', 'team = "b"', ['meta']],
  ['network {', 'ephemeral_disk {\n size = 100\n }\n network {', ['ephemeral_disk.size']],
  ['group "g" {', 'group "g" {\n task "u" {\n driver = "exec"\n }', ['task["u"]']],
  ['task "t"', 'task "z"', ['task["z"]', 'task["t"]']],
  ['env {', 'artifact {\n source = "x"\n }\n env {', ['task["t"].artifact']],
  ['max_files = 2', 'disabled = true', ['task["t"].logs.disabled']],
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
  ['max_files = 2', 'max_files = 3'],
  ['count = 1', 'constraint {\n attribute = "a"\n value = "b"\n }'],
  ['count = 1', 'update {\n max_parallel = 4\n }'],
  ['count = 1', 'service {\n name = "x"\n }'],
];

for (const [from, to] of IN_PLACE) {
  test(`changing ${JSON.stringify(from)} to ${JSON.stringify(to)} is done in place`, (t) => {
    t.deepEqual(changesOf(from, to), []);
  });
}

test('a diff names edited fields, list elements, map members and objects as Nomad does', (t) => {
  const after = BASE.replace('count = 1', 'count = 3')
    .replace('A = "1"', 'B = "1"')
    .replace('args    = ["x"]', 'args = ["x", "y"]')
    .replace('cpu = 100', 'cpu = 150')
    .replace('kill_timeout = "5s"', 'kill_timeout = "7s"');
  const diff = diffJobs(jobOf(BASE), jobOf(after));
  t.deepEqual([diff.Type, diff.ID, diff.Fields, diff.Objects], ['Edited', 'a', [], []]);
  const [group] = diff.TaskGroups;
  t.deepEqual(group?.Fields, [{ Type: 'Edited', Name: 'Count', Old: '1', New: '3', Annotations: null }]);
  const [task] = group?.Tasks ?? [];
  t.deepEqual(
    task?.Fields.map((field) => [field.Type, field.Name, field.Old, field.New]),
    [
      ['Deleted', 'Env[A]', '1', ''],
      ['Added', 'Env[B]', '', '1'],
      ['Edited', 'KillTimeout', '5000000000', '7000000000'],
    ],
  );
  t.deepEqual(
    task?.Objects.map((object) => [
      object.Type,
      object.Name,
      object.Fields.map((field) => [field.Type, field.Name, field.New]),
    ]),
    [
      ['Edited', 'Config', [['Added', 'args[1]', 'y']]],
      ['Edited', 'Resources', [['Edited', 'CPU', '150']]],
    ],
  );
});

test('a new job is added, a missing one deleted, and so are groups and tasks', (t) => {
  t.is(diffJobs(undefined, jobOf(BASE)).Type, 'Added');
  t.is(diffJobs(jobOf(BASE), undefined).Type, 'Deleted');
  const more = diffJobs(
    jobOf(BASE),
    jobOf(BASE.replace('group "g" {', 'group "g" {\n task "u" {\n driver = "exec"\n }')),
  );
  t.deepEqual(
    more.TaskGroups[0]?.Tasks.map((task) => [task.Type, task.Name]),
    [['Added', 'u']],
  );
  const gone = diffJobs(jobOf(BASE.replace('group "g"', 'group "h"')), jobOf(BASE));
  t.deepEqual(
    gone.TaskGroups.map((group) => [group.Type, group.Name]),
    [
      ['Added', 'g'],
      ['Deleted', 'h'],
    ],
  );
});
