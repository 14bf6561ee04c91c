// The variables a task sees and the references in its block, for each driver, in the group's network and in the node's.

import { statSync } from 'node:fs';
import { hostname, release } from 'node:os';
import test from 'ava';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';
import {
  agentConfig,
  allocation,
  bridgePrefix,
  closeAgent,
  type OwnImage,
  type OwnJar,
  ownImage,
  ownJar,
  submit,
} from './agent-kit.ts';

let agent: DevAgent;
let image: OwnImage;
let jar: OwnJar;

/** Prints what the two shell tasks print: the variables, one `dir=` line per directory that is there, the arguments. */
const program = `
import java.nio.file.*;
import java.util.*;
public final class Probe {
  public static void main(String[] args) throws Exception {
    System.getenv().forEach((key, value) -> System.out.println(key + "=" + value));
    for (String name : List.of("ALLOC", "TASK", "SECRETS")) {
      Path directory = Path.of(System.getenv("NOMAD_" + name + "_DIR"));
      Files.writeString(directory.resolve(System.getenv("NOMAD_TASK_NAME")), "written");
      System.out.println("dir=" + directory);
    }
    for (String arg : args) System.out.println("arg=" + arg);
  }
}`;
const script = [
  "tr '\\\\0' '\\\\n' < /proc/$$/environ",
  'for d in \\"$NOMAD_ALLOC_DIR\\" \\"$NOMAD_TASK_DIR\\" \\"$NOMAD_SECRETS_DIR\\"; do echo written > \\"$d/$NOMAD_TASK_NAME\\" && echo \\"dir=$d\\"; done',
  'for a in \\"$@\\"; do echo \\"arg=$a\\"; done',
].join('; ');

test.before(async () => {
  process.env['MACHINE_WORD'] = 'of ${NOMAD_TASK_NAME}';
  process.env['MACHINE_TOKEN'] = 'not for tasks';
  image = ownImage();
  jar = ownJar(program);
  agent = await startDevAgent({
    config: `region = "north"
datacenter = "cellar"
${agentConfig({ client: '  node_class = "small"\n  meta = {\n    rack = "r7"\n    "odd-key.x" = "odd"\n  }' })}`,
  });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
  jar?.remove();
});

const references = [
  '${node.unique.id}',
  '${node.unique.name}',
  '${node.datacenter}',
  '${node.class}',
  '${node.region}',
  '${attr.kernel.name}',
  '${attr.kernel.version}',
  '${meta.rack}',
  '${meta["odd-key.x"]}',
  '${env["OWN"]}',
  '${OWN}',
  '${NOMAD_JOB_ID}/${NOMAD_TASK_NAME}',
  '${NOMAD_ADDR_fixed}',
  '${env["NOMAD_PORT_free"]}',
  '${NOMAD_META_COLOUR}',
  '${NOMAD_TASK_DIR}/x ${env["NOMAD_ALLOC_DIR"]}/y ${NOMAD_SECRETS_DIR}',
  // Escaped in the file, these reach the node as templates of their own.
  '$${upper(NOMAD_TASK_NAME)}',
  '$${NOMAD_ALLOC_INDEX + 1 == 1 ? meta.rack : node.class}',
  '$$${no.such.thing}',
];
const args = (before: readonly string[]) =>
  `args = [${[...before.map((text) => `"${text}"`), ...references.map((text) => `"${text}"`)].join(', ')}]`;

