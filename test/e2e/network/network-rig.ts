// A private corner of the machine for network tests: own names, subnets and directories, all removed at the end.
import { spawn } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type CniRunResult, createCni } from '@orch/cni';
import { createGroupNetworks, fileNetworkRecordStore, type GroupNetworks } from '@orch/core/client/network/index';

export interface RunOptions {
  readonly stdin?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end; never throws for an exit code. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<CniRunResult> {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = argv;
    const { env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, signal } = options;
    const child = spawn(file, args, { env, ...(signal === undefined ? {} : { signal }) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 137, stdout, stderr }));
    // A program that ends without reading its input is no trouble of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
  });
}

export async function must(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode}: ${stderr}`);
  return stdout;
}

/** What a test could leak, as text with only the lines that hold one of the marks. */
export interface KernelState {
  readonly links: string;
  readonly namespaces: string;
  readonly iptables: string;
  readonly nft: string;
  /** Addresses that host-local holds. */
  readonly addresses: string;
}

export interface RigOptions {
  readonly binDirs?: readonly string[];
  /** The agent is killed while the program with this number (from 0) runs: it does its work, its end is never seen. */
  readonly killedAt?: number;
  /** Told of each program that is run. */
  readonly onRun?: (argv: readonly string[]) => void;
}

export interface NetworkRig {
  readonly word: string;
  readonly dir: string;
  readonly configDir: string;
  /** First three bytes of the default network, and of a second one. */
  readonly prefixes: readonly [string, string];
  /** A new agent on the same records. */
  open(options?: RigOptions): GroupNetworks;
  conflist(name: string, value: object): Promise<void>;
  allocationId(): string;
  state(): Promise<KernelState>;
  close(): Promise<void>;
}

export async function networkRig(): Promise<NetworkRig> {
  const word = `ot${randomBytes(3).toString('hex')}`;
  const dir = await mkdtemp(`${tmpdir()}/orch-network-`);
  const configDir = `${dir}/net.d`;
  await must('mkdir', '-p', configDir);
  const third = randomInt(1, 120) * 2;
  const second = randomInt(210, 250);
  const prefixes = [`10.${second}.${third}`, `10.${second}.${third + 1}`] as const;
  const rig: NetworkRig = {
    word,
    dir,
    configDir,
    prefixes,
    open(options = {}) {
      let count = 0;
      const store = fileNetworkRecordStore(`${dir}/records`);
      const isKilled = () => options.killedAt !== undefined && count > options.killedAt;
      const counted: typeof run = async (argv, given) => {
        const isLast = count === options.killedAt;
        const isDead = isKilled();
        count += 1;
        if (isDead) return await new Promise(() => {});
        options.onRun?.(argv);
        const result = await run(argv, given);
        if (isLast) return await new Promise(() => {});
        return result;
      };
      const cni = createCni({
        run: (binary, { env, stdin, signal }) => counted([binary], { env, stdin, signal }),
        configDirs: [configDir],
        // What a dead agent waits for must not hold the test's process.
        ...(options.killedAt === undefined ? {} : { timeoutMs: 1_000 }),
        ...(options.binDirs === undefined ? {} : { binDirs: options.binDirs }),
      });
      return createGroupNetworks({
        runner: { run: ({ argv, stdin, env }) => counted(argv, { stdin, env }) },
        cni,
        // A dead agent writes no records either, whatever time-out wakes it.
        store: {
          ...store,
          save: (key, value) => (isKilled() ? new Promise(() => {}) : store.save(key, value)),
        },
        bridge: { subnet: `${prefixes[0]}.0/24`, addressDir: `${dir}/addresses` },
        word,
      });
    },
    conflist: (name, value) => writeFile(`${configDir}/${name}.conflist`, JSON.stringify(value)),
    allocationId: () => randomUUID(),
    state: () => kernelState([word, word.toUpperCase(), ...prefixes.map((prefix) => `${prefix}.`)], dir),
    async close() {
      const networks = rig.open();
      await networks.reconcile([]);
      await networks.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return rig;
}

async function kernelState(marks: readonly string[], dir: string): Promise<KernelState> {
  const [links, namespaces, iptables, nft, addresses] = await Promise.all([
    must('ip', '-o', 'addr'),
    must('ip', 'netns', 'list'),
    must('iptables-save'),
    must('nft', 'list', 'tables'),
    must('find', dir, '-path', '*/addresses/*', '-name', '10.*'),
  ]);
  const ours = (text: string) =>
    text
      .split('\n')
      .filter((line) => marks.some((mark) => line.includes(mark)))
      .join('\n');
  return {
    links: ours(links),
    namespaces: ours(namespaces),
    iptables: ours(iptables),
    nft: ours(nft),
    addresses: addresses.trim(),
  };
}

export const nothing: KernelState = { links: '', namespaces: '', iptables: '', nft: '', addresses: '' };

/** An HTTP server in a namespace that answers `text`. */
export async function serve(
  namespacePath: string,
  port: number,
  text: string,
  dir: string,
): Promise<() => Promise<void>> {
  const root = await mkdtemp(`${dir}/www-`);
  await writeFile(`${root}/index.html`, text);
  const child = spawn('nsenter', [`--net=${namespacePath}`, 'busybox', 'httpd', '-f', '-p', String(port), '-h', root], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { exitCode } = await run([
      'nsenter',
      `--net=${namespacePath}`,
      'busybox',
      'wget',
      '-q',
      '-O',
      '-',
      `http://127.0.0.1:${port}/`,
    ]);
    if (exitCode === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

/** The body at `address`, from the host or from inside a namespace; what curl said when there is none. */
export async function get(address: string, namespacePath?: string): Promise<string> {
  const curl = ['curl', '-s', '-S', '-m', '5', `http://${address}/`];
  const { exitCode, stdout, stderr } = await run(
    namespacePath === undefined ? curl : ['nsenter', `--net=${namespacePath}`, ...curl],
  );
  return exitCode === 0 ? stdout : `curl: ${exitCode} ${stderr.trim()}`;
}

/** An address of the node that is not loopback. */
export async function hostAddress(): Promise<string> {
  const routes = JSON.parse(await must('ip', '-json', 'route', 'get', '198.51.100.1')) as { prefsrc?: string }[];
  const address = routes[0]?.prefsrc;
  if (address === undefined) throw new Error('the node has no route to the outside, so no host address');
  return address;
}
