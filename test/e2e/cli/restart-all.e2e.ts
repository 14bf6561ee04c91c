// `alloc restart -all-tasks` on the real agent: tasks that have ended run again too, in the order of the group.

import test from 'ava';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';

let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent();
});
test.after.always(() => agent?.close());

const task = (name: string, lifecycle: string, then: string) => `    task "${name}" {
      driver = "exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "echo ${name} begins >> /alloc/data/order; ${then}"]
      }
      kill_timeout = "2s"
${lifecycle}
      resources {
        cpu    = 20
        memory = 20
      }
    }
`;
const hook = (name: string, sidecar = false) =>
  `      lifecycle {\n        hook    = "${name}"\n        sidecar = ${sidecar}\n      }`;
const job = `job "again" {
  group "g" {
    update {
      min_healthy_time = "0s"
    }
${task('first', hook('prestart'), 'sleep 0.3; echo first ends >> /alloc/data/order')}
${task('beside', hook('prestart', true), 'exec sleep 1000')}
${task('main', '', 'exec sleep 1000')}
${task('last', hook('poststop'), 'true')}
  }
}
`;

const allocation = async () => {
  const { value } = await agent.api.jobs.allocations('again');
  const found = value.find(({ ClientStatus }) => ClientStatus === 'running');
  if (found === undefined) throw new Error('no allocation of the job runs');
  return (await agent.api.allocations.read(found.ID)).value;
};
const order = async (id: string) =>
  (await agent.orch(['alloc', 'fs', id, 'alloc/data/order'])).stdout.split('\n').filter(Boolean);

test.serial('alloc restart -all-tasks runs a completed prestart task again, before the main task', async (t) => {
  const run = await agent.orch(['job', 'run', await agent.file('again.nomad.hcl', job)]);
  t.is(run.exitCode, 0, run.text);
  const before = await allocation();
  t.is(before.TaskStates?.['first']?.State, 'dead');
  const once = await order(before.ID);
  t.is(once.at(-1), 'main begins');

  const plain = await agent.orch(['alloc', 'restart', before.ID, 'first']);
  t.not(plain.exitCode, 0);
  t.regex(plain.text, /the task "first" is not running/);
  const both = await agent.orch(['alloc', 'restart', '-all-tasks', before.ID, 'main']);
  t.not(both.exitCode, 0);
  t.regex(both.text, /restarts every task, so name none/);

  const all = await agent.orch(['alloc', 'restart', '-all-tasks', before.ID]);
  t.is(all.exitCode, 0, all.text);
  const after = await until('every task to have been restarted', 20_000, async () => {
    const now = await allocation();
    const states = ['beside', 'main'].map((name) => now.TaskStates?.[name]);
    const up = states.every((state) => state?.State === 'running' && state.Restarts === 1);
    return up && now.TaskStates?.['first']?.State === 'dead' ? now : undefined;
  });
  t.is(after.ID, before.ID);
  t.is(after.TaskStates?.['first']?.Restarts, 1);
  t.false(after.TaskStates?.['first']?.Failed ?? true);
  t.is(after.TaskStates?.['last']?.State, 'pending');
  t.regex(JSON.stringify(after.TaskStates?.['first']?.Events), /Restart Signaled/);
  const twice = (await order(before.ID)).slice(once.length);
  t.deepEqual(twice.toSorted(), once.toSorted());
  t.true(twice.indexOf('first ends') < twice.indexOf('main begins'), twice.join(', '));
  t.true(twice.indexOf('beside begins') < twice.indexOf('main begins'), twice.join(', '));

  t.is((await agent.orch(['job', 'stop', 'again'])).exitCode, 0);
  await until('the allocation to have ended', 20_000, async () => {
    const { value } = await agent.api.allocations.read(before.ID);
    return value.ClientStatus === 'complete';
  });
  const ended = await agent.orch(['alloc', 'restart', '-all-tasks', before.ID]);
  t.not(ended.exitCode, 0);
  t.regex(ended.text, /the allocation is complete, not running/);
  t.is((await order(before.ID)).at(-1), 'last begins');
});