const body = (cpu: number, memory: number) => `      artifact {
        source = "${jar.path}"
      }
      artifact {
        source      = "${jar.path}"
        mode        = "file"
        destination = "\${NOMAD_TASK_DIR}/\${node.class}/\${NOMAD_META_colour}.jar"
      }
      artifact {
        source      = "${jar.path}"
        mode        = "file"
        destination = "\${NOMAD_ALLOC_DIR}/data/\${NOMAD_TASK_NAME}.jar"
      }
      env {
        OWN        = "o-\${NOMAD_ALLOC_INDEX}"
        WHERE      = "\${node.datacenter} \${attr.kernel.name} \${meta.rack}"
        MY_HOST    = "\${NOMAD_HOST_PORT_free}"
        EMPTY      = ""
      }
      meta = {
        colour = "task"
        "dashed-name.dot" = "kept dots"
      }
      resources {
        cpu    = ${cpu}
        memory = ${memory}
      }
`;
const task = (name: string, driver: string, config: string, cpu: number, memory: number) =>
  `    task "${name}" {\n      driver = "${driver}"\n      config {\n${config}\n      }\n${body(cpu, memory)}    }\n`;
const shell = () => `command = "/bin/sh"\n${args(['-c', script, 'sh'])}`;

function jobFile(id: string, network: string, tasks: readonly string[]): string {
  return `job "${id}" {
  name = "${id} by name"
  region = "north"
  datacenters = ["cellar"]
  type = "batch"
  meta {
    colour = "job"
    level  = "job"
  }
  group "many" {
    meta {
      colour = "group"
      floor  = "group"
    }
    restart {
      attempts = 0
    }
    network {
${network}
    }
${tasks.join('\n')}  }
}
`;
}

interface Seen {
  readonly env: Readonly<Record<string, string>>;
  readonly dirs: readonly string[];
  readonly args: readonly string[];
}

async function seen(id: string, name: string): Promise<Seen> {
  const { exitCode, stdout, text } = await agent.orch(['alloc', 'logs', id, name]);
  if (exitCode !== 0) throw new Error(text);
  const lines = stdout.split('\n').filter((line) => line.includes('='));
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return {
    env: Object.fromEntries(pairs.filter(([key]) => key !== 'dir' && key !== 'arg')),
    dirs: pairs.filter(([key]) => key === 'dir').map(([, value]) => value),
    args: pairs.filter(([key]) => key === 'arg').map(([, value]) => value),
  };
}

/** What is the same for every driver and network. */
function ofEveryTask(id: string, job: string, name: string, limits: readonly [number, number]): Record<string, string> {
  return {
    NOMAD_ALLOC_ID: id,
    NOMAD_SHORT_ALLOC_ID: id.slice(0, 8),
    NOMAD_ALLOC_NAME: `${job}.many[0]`,
    NOMAD_ALLOC_INDEX: '0',
    NOMAD_TASK_NAME: name,
    NOMAD_GROUP_NAME: 'many',
    NOMAD_JOB_ID: job,
    NOMAD_JOB_NAME: `${job} by name`,
    NOMAD_NAMESPACE: 'default',
    NOMAD_REGION: 'north',
    NOMAD_DC: 'cellar',
    NOMAD_CPU_LIMIT: String(limits[0]),
    NOMAD_MEMORY_LIMIT: String(limits[1]),
    NOMAD_META_colour: 'task',
    NOMAD_META_COLOUR: 'task',
    NOMAD_META_floor: 'group',
    NOMAD_META_FLOOR: 'group',
    NOMAD_META_level: 'job',
    NOMAD_META_LEVEL: 'job',
    'NOMAD_META_dashed_name.dot': 'kept dots',
    'NOMAD_META_DASHED_NAME.DOT': 'kept dots',
    OWN: 'o-0',
    WHERE: 'cellar linux r7',
    EMPTY: '',
  };
}

interface Ports {
  readonly ip: string;
  readonly free: number;
  readonly fixed: number;
}

/** Where a port is outside, and where it is inside. */
function ofPort(label: string, ip: string, outside: number, inside: number): Record<string, string> {
  return {
    [`NOMAD_IP_${label}`]: ip,
    [`NOMAD_PORT_${label}`]: String(inside),
    [`NOMAD_ADDR_${label}`]: `${ip}:${outside}`,
    [`NOMAD_HOST_IP_${label}`]: ip,
    [`NOMAD_HOST_PORT_${label}`]: String(outside),
    [`NOMAD_HOST_ADDR_${label}`]: `${ip}:${outside}`,
    [`NOMAD_ALLOC_PORT_${label}`]: String(inside),
  };
}

