// kill -9 of the agent with containers and JVMs running: they are the same ones afterwards, and what ended meanwhile is known.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';
import {
  agentConfig,
  allocation,
  closeAgent,
  kernelLeftovers,
  type OwnImage,
  type OwnJar,
  ownImage,
  ownJar,
  quick,
  submit,
} from './agent-kit.ts';

let agent: DevAgent;
let image: OwnImage;
let jar: OwnJar;
const mark = `orch-mark-${randomBytes(4).toString('hex')}`;

const program = `
import java.nio.file.*;
public final class Probe {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("count")) for (int i = 0; ; i++) { System.out.println("line " + i); Thread.sleep(50); }
    Path ran = Path.of(System.getenv("NOMAD_TASK_DIR"), "ran");
    if (Files.exists(ran)) Thread.sleep(1000000);
    Files.createFile(ran);
    Thread.sleep(4000);
    System.exit(7);
  }
}`;
const count = 'i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done';
/** Ends with 7 after four seconds the first time, and runs on the second time. */
const once = 'test -e $NOMAD_TASK_DIR/ran && exec sleep 100000; echo > $NOMAD_TASK_DIR/ran; sleep 4; exit 7';

test.before(async () => {
  image = ownImage();
  jar = ownJar(program);
  agent = await startDevAgent({ config: agentConfig() });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
  jar?.remove();
});

function job(id: string, what: 'count' | 'once'): string {
  const task = (name: string, driver: string, config: string, memory: number, more = '') =>
    `    task "${name}" {
      driver       = "${driver}"
      kill_timeout = "1s"
      config {
${config}
      }
${more}      resources {
        cpu    = 50
        memory = ${memory}
      }
    }
`;
  return `job "${id}" {
  group "g" {
${quick}    network {
      mode = "bridge"
    }
    restart {
      attempts = 1
      interval = "10m"
      delay    = "0s"
      mode     = "fail"
    }
${task('box', 'docker', `image = "${image.name}"\ncommand = "sh"\nargs = ["-c", "${what === 'count' ? count : once}"]`, 20)}
${task('jar', 'java', `jar_path = "local/probe.jar"\njvm_options = ["-Xmx32m", "-D${mark}=${id}"]\nargs = ["${what}"]`, 128, `      artifact {\n        source = "${jar.path}"\n      }\n`)}  }
}
`;
}

const containers = () =>
  execFileSync('docker', ['ps', '-q', '--no-trunc', '--filter', `ancestor=${image.name}`], { encoding: 'utf8' })
    .split('\n')
    .filter((id) => id !== '')
    .sort();

/** Process ids of the job's JVMs, as the node sees them, with their start times. */
function machines(id: string): readonly string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(`-D${mark}=${id}`)) return [];
        const started = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[19];
        return [`${pid} since ${started}`];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

const numbersOf = async (id: string, task: string) =>
  [...(await agent.orch(['alloc', 'logs', id, task])).stdout.matchAll(/^line (\d+)$/gm)].map((found) =>
    Number(found[1]),
  );

