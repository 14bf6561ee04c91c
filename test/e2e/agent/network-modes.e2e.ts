// Network modes through the whole agent, with exec and docker tasks: a user's CNI networks, none, host. Nothing stays.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { get } from '../network/network-rig.ts';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';
import {
  agentConfig,
  allocation,
  bridgePrefix,
  closeAgent,
  kernelLeftovers,
  kernelWord,
  type OwnImage,
  ownImage,
  submit,
} from './agent-kit.ts';

let agent: DevAgent;
let image: OwnImage;
let dir: string;
const userBridge = `${kernelWord}u0`;
const ptpPrefix = `${bridgePrefix}71.`;
const sharedPrefix = `${bridgePrefix}72.`;

/** An address pool of the user's own, in the test's directory. */
const pool = (subnet: string) => ({
  type: 'host-local',
  ranges: [[{ subnet }]],
  routes: [{ dst: '0.0.0.0/0' }],
  dataDir: join(dir, 'addresses'),
});

test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'orch-modes-'));
  await mkdir(join(dir, 'net.d'));
  const networks = {
    direct: [{ type: 'ptp', ipMasq: false, ipam: pool(`${ptpPrefix}0/24`) }],
    shared: [{ type: 'bridge', bridge: userBridge, isGateway: true, ipam: pool(`${sharedPrefix}0/24`) }],
  };
  for (const [name, plugins] of Object.entries(networks))
    await writeFile(join(dir, 'net.d', `${name}.conflist`), JSON.stringify({ cniVersion: '1.0.0', name, plugins }));
  image = ownImage();
  agent = await startDevAgent({ config: agentConfig({ client: `  cni_config_dir = "${dir}/net.d"` }) });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
  // The bridge plugin makes its bridge and leaves it to the user.
  execFileSync('sh', ['-c', `ip link show ${userBridge} >/dev/null 2>&1 && ip link delete ${userBridge} || true`]);
  await rm(dir, { recursive: true, force: true });
});

/** Says where it is, then serves its name on `port`. */
const look = (name: string, port: number, busybox: string) =>
  `readlink /proc/self/ns/net; ip -o addr; echo ${name} > /local/index.html; exec ${busybox} httpd -f -p ${port} -h /local`;

function pair(id: string, network: string, options: { readonly engine?: string } = {}): string {
  const task = (name: string, driver: string, config: string) =>
    `    task "${name}" {\n      driver = "${driver}"\n      kill_timeout = "1s"\n      config {\n${config}\n      }\n      resources {\n        cpu    = 20\n        memory = 20\n      }\n    }\n`;
  const shell = (name: string, port: number, busybox: string) =>
    `command = "/bin/sh"\nargs = ["-c", "${look(name, port, busybox)}"]`;
  return `job "${id}" {
  group "g" {
    update {
      min_healthy_time = "0s"
    }
    network {
${network}
    }
${task('plain', 'exec', shell('plain', 28_921, '/bin/busybox'))}
${task('box', 'docker', `image = "${image.name}"\n${options.engine ?? ''}\n${shell('box', 28_922, '/bin/busybox')}`)}
  }
}
`;
}

interface View {
  readonly namespace: string;
  readonly devices: readonly string[];
  readonly text: string;
}

async function view(id: string, task: string): Promise<View> {
  const text = await until(`the log of ${task}`, 10_000, async () => {
    const { stdout } = await agent.orch(['alloc', 'logs', id, task]);
    return stdout.includes(' lo ') ? stdout : undefined;
  });
  const devices = [...text.matchAll(/^\d+: +([^\s:@]+)/gm)].map((found) => found[1] ?? '');
  return { namespace: /^net:\[\d+\]$/m.exec(text)?.[0] ?? '', devices: [...new Set(devices)], text };
}

const nodeNamespace = () => readlinkSync('/proc/self/ns/net');
const userAddresses = () =>
  readdirSync(join(dir, 'addresses'), { recursive: true, encoding: 'utf8' }).filter((name) => /\/10\./.test(name));
/** The ends of the groups' cables that are plugged into the user's bridge. */
const plugged = () =>
  existsSync(`/sys/class/net/${userBridge}/brif`) ? readdirSync(`/sys/class/net/${userBridge}/brif`) : [];

async function start(t: ExecutionContext, text: string): Promise<void> {
  const run = await submit(agent, text);
  t.is(run.exitCode, 0, run.text);
}

/** Stops the job; everything the kernel holds is as before it, but for what `stays`. */
async function stopped(t: ExecutionContext, job: string, before: readonly string[], stays: RegExp): Promise<void> {
  t.is((await agent.orch(['job', 'stop', '--purge', job])).exitCode, 0);
  t.deepEqual(
    kernelLeftovers().filter((line) => !stays.test(line)),
    before.filter((line) => !stays.test(line)),
  );
}