async function portsOf(id: string): Promise<Ports> {
  const { value } = await agent.api.allocations.read(id);
  const ports = value.AllocatedResources?.Shared.Ports ?? [];
  const free = ports.find(({ Label }) => Label === 'free');
  const fixed = ports.find(({ Label }) => Label === 'fixed');
  if (free === undefined || fixed === undefined) throw new Error(`no ports: ${JSON.stringify(value)}`);
  return { ip: free.HostIP, free: free.Value, fixed: fixed.Value };
}

/** Bytes of a file of an allocation, as the file API tells it. */
async function sizeOf(id: string, path: string): Promise<number> {
  return (await agent.api.allocations.statFile(id, path)).value.Size;
}

/** The named variables as they are, beside what they should be. */
function pick(env: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, env[key]]));
}

async function expectedArgs(
  job: string,
  name: string,
  ports: Ports,
  inside: number,
  [shared, local, secrets]: readonly [string, string, string],
): Promise<readonly string[]> {
  const nodes = (await agent.api.nodes.list()).value;
  return [
    nodes[0]?.ID ?? '',
    hostname(),
    'cellar',
    'small',
    'north',
    'linux',
    release(),
    'r7',
    'odd',
    'o-0',
    'o-0',
    `${job}/${name}`,
    `${ports.ip}:${ports.fixed}`,
    String(inside),
    'task',
    `${local}/x ${shared}/y ${secrets}`,
    name.toUpperCase(),
    'r7',
    '${no.such.thing}',
  ];
}

test.serial(
  'exec, docker and java in one bridge group: the same variables, the ports inside and outside',
  async (t) => {
    const text = jobFile(
      'inside',
      `      mode = "bridge"
      port "fixed" {
        static = 28911
        to     = 8000
      }
      port "free" { to = 9000 }
      port "same-port" { to = -1 }`,
      [
        task('plain', 'exec', shell(), 30, 40),
        task('box', 'docker', `image = "${image.name}"\n${shell()}`, 31, 41),
        task('jar', 'java', `jar_path = "local/probe.jar"\njvm_options = ["-Xmx32m"]\n${args([])}`, 32, 128),
      ],
    );
    const run = await submit(agent, text, '-detach');
    t.is(run.exitCode, 0, run.text);
    const { ID: id } = await allocation(agent, 'inside', 'complete', 60_000);
    const ports = await portsOf(id);
    t.is(ports.fixed, 28911);
    t.true(ports.free >= 20_000 && ports.free <= 32_000);
    const network = (await agent.api.allocations.read(id)).value.NetworkStatus;
    const address = network?.Address ?? '';
    t.true(address.startsWith(bridgePrefix), address);
    for (const [name, limits] of [
      ['plain', [30, 40]],
      ['box', [31, 41]],
      ['jar', [32, 128]],
    ] as const) {
      const found = await seen(id, name);
      const wanted: Record<string, string> = {
        ...ofEveryTask(id, 'inside', name, limits),
        ...ofPort('fixed', ports.ip, ports.fixed, 8000),
        ...ofPort('free', ports.ip, ports.free, 9000),
        NOMAD_ALLOC_INTERFACE_fixed: 'eth0',
        NOMAD_ALLOC_IP_fixed: address,
        NOMAD_ALLOC_ADDR_fixed: `${address}:8000`,
        NOMAD_ALLOC_INTERFACE_free: 'eth0',
        NOMAD_ALLOC_IP_free: address,
        NOMAD_ALLOC_ADDR_free: `${address}:9000`,
        NOMAD_ALLOC_DIR: '/alloc',
        NOMAD_TASK_DIR: '/local',
        NOMAD_SECRETS_DIR: '/secrets',
        ORCH_GROUP_ADDRESS: '127.0.0.1',
        MY_HOST: String(ports.free),
      };
      t.deepEqual(pick(found.env, wanted), wanted, name);
      t.is(found.env['NOMAD_PORT_same_port'], found.env['NOMAD_HOST_PORT_same_port'], 'the same number on both sides');
      t.deepEqual(found.dirs, ['/alloc', '/local', '/secrets'], `${name} writes to all three`);
      t.deepEqual(found.args, await expectedArgs('inside', name, ports, 9000, ['/alloc', '/local', '/secrets']), name);
      t.is(
        await sizeOf(id, `${name}/local/small/task.jar`),
        statSync(jar.path).size,
        "in the task's directory on the node",
      );
      t.is(await sizeOf(id, `alloc/data/${name}.jar`), statSync(jar.path).size, "in the group's directory on the node");
      t.is(found.env['MACHINE_WORD'], name === 'box' ? undefined : `of ${name}`, 'an image brings its own variables');
      t.is(found.env['MACHINE_TOKEN'], undefined, 'secrets of the agent stay with it');
      t.is((await agent.orch(['alloc', 'fs', id, `alloc/${name}`])).stdout.trim(), 'written', 'the shared directory');
      t.is((await agent.orch(['alloc', 'fs', id, `${name}/local/${name}`])).stdout.trim(), 'written');
      t.is(found.env['NODE_NO_WARNINGS'], undefined, "nothing of the agent's own runtime");
    }
    t.is((await agent.orch(['job', 'stop', '--purge', 'inside'])).exitCode, 0);
  },
);

