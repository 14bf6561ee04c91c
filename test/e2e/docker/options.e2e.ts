// What a job file may say to the docker driver, seen from inside the container.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ExitResult, JsonObject, TaskConfig } from '@orch/driver-api';
import test from 'ava';
import { createDockerHarness } from './docker-harness.ts';

const harness = await createDockerHarness({ nodeConfig: { volumes: { enabled: true }, allow_caps: ['all'] } });
const strict = await createDockerHarness();
const driver = harness.createDriver();
const strictDriver = strict.createDriver();

test.after.always(async () => {
  await Promise.all([driver.close(), strictDriver.close()]);
  await harness.cleanup();
  await strict.cleanup();
});

/** Runs a script to its end. */
async function outcome(
  task: TaskConfig,
  inside = driver,
): Promise<{ stdout: string; stderr: string; exit: ExitResult }> {
  await inside.start(task, {});
  const text = { stdout: '', stderr: '' };
  for await (const { stream, data } of inside.logs?.read(task.id, {}) ?? [])
    text[stream] += new TextDecoder().decode(data);
  const exit = await inside.wait(task.id, {});
  await inside.destroy(task.id, { force: false });
  return { ...text, exit };
}

const output = async (script: string, config: JsonObject = {}, overrides: Partial<TaskConfig> = {}) => {
  const { stdout, stderr, exit } = await outcome(await harness.script(script, config, overrides));
  return exit.exitCode === 0 ? stdout.trim() : `exit ${exit.exitCode}: ${stdout}${stderr}`;
};

test('the directories of the allocation are /alloc, /local and /secrets', async (t) => {
  const task = await harness.script('cat /local/in; echo shared > /alloc/out; echo hidden > /secrets/key');
  await writeFile(join(task.directories.local, 'in'), 'from the host\n');
  t.is((await outcome(task)).stdout, 'from the host\n');
  t.is(await readFile(join(task.directories.shared, 'out'), 'utf8'), 'shared\n');
  t.is(await readFile(join(task.directories.secrets, 'key'), 'utf8'), 'hidden\n');
});

test('a host file is read through a read-only bind and cannot be written', async (t) => {
  const file = join(harness.root, 'page.html');
  await writeFile(file, 'a page\n');
  const mount = [{ type: 'bind', source: file, target: '/www/index.html', readonly: true }];
  t.is(await output('cat /www/index.html; ! echo x > /www/index.html 2>/dev/null', { mount }), 'a page');
  t.is(await output('cat /www/index.html', { volumes: [`${file}:/www/index.html:ro`] }), 'a page');
});

test('environment, command, entrypoint, directory and user are those of the job', async (t) => {
  t.is(
    await output('echo "$GREETING"; pwd', { work_dir: '/tmp' }, { env: { PATH: '/bin', GREETING: 'a "b" $c' } }),
    'a "b" $c\n/tmp',
  );
  t.is(await output('', { entrypoint: ['echo', 'from'], command: 'the', args: ['entrypoint'] }), 'from the entrypoint');
  t.is(await output('id -u; id -g', {}, { user: '1000:1001' }), '1000\n1001');
});

test('limits of memory, processes and files hold', async (t) => {
  const resources = { cpuMhz: 100, nodeCpuMhz: 4000, memoryMiB: 32 };
  const greedy = await harness.script(
    'head -c 200m /dev/zero | tail > /dev/null; dd if=/dev/zero of=/shm/x bs=1M count=100',
    { tmpfs: ['/shm'] },
    { resources },
  );
  const { exit } = await outcome(greedy);
  t.not(exit.exitCode, 0);
  t.is(
    await output('cat /sys/fs/cgroup/pids/pids.max; ulimit -n', { pids_limit: 17, ulimit: { nofile: '512:1024' } }),
    '17\n512',
  );
});

test('running out of memory is told', async (t) => {
  const resources = { cpuMhz: 100, nodeCpuMhz: 4000, memoryMiB: 16 };
  const task = await harness.script('exec dd if=/dev/zero of=/dev/null bs=64M count=3', {}, { resources });
  const { exit } = await outcome(task);
  t.true(exit.oomKilled);
  t.is(exit.exitCode, 137);
});

