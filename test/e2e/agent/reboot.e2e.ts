// A reboot of the machine as the agent meets it: its records are of another boot and nothing of what they name exists.
//
// The machine cannot be rebooted under the test. So all a reboot takes away is really taken away while the agent is down
// (processes, containers' processes, namespaces, devices, rules, mounts, what is kept in memory), and the agent's own
// records, which do survive a reboot, are made to be of another boot than the present one.

import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RecordLog } from '@orch/core/client/store/record-log';
import { volatileStateDir } from '@orch/executor';
import test from 'ava';
import { get } from '../network/network-rig.ts';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';
import {
  agentConfig,
  allocation,
  bridgePrefix,
  closeAgent,
  imagePage,
  kernelLeftovers,
  kernelWord,
  type OwnImage,
  ownImage,
  quick,
  submit,
} from './agent-kit.ts';

let agent: DevAgent;
let image: OwnImage;
const mark = `orch-mark-${randomBytes(4).toString('hex')}`;

test.before(async () => {
  image = ownImage();
  agent = await startDevAgent({ config: agentConfig() });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
});

const shell = (name: string) =>
  `command = "/bin/sh"\nargs = ["-c", "echo up; while :; do sleep 1; done", "${mark}-${name}"]`;
const task = (name: string, driver: string, config: string) => `    task "${name}" {
      driver       = "${driver}"
      kill_timeout = "1s"
      config {
${config}
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
`;
const noRetry = (reschedule: string) => `    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
${reschedule}
    }
`;
function jobFiles(): Readonly<Record<string, string>> {
  return {
    mixed: `job "mixed" {
  group "g" {
${quick}    network {
      mode = "bridge"
      port "web" {
        static = 28941
        to     = 80
      }
    }
    restart {
      attempts = 2
      delay    = "1s"
      mode     = "fail"
    }
${task('plain', 'exec', shell('mixed-plain'))}${task('bare', 'raw_exec', shell('mixed-bare'))}${task('box', 'docker', `image = "${image.name}"\ncommand = "httpd"\nargs = ["-f", "-p", "80", "-h", "/www"]`)}  }
}
`,
    moved: `job "moved" {\n  group "g" {\n${quick}${noRetry('      delay = "5s"\n      delay_function = "constant"\n      unlimited = true')}${task('t', 'exec', shell('moved'))}  }\n}\n`,
    over: `job "over" {\n  type = "batch"\n  group "g" {\n${noRetry('      attempts = 0\n      unlimited = false')}${task('t', 'exec', shell('over'))}  }\n}\n`,
  };
}

const containers = (...flags: string[]) =>
  execFileSync('docker', ['ps', '-q', '--no-trunc', ...flags, '--filter', `ancestor=${image.name}`], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((id) => id !== '');

/** Main processes of the tasks with this name; a copy of the shell that is about to be its `sleep` is not one. */
function processes(name: string): readonly string[] {
  const found = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[1] ?? '';
      if (argv[0] === '/bin/sh' && argv.includes(`${mark}-${name}`)) found.set(pid, parent);
    } catch {
      // It ended while we looked.
    }
  }
  return [...found].filter(([, parent]) => !found.has(parent)).map(([pid]) => pid);
}

