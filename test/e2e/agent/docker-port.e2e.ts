// A container with a static port: it answers, it is refused to a second job by name, and it is free after the stop.

import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { get, hostAddress } from '../network/network-rig.ts';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';
import {
  agentConfig,
  allocation,
  closeAgent,
  imagePage,
  kernelLeftovers,
  type OwnImage,
  ownImage,
  submit,
} from './agent-kit.ts';

let agent: DevAgent;
let image: OwnImage;

test.before(async () => {
  image = ownImage(['ENTRYPOINT ["httpd", "-f", "-h", "/www"]']);
  agent = await startDevAgent({ config: agentConfig() });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
});

function docs(id: string, port: number, mode: string, word = 'first'): string {
  return `job "${id}" {
  group "docs" {
    network {
${mode}      port "http" { static = ${port} }
    }
    update {
      min_healthy_time  = "1s"
      healthy_deadline  = "10s"
      progress_deadline = "15s"
    }
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "server" {
      driver       = "docker"
      kill_timeout = "1s"
      config {
        image = "${image.name}"
        ports = ["http"]
        args  = ["-p", "\${NOMAD_PORT_http}"]
      }
      env {
        WORD = "${word}"
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}
`;
}

const listen = (port: number) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '0.0.0.0', () => resolve(server));
  });
const close = (server: Server) => new Promise((resolve) => server.close(resolve));

/** Nobody listens on it, and no rule leads from it to anywhere. */
async function isFree(t: ExecutionContext, port: number, before: readonly string[]): Promise<void> {
  await close(await listen(port));
  t.deepEqual(kernelLeftovers(), before);
  const rules = `${execFileSync('iptables-save', { encoding: 'utf8' })}${execFileSync('/usr/sbin/nft', ['list', 'ruleset'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })}`;
  t.false(rules.includes(String(port)), 'no rule names the port');
}

for (const [what, mode, port, addresses] of [
  ["the node's network", '', 28_931, async () => [await hostAddress()]],
  ['a bridge', '      mode = "bridge"\n', 28_932, async () => [await hostAddress(), '127.0.0.1']],
] as const)
  test.serial(
    `static port in ${what}: it answers, is held against a second job, and passes on when it is free`,
    async (t) => {
      const before = kernelLeftovers();
      const first = await submit(agent, docs('docs', port, mode));
      t.is(first.exitCode, 0, first.text);
      t.regex(first.text, /successful: docs 1\/1 healthy/, 'placement and health are shown');
      for (const address of await addresses()) t.is(await get(`${address}:${port}`), imagePage, address);
      t.regex((await agent.orch(['job', 'status', 'docs'])).stdout, /running/);

      const second = await submit(agent, docs('late', port, mode));
      t.is(second.exitCode, 2, second.text);
      t.regex(second.text, new RegExp(`\\b${port}\\b`), 'the reason names the port');
      t.regex(second.text, /docs/, 'and who holds it');
      t.regex((await agent.orch(['job', 'explain', 'late'])).stdout, new RegExp(`\\b${port}\\b`));
      t.is((await agent.api.jobs.allocations('late')).value.length, 0, 'nothing was placed');
      t.is(await get(`${await hostAddress()}:${port}`), imagePage, 'the first is not disturbed');

      const changed = await submit(agent, docs('docs', port, mode, 'second'));
      t.is(changed.exitCode, 0, `its own successor waits for the port: ${changed.text}`);
      t.is((await allocation(agent, 'docs', 'running')).TaskStates?.['server']?.Restarts, 0);
      t.is(await get(`${await hostAddress()}:${port}`), imagePage);

      t.is((await agent.orch(['job', 'stop', '--purge', 'docs'])).exitCode, 0);
      await allocation(agent, 'late', 'running');
      t.is(
        await until('the second to answer', 5_000, async () => {
          const page = await get(`${await hostAddress()}:${port}`);
          return page.startsWith('curl') ? undefined : page;
        }),
        imagePage,
        'it waited, and was placed by itself',
      );
      t.is((await agent.orch(['job', 'stop', '--purge', 'late'])).exitCode, 0);
      await isFree(t, port, before);
    },
  );