test('no new privileges, few capabilities, no raw sockets unless asked for', async (t) => {
  const status = "grep -E 'CapBnd|NoNewPrivs' /proc/self/status | tr -d '\\t'";
  t.is(await output(status), 'CapBnd:00000000a80405fb\nNoNewPrivs:1');
  t.is(await output(status, { cap_drop: ['all'] }), 'CapBnd:0000000000000000\nNoNewPrivs:1');
  t.is(
    await output(status, { cap_drop: ['ALL'], cap_add: ['net_raw'], security_opt: ['no-new-privileges=false'] }),
    'CapBnd:0000000000002000\nNoNewPrivs:0',
  );
});

test('a read-only root, memory file systems and shared memory', async (t) => {
  const config = { readonly_rootfs: true, tmpfs: ['/scratch'], shm_size: 1_048_576 };
  t.is(
    await output(
      "touch /x 2>/dev/null || echo refused; touch /scratch/x && echo written; df -k /dev/shm | grep -c ' 1024 '",
      config,
    ),
    'refused\nwritten\n1',
  );
});

test('a port is published on the default bridge, and the container has an address', async (t) => {
  const hostPort = await freePort();
  const network = { kind: 'host' as const, ports: [{ label: 'http', hostIp: '127.0.0.1', hostPort, to: 8080 }] };
  const task = await harness.script(
    'echo served > /tmp/index.html; exec httpd -f -p 8080 -h /tmp',
    { ports: ['http'] },
    { network },
  );
  const { network: address } = await driver.start(task, {});
  t.regex(address?.ip ?? '', /^\d+\.\d+\.\d+\.\d+$/);
  t.deepEqual(address?.portMap, { http: 8080 });
  t.is(await fetchWhenUp(`http://127.0.0.1:${hostPort}/`), 'served\n');
  const other = await harness.script('exit 0', { ports: ['http'] }, { network });
  const error = await t.throwsAsync(driver.start(other, {}));
  t.is((error as { code?: string }).code, 'exhausted');
  await driver.destroy(task.id, { force: true });
  t.deepEqual(await harness.listLeftovers().then((all) => all.filter((one) => one.includes(other.id.slice(0, 8)))), []);
});

test("network_mode host is the node's network", async (t) => {
  const network = { kind: 'host' as const, ports: [] };
  t.regex(await output('ip addr show lo; ls /sys/class/net', { network_mode: 'host' }, { network }), /docker0/);
});

const refusals: readonly [title: string, config: JsonObject, code: string, field: string][] = [
  ['an absolute host path', { volumes: ['/etc:/host-etc'] }, 'denied', 'volumes'],
  ['a way out by dots', { mount: [{ type: 'bind', source: '../../..', target: '/up' }] }, 'denied', 'mount'],
  ['a way out by a symbolic link', { volumes: ['local/link:/up'] }, 'denied', 'volumes'],
  ['a named volume', { mount: [{ type: 'volume', source: 'data', target: '/data' }] }, 'denied', 'mount'],
  ['privileged', { privileged: true }, 'denied', 'privileged'],
  ['a capability', { cap_add: ['sys_admin'] }, 'denied', 'cap_add'],
  ['a device', { devices: [{ host_path: '/dev/kmsg' }] }, 'denied', 'devices'],
  ["the host's processes", { pid_mode: 'host' }, 'denied', 'pid_mode'],
  ["another container's network", { network_mode: 'container:x' }, 'denied', 'network_mode'],
  ['an unconfined seccomp', { security_opt: ['seccomp=unconfined'] }, 'denied', 'security_opt'],
  ['an unknown field', { imagee: 'x' }, 'invalid-config', 'imagee'],
  ['an unknown port', { ports: ['nope'] }, 'invalid-config', 'ports'],
];

for (const [title, config, code, field] of refusals) {
  test(`${title} is refused by name and nothing is left`, async (t) => {
    const task = await strict.script('exit 0', config, { network: { kind: 'host', ports: [] } });
    await mkdir(task.directories.local, { recursive: true });
    await symlink('/etc', join(task.directories.local, 'link'));
    const error = (await t.throwsAsync(strictDriver.start(task, {}))) as unknown as {
      code: string;
      path?: string[];
      hint?: string;
    };
    t.is(error.code, code);
    t.is(error.path?.[0], field);
    t.deepEqual(await strict.listLeftovers(), []);
  });
}

test('output of a terminal is read, too', async (t) => {
  const task = await harness.script('echo one; echo two >&2; printf rest', { tty: true });
  t.is((await outcome(task)).stdout, 'one\r\ntwo\r\nrest');
});

test('many megabytes of output arrive complete while they are written', async (t) => {
  const task = await harness.script('seq 1 400000');
  const { stdout } = await outcome(task);
  t.is(stdout.length, 2_688_895);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function fetchWhenUp(url: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