test.serial(
  "raw_exec in the node's own network: the node's paths, ports without an address of the group",
  async (t) => {
    const text = jobFile(
      'outside',
      `      port "fixed" { static = 28912 }
      port "free" {}`,
      [task('bare', 'raw_exec', shell(), 33, 42)],
    );
    const run = await submit(agent, text, '-detach');
    t.is(run.exitCode, 0, run.text);
    const { ID: id } = await allocation(agent, 'outside', 'complete', 30_000);
    const ports = await portsOf(id);
    const found = await until('the log', 5_000, async () => {
      const all = await seen(id, 'bare');
      return all.args.length > 0 ? all : undefined;
    });
    const root = `${agent.dataDir}/allocations/${id}`;
    const wanted: Record<string, string> = {
      ...ofEveryTask(id, 'outside', 'bare', [33, 42]),
      ...ofPort('fixed', ports.ip, 28912, 28912),
      ...ofPort('free', ports.ip, ports.free, ports.free),
      NOMAD_ALLOC_DIR: `${root}/alloc`,
      NOMAD_TASK_DIR: `${root}/bare/local`,
      NOMAD_SECRETS_DIR: `${root}/bare/secrets`,
      ORCH_GROUP_ADDRESS: '127.0.0.1',
      MY_HOST: String(ports.free),
    };
    t.deepEqual(pick(found.env, wanted), wanted);
    t.is(found.env['NOMAD_ALLOC_IP_fixed'], undefined, 'there is no namespace');
    t.deepEqual(found.dirs, [`${root}/alloc`, `${root}/bare/local`, `${root}/bare/secrets`]);
    const paths = [`${root}/alloc`, `${root}/bare/local`, `${root}/bare/secrets`] as const;
    t.deepEqual(found.args, await expectedArgs('outside', 'bare', ports, ports.free, paths));
    t.is(await sizeOf(id, 'bare/local/small/task.jar'), statSync(jar.path).size);
    t.is(await sizeOf(id, 'alloc/data/bare.jar'), statSync(jar.path).size);
    t.is(found.env['MACHINE_WORD'], 'of bare');
    t.is(found.env['MACHINE_TOKEN'], undefined, 'secrets of the agent stay with it');
    t.is((await agent.orch(['job', 'stop', '--purge', 'outside'])).exitCode, 0);
  },
);
