// The conformance harness of the docker driver, and what the other docker tests share: an image made here, task
// directories, and a look at what is left in the engine.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, DriverLog, JsonObject, TaskConfig } from '@orch/driver-api';
import { type ConformanceHarness, makeTaskConfig, PRINT_LINES, type TaskKind } from '@orch/driver-api/testing';
import { containerName, createDockerDriver, createEngine, type Engine, ownerOf } from '@orch/driver-docker';
import { findNativeLauncher } from '@orch/executor';

const APPLETS = [
  'sh',
  'sleep',
  'cat',
  'echo',
  'stty',
  'env',
  'ip',
  'httpd',
  'wget',
  'id',
  'grep',
  'hostname',
  'touch',
  'dd',
  'seq',
  'mount',
  'ls',
  'printf',
  'test',
  'true',
  'yes',
  'head',
  'df',
  'ulimit',
  'stat',
  'tr',
];

const silent: DriverLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface DockerHarness extends ConformanceHarness {
  readonly engine: Engine;
  readonly image: string;
  readonly root: string;
  createDriver(): Driver;
  task(config: JsonObject, overrides?: Partial<TaskConfig>): Promise<TaskConfig>;
  /** A task of a shell script in the harness' image. */
  script(text: string, config?: JsonObject, overrides?: Partial<TaskConfig>): Promise<TaskConfig>;
}

const SCRIPTS: Readonly<Record<Exclude<TaskKind, 'bad-config' | 'missing'>, string>> = {
  sleep: "trap 'exit 143' TERM; sleep 100000 & wait",
  exit0: 'exit 0',
  exit3: 'exit 3',
  print: `i=1; while [ $i -le ${PRINT_LINES} ]; do echo out $i; echo err $i >&2; i=$((i+1)); done`,
  'ignore-term': "trap '' TERM INT; sleep 100000",
  'exit42-on-usr1': "trap 'exit 42' USR1; sleep 100000 & wait",
  tree: "(trap '' TERM INT HUP QUIT; sleep 100000) & trap '' TERM INT; sleep 100000",
};

export interface HarnessOptions {
  readonly endpoint?: string;
  readonly nodeConfig?: JsonObject;
  readonly overrides?: Partial<TaskConfig>;
}

export async function createDockerHarness(options: HarnessOptions = {}): Promise<DockerHarness> {
  const suffix = randomBytes(4).toString('hex');
  const root = await mkdtemp(join(tmpdir(), 'orch-docker-'));
  const stateDir = join(root, 'state');
  const engine = createEngine(options.endpoint);
  const image = `orch-e2e-${suffix}/busybox:1`;
  await importBusybox(engine, image, join(root, 'image'));
  let made = 0;
  const task = async (config: JsonObject, overrides: Partial<TaskConfig> = {}) => {
    made += 1;
    const id = `${suffix}-${made}/work/0`;
    const full = makeTaskConfig(id, join(root, `alloc-${made}`), { config, ...options.overrides, ...overrides });
    const { shared, local, secrets, driver } = full.directories;
    await Promise.all([shared, local, secrets, driver, full.logs.dir].map((dir) => mkdir(dir, { recursive: true })));
    return full;
  };
  const script = (text: string, config: JsonObject = {}, overrides: Partial<TaskConfig> = {}) =>
    task({ image, command: 'sh', args: ['-c', text], ...config }, overrides);
  const containers = async () =>
    (await engine.client()).listContainers({ all: true, filters: { label: [`orch.owner=${ownerOf(stateDir)}`] } });
  const bindsOf = () => readdir(join(stateDir, 'mounts')).catch(() => [] as string[]);
  const config = { ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }), ...options.nodeConfig };
  return {
    engine,
    image,
    root,
    task,
    script,
    createDriver: () => createDockerDriver({ config, stateDir, log: silent }, { launcher: findNativeLauncher() }),
    async makeTask(kind, overrides) {
      if (kind === 'bad-config') return task({ image, volumes: ['nonsense'] }, overrides);
      if (kind === 'missing') return task({ image: '127.0.0.1:1/missing:1' }, overrides);
      return script(SCRIPTS[kind], {}, overrides);
    },
    async listLeftovers() {
      const all = (await containers()).map(({ Names: names, State: state }) => ({ name: names[0] ?? '', state }));
      const lone = (await bindsOf()).filter((name) => !all.some((one) => one.name === `/${name}`));
      return [...all.map(({ name, state }) => `${name} ${state}`), ...lone.map((name) => `binds of ${name}`)];
    },
    async countProcesses({ id }) {
      const container = (await engine.client()).getContainer(containerName(id));
      if (!(await container.inspect()).State.Running) return 0;
      return (await container.top()).Processes.length;
    },
    async cleanup() {
      const client = await engine.client();
      for (const { Id: id } of await containers()) await client.getContainer(id).remove({ force: true, v: true });
      await client.getImage(image).remove({ force: true });
      const binds = (await bindsOf()).map((name) => join(stateDir, 'mounts', name));
      execFileSync(findNativeLauncher() ?? '', ['unbind', ...binds]);
      engine.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** No registry can be reached: the image is a static busybox with links for its programs. */
export async function importBusybox(engine: Engine, image: string, directory: string): Promise<void> {
  await Promise.all(['bin', 'tmp', 'etc'].map((each) => mkdir(join(directory, each), { recursive: true })));
  await copyFile('/bin/busybox', join(directory, 'bin/busybox'));
  for (const applet of APPLETS) await symlink('busybox', join(directory, 'bin', applet));
  const tar = execFileSync('tar', ['-C', directory, '-c', '.'], { maxBuffer: 64 * 1024 * 1024 });
  const client = await engine.client();
  const at = image.lastIndexOf(':');
  const stream = await client.importImage(tar as unknown as string, {
    repo: image.slice(0, at),
    tag: image.slice(at + 1),
    changes: ['ENV PATH=/bin'],
  });
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