for (const [name, prefix, stays] of [
  ['direct', ptpPrefix, /^$/],
  ['shared', sharedPrefix, new RegExp(`\\b${userBridge}\\b`)],
] as const)
  test.serial(`cni/${name}: both tasks on the user's network, published, and given back`, async (t) => {
    const before = kernelLeftovers();
    const port = 28_923;
    await start(
      t,
      pair(
        name,
        `      mode = "cni/${name}"\n      port "box" {\n        static = ${port}\n        to     = 28922\n      }`,
      ),
    );
    const { ID: id } = await allocation(agent, name, 'running');
    const status = (await agent.api.allocations.read(id)).value.NetworkStatus;
    const address = status?.Address ?? '';
    t.true(address.startsWith(prefix), JSON.stringify(status));
    const [plain, box] = [await view(id, 'plain'), await view(id, 'box')];
    for (const seen of [plain, box]) {
      t.deepEqual(seen.devices, ['lo', 'eth0'], seen.text);
      t.true(seen.text.includes(address), seen.text);
    }
    t.is(plain.namespace, box.namespace, 'one namespace');
    t.not(plain.namespace, nodeNamespace());
    t.is((await get(`${address}:28921`)).trim(), 'plain', 'the node reaches the group');
    t.is((await get(`127.0.0.1:${port}`)).trim(), 'box', 'the published port');
    const sibling = await agent.orch([
      'alloc',
      'exec',
      '-task',
      'plain',
      id,
      '/bin/busybox',
      'wget',
      '-q',
      '-O',
      '-',
      'http://127.0.0.1:28922/',
    ]);
    t.is(sibling.stdout.trim(), 'box', `the sibling: ${sibling.text}`);
    t.is(userAddresses().length, 1);
    await stopped(t, name, before, stays);
    t.deepEqual(userAddresses(), [], 'the address is free again');
    t.deepEqual(plugged(), []);
    t.regex(await get(`127.0.0.1:${port}`), /^curl: 7/);
  });

test.serial('a CNI network that is not there is refused with the ones that are', async (t) => {
  const run = await submit(agent, pair('wrong', '      mode = "cni/direkt"'));
  t.is(run.exitCode, 2, run.text);
  t.regex(run.text, /direkt/);
  t.regex(run.text, /direct/);
  t.is((await agent.orch(['job', 'stop', '--purge', 'wrong'])).exitCode, 0);
});

test.serial('none: only the loopback, shared by both tasks, and no way to the outside', async (t) => {
  const before = kernelLeftovers();
  await start(t, pair('none', '      mode = "none"'));
  const { ID: id } = await allocation(agent, 'none', 'running');
  const [plain, box] = [await view(id, 'plain'), await view(id, 'box')];
  for (const seen of [plain, box]) t.deepEqual(seen.devices, ['lo'], seen.text);
  t.is(plain.namespace, box.namespace);
  t.not(plain.namespace, nodeNamespace());
  const fetch = (from: string, address: string) =>
    agent.orch(['alloc', 'exec', '-task', from, id, '/bin/busybox', 'wget', '-q', '-O', '-', `http://${address}/`]);
  t.is((await fetch('plain', '127.0.0.1:28922')).stdout.trim(), 'box', 'the loopback is up');
  t.is((await fetch('box', '127.0.0.1:28921')).stdout.trim(), 'plain');
  t.regex((await fetch('plain', '198.51.100.1')).text, /unreachable/i);
  t.regex(await get('127.0.0.1:28921'), /^curl: 7/, 'the node does not hear them');
  await stopped(t, 'none', before, /^$/);
});

test.serial("host: the node's own interfaces; a container only when it says so", async (t) => {
  const before = kernelLeftovers();
  await start(t, pair('host', '      mode = "host"', { engine: 'network_mode = "host"' }));
  const { ID: id } = await allocation(agent, 'host', 'running');
  // Cables of other groups come and go.
  const outside = Object.keys(networkInterfaces()).filter((name) => !name.startsWith('veth'));
  for (const task of ['plain', 'box']) {
    const seen = await view(id, task);
    t.is(seen.namespace, nodeNamespace(), task);
    for (const device of outside) t.true(seen.devices.includes(device), `${task}: ${device} in ${seen.text}`);
  }
  t.is((await get('127.0.0.1:28921')).trim(), 'plain');
  t.is((await get('127.0.0.1:28922')).trim(), 'box');
  await stopped(t, 'host', before, /^$/);
  t.regex(await get('127.0.0.1:28921'), /^curl: 7/);

  await start(t, pair('engine', '      mode = "host"'));
  const own = await allocation(agent, 'engine', 'running');
  const box = await view(own.ID, 'box');
  t.deepEqual(box.devices, ['lo', 'eth0'], 'the engine gives it a network of its own');
  t.not(box.namespace, nodeNamespace());
  await stopped(t, 'engine', before, /^$/);
});