/** Every process in the agent's control groups: tasks and those that look after them. */
function agentProcesses(): readonly number[] {
  return readdirSync('/sys/fs/cgroup').flatMap((hierarchy) => {
    const own = join('/sys/fs/cgroup', hierarchy, kernelWord);
    if (!existsSync(own)) return [];
    return readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'cgroup.procs')
      .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
      .filter((pid) => pid !== '')
      .map(Number);
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const quiet = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' });

/** Takes away what does not survive a reboot. */
async function takeAway(): Promise<void> {
  await until('all processes to be gone', 10_000, async () => {
    const left = agentProcesses();
    for (const pid of left) killIfThere(pid);
    return left.length === 0;
  });
  for (const id of containers()) quiet('docker', 'kill', id);
  for (const line of kernelLeftovers()) {
    const namespace = /^(\S+-[0-9a-f-]{36})(?: \(id: \d+\))?$/.exec(line)?.[1];
    if (namespace !== undefined) quiet('ip', 'netns', 'delete', namespace);
    const table = /^table (\S+) (\S+)$/.exec(line);
    if (table !== null) quiet('/usr/sbin/nft', 'delete', 'table', table[1] ?? '', table[2] ?? '');
  }
  quiet('ip', 'link', 'delete', `${kernelWord}0`);
  const rules = quiet('iptables-save', '-t', 'filter').split('\n');
  const ours = rules.filter((rule) => rule.startsWith('-A') && kernelLeftovers().includes(rule));
  for (const rule of ours) quiet('sh', '-c', `iptables ${rule.replace('-A', '-D')}`);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const points = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(agent.dataDir));
  for (const point of points.reverse()) quiet('umount', '-l', point);
  rmSync(volatileStateDir(agent.dataDir), { recursive: true, force: true });
}

/** Makes the records of the node those of an earlier boot. */
async function ageRecords(): Promise<number> {
  const present = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const earlier = randomUUID();
  const log = new RecordLog(join(agent.dataDir, 'client/state.log'));
  const { records } = await log.open();
  const dated = [...records].filter(([, text]) => text.includes(present));
  for (const [key, text] of dated) await log.put(key, text.replaceAll(present, earlier));
  await log.close();
  return dated.length;
}

const eventsOf = async (id: string, name: string) =>
  JSON.stringify((await agent.api.allocations.read(id)).value.TaskStates?.[name]?.Events);

test.serial('after a reboot tasks are lost, restarted or replaced by policy, and nothing runs twice', async (t) => {
  for (const text of Object.values(jobFiles())) {
    const run = await submit(agent, text, '-detach');
    t.is(run.exitCode, 0, run.text);
  }
  const before: Record<string, string> = {};
  for (const id of ['mixed', 'moved', 'over']) before[id] = (await allocation(agent, id, 'running')).ID;
  const names = ['mixed-plain', 'mixed-bare', 'moved', 'over'];
  await until('all tasks to run', 20_000, async () => {
    const { value } = await agent.api.allocations.read(before['mixed'] ?? '');
    return ['plain', 'bare', 'box'].every((name) => value.TaskStates?.[name]?.State === 'running');
  });
  for (const name of names) t.is(processes(name).length, 1, name);
  const [container] = containers();
  const pids = names.map((name) => processes(name)[0]);

  await agent.end('SIGKILL');
  await takeAway();
  t.deepEqual(names.flatMap(processes), []);
  t.deepEqual(containers(), []);
  t.true((await ageRecords()) >= 3, 'the records of three allocations were of this boot');
  await agent.again();

  await until('the mixed group to run again', 30_000, async () => {
    const { value } = await agent.api.allocations.read(before['mixed'] ?? '');
    const states = ['plain', 'bare', 'box'].map((name) => value.TaskStates?.[name]);
    if (states.every((state) => state?.State === 'running' && state.Restarts === 1)) return true;
    throw new Error(JSON.stringify(states.map((state) => state?.Events.map(({ DisplayMessage }) => DisplayMessage))));
  });
  t.deepEqual(
    (await agent.api.jobs.allocations('mixed')).value.map(({ ID }) => ID),
    [before['mixed']],
    'restarted where it was',
  );
  for (const name of ['plain', 'bare', 'box'])
    t.regex(await eventsOf(before['mixed'] ?? '', name), /the machine was restarted/, name);
  t.is((await get('127.0.0.1:28941')).trim(), imagePage, 'its network and its port are there again');

  const moved = await until('the replacement of a task without restarts', 30_000, async () => {
    const { value } = await agent.api.jobs.allocations('moved');
    return value.find(({ ID, ClientStatus }) => ID !== before['moved'] && ClientStatus === 'running');
  });
  t.truthy(moved);
  const over = (await agent.api.allocations.read(before['over'] ?? '')).value;
  t.is(over.ClientStatus, 'failed', 'an end that nobody saw is no success');
  t.regex(await eventsOf(over.ID, 't'), /the machine was restarted/);
  t.is((await agent.api.jobs.allocations('over')).value.length, 1, 'its policy allows nothing more');

  for (const name of ['mixed-plain', 'mixed-bare', 'moved']) t.is(processes(name).length, 1, name);
  t.deepEqual(processes('over'), []);
  t.is(containers().length, 1);
  t.is(containers('-a').length, 1, 'the container of the earlier boot is removed');
  t.not(containers()[0], container);
  t.false(names.some((name) => processes(name).some((pid) => pids.includes(pid))));

  for (const id of ['mixed', 'moved', 'over']) t.is((await agent.orch(['job', 'stop', '--purge', id])).exitCode, 0);
  t.deepEqual([...names.flatMap(processes), ...containers('-a')], []);
  t.deepEqual(
    kernelLeftovers().filter(
      (line) => (/-[0-9a-f]{8}-/.test(line) || line.includes(bridgePrefix)) && !line.includes(`${kernelWord}0`),
    ),
    [],
  );
});