test.serial(
  'containers and JVMs are the same ones after kill -9 of the agent, and their logs have no gap',
  async (t) => {
    for (const [id, what] of [
      ['steady', 'count'],
      ['ends', 'once'],
    ] as const) {
      const run = await submit(agent, job(id, what), '-detach');
      t.is(run.exitCode, 0, run.text);
    }
    const [steady, ends] = [await allocation(agent, 'steady', 'running'), await allocation(agent, 'ends', 'running')];
    const bothRun = async (id: string) => {
      const states = (await agent.api.allocations.read(id)).value.TaskStates ?? {};
      return ['box', 'jar'].every((name) => states[name]?.State === 'running') ? states : undefined;
    };
    for (const { ID: id } of [steady, ends]) await until('both tasks to run', 20_000, () => bothRun(id));
    const before = { containers: containers(), jvm: machines('steady') };
    t.is(before.containers.length, 2);
    t.is(before.jvm.length, 1);
    await agent.end('SIGKILL');
    const seen = { at: Date.now() };
    await until(
      'both short tasks to end without the agent',
      20_000,
      async () => containers().length === 1 && machines('ends').length === 0,
    );
    t.true(Date.now() - seen.at > 1_000, 'they ended while nobody looked');
    const meanwhile = { containers: containers(), jvm: machines('steady') };
    await agent.again();

    const states = await until('the short tasks to be seen and started again', 20_000, async () => {
      const now = await bothRun(ends.ID);
      return now?.['box']?.Restarts === 1 && now['jar']?.Restarts === 1 ? now : undefined;
    });
    for (const name of ['box', 'jar'])
      t.regex(JSON.stringify(states[name]?.Events), /Exit Code: 7/, `${name}: how it ended is known`);
    t.is(containers().length, 2, 'one container each');
    t.is(machines('ends').length, 1);

    t.deepEqual(meanwhile.jvm, before.jvm);
    t.deepEqual(machines('steady'), before.jvm, 'the same JVM');
    t.true(before.containers.includes(meanwhile.containers[0] ?? ''));
    t.true(containers().includes(meanwhile.containers[0] ?? ''), 'the same container');
    const { value } = await agent.api.allocations.read(steady.ID);
    t.is(value.ClientStatus, 'running');
    t.deepEqual(
      (await agent.api.jobs.allocations('steady')).value.map(({ ID }) => ID),
      [steady.ID],
      'nothing was replaced',
    );
    for (const name of ['box', 'jar']) {
      t.is(value.TaskStates?.[name]?.Restarts, 0);
      const last = (await numbersOf(steady.ID, name)).at(-1) ?? 0;
      const numbers = await until('the log to go on', 10_000, async () => {
        const found = await numbersOf(steady.ID, name);
        return found.length > last + 10 ? found : undefined;
      });
      t.true(numbers.length > 60, `${name}: ${numbers.length} lines over the agent's absence`);
      t.deepEqual(
        numbers,
        numbers.map((_, index) => index),
        `${name}: every line once, in order`,
      );
    }
    for (const id of ['steady', 'ends']) t.is((await agent.orch(['job', 'stop', '--purge', id])).exitCode, 0);
    t.deepEqual([containers(), machines('steady'), machines('ends')], [[], [], []]);
    t.deepEqual(
      kernelLeftovers().filter((line) => /-[0-9a-f]{8}-/.test(line)),
      [],
      'no namespace of a group',
    );
  },
);

test.serial('killed again and again while tasks start, the agent ends up with one of each', async (t) => {
  const run = await submit(agent, job('restless', 'count'), '-detach');
  t.is(run.exitCode, 0, run.text);
  for (const pause of [150, 400, 900]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await agent.end('SIGKILL');
    await agent.again();
  }
  const { ID: id } = await allocation(agent, 'restless', 'running');
  await until('both tasks to run', 20_000, async () => {
    const states = (await agent.api.allocations.read(id)).value.TaskStates ?? {};
    return ['box', 'jar'].every((name) => states[name]?.State === 'running');
  });
  t.is(containers().length, 1);
  t.is(machines('restless').length, 1);
  const states = (await agent.api.allocations.read(id)).value.TaskStates ?? {};
  t.deepEqual([states['box']?.Restarts, states['jar']?.Restarts], [0, 0]);
  t.is((await agent.orch(['job', 'stop', '--purge', 'restless'])).exitCode, 0);
  t.deepEqual([containers(), machines('restless')], [[], []]);
});

test.serial('killed while it finds out what the machine can do, the agent leaves no trial behind', async (t) => {
  const young = await startDevAgent();
  t.teardown(() => young.close());
  await young.end('SIGKILL');
  const named = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .flatMap((pid) => {
        try {
          const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          return argv.includes(young.dataDir) ? [argv.replaceAll('\0', ' ')] : [];
        } catch {
          // It ended while we looked.
          return [];
        }
      });
  t.log(`at first: ${named().length} processes`);
  // A VM that tries KVM where KVM hangs would otherwise run for ever.
  await until('whatever it had started to be gone', 20_000, async () => {
    if (named().length === 0) return true;
    throw new Error(named().join('\n'));
  });
  t.pass();
});