test.serial('a port that a stranger on the node holds: the task says so and leaves nothing', async (t) => {
  const port = 28_933;
  const before = kernelLeftovers();
  const stranger = await listen(port);
  t.teardown(() => close(stranger));
  const run = await submit(agent, docs('taken', port, ''));
  t.is(run.exitCode, 1, run.text);
  const { ID: id } = await allocation(agent, 'taken', 'failed');
  const status = (await agent.orch(['alloc', 'status', id])).stdout;
  t.regex(status, new RegExp(`${port}.*in use`, 's'), status);
  t.notRegex(status, /HTTP code/, 'the engine is quoted once');
  t.is((await agent.orch(['job', 'stop', '--purge', 'taken'])).exitCode, 0);
  t.deepEqual(kernelLeftovers(), before);
  const containers = execFileSync('docker', ['ps', '-aq', '--filter', `ancestor=${image.name}`], { encoding: 'utf8' });
  t.is(containers, '', 'no container is left');
});

test.serial('a dev agent: the same job file answers on the loopback', async (t) => {
  const dev = await startDevAgent();
  t.teardown(() => dev.close());
  const port = 28_934;
  const run = await submit(dev, docs('docs', port, ''));
  t.is(run.exitCode, 0, run.text);
  t.is(await get(`127.0.0.1:${port}`), imagePage);
  t.is((await dev.orch(['job', 'stop', '--purge', 'docs'])).exitCode, 0);
  await close(await listen(port));
});

test.serial('a job file from before groups had networks runs as it is', async (t) => {
  const port = 28_935;
  const run = await submit(
    agent,
    `job "old" {
  group "web" {
    task "server" {
      driver = "docker"
      config {
        image = "${image.name}"
        args  = ["-p", "8080"]
        port_map {
          http = 8080
        }
      }
      resources {
        cpu    = 20
        memory = 20
        network {
          mbits = 10
          port "http" { static = ${port} }
        }
      }
    }
  }
}
`,
  );
  t.is(run.exitCode, 0, run.text);
  t.regex(run.text, /"network" is deprecated/);
  t.is(await get(`${await hostAddress()}:${port}`), imagePage);
  const { ID: id } = await allocation(agent, 'old', 'running');
  const env = await agent.orch(['alloc', 'exec', id, 'busybox', 'env']);
  t.regex(env.stdout, /^NOMAD_PORT_http=8080$/m);
  t.regex(env.stdout, new RegExp(`^NOMAD_HOST_PORT_http=${port}$`, 'm'));
  t.regex(env.stdout, new RegExp(`^NOMAD_ADDR_server_http=[0-9.]+:${port}$`, 'm'));
  t.is((await agent.orch(['job', 'stop', '--purge', 'old'])).exitCode, 0);
});

test.serial('tasks of such a job file may call their ports the same', async (t) => {
  const task = (name: string, port: number) => `
    task "${name}" {
      driver = "docker"
      config {
        image = "${image.name}"
        args  = ["-p", "80${port % 100}"]
        port_map {
          http = 80${port % 100}
        }
      }
      resources {
        cpu    = 20
        memory = 20
        network {
          port "http" { static = ${port} }
        }
      }
    }`;
  const run = await submit(agent, `job "two" {\n  group "web" {${task('a', 28_936)}${task('b', 28_937)}\n  }\n}\n`);
  t.is(run.exitCode, 0, run.text);
  const { ID: id } = await allocation(agent, 'two', 'running');
  for (const [name, port] of [
    ['a', 28_936],
    ['b', 28_937],
  ] as const) {
    t.is(await get(`${await hostAddress()}:${port}`), imagePage);
    const env = await agent.orch(['alloc', 'exec', '-task', name, id, 'busybox', 'env']);
    t.regex(env.stdout, new RegExp(`^NOMAD_HOST_PORT_http=${port}$`, 'm'));
    t.regex(env.stdout, new RegExp(`^NOMAD_PORT_http=80${port % 100}$`, 'm'));
    t.regex(env.stdout, /^NOMAD_ADDR_a_http=[0-9.]+:28936$/m);
    t.regex(env.stdout, /^NOMAD_ADDR_b_http=[0-9.]+:28937$/m);
  }
  t.is((await agent.orch(['job', 'stop', '--purge', 'two'])).exitCode, 0);
});
