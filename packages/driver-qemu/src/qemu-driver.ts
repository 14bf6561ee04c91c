// Driver qemu: virtual machines as host processes, asked to power down before they are killed.

import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { API_VERSION, type CallOptions, type Driver, type DriverOptions, type Fingerprint } from '@orch/driver-api';
import {
  chooseTaskUser,
  type Executor,
  findProgram,
  type HostTask,
  hostDriver,
  programChanges,
  programDirectories,
  readNodeUsers,
} from '@orch/executor';
import { configSchema, readNodeConfig } from './config.ts';
import { type KvmVerdict, tryKvm } from './kvm-trial.ts';
import { emulatorPrefix, planVm } from './plan.ts';
import { connectQmp } from './qmp-connect.ts';
import { removeVmDirectory } from './vm-directory.ts';

export interface QemuDriverDependencies {
  /** Not closed by the driver: it is shared with others. */
  readonly executor: Executor;
}

/** @throws DriverError `invalid-config` for a wrong node configuration. */
export function createQemuDriver(options: DriverOptions, { executor }: QemuDriverDependencies): Driver {
  const node = readNodeConfig(options.config);
  const users = readNodeUsers('qemu', { ...options, config: {} });
  if (node.user !== undefined) chooseTaskUser(node.user, users);
  let verdict: Promise<KvmVerdict> | undefined;
  const kvm = (): Promise<KvmVerdict> => {
    const emulator = findProgram(`${emulatorPrefix}x86_64`);
    if (emulator === undefined) return Promise.resolve({ works: false, reason: 'the trial needs qemu-system-x86_64' });
    verdict ??= tryKvm({ run: (command, call) => executor.run(command, call), emulator, stateDir: options.stateDir });
    // A trial that could not be made is made again by the next one who asks.
    verdict.catch(() => {
      verdict = undefined;
    });
    return verdict;
  };
  return hostDriver({
    info: { name: 'qemu', version: '0.1.0', apiVersion: API_VERSION },
    capabilities: {
      signals: false,
      exec: false,
      isolation: 'vm',
      networks: ['namespace', 'host', 'none'],
      mounts: false,
      // QEMU's user network: the guest reaches the namespace's loopback at the address of its gateway.
      groupAddress: '10.0.2.2',
      taskPaths: 'host',
    },
    configSchema,
    executor,
    defaultKillSignal: 'SIGTERM',
    fingerprint: (call) => fingerprintQemu(executor, kvm, call),
    plansAnew: true,
    plan: (task, { tell }) => planVm(task, { node, users, executor, kvm, tell }),
    askToStop: (task, { timeoutMs }) => powerDown(executor, task, timeoutMs, options.log),
    inspect: (task) => ({ accelerator: String(task.state['accelerator']), emulator: String(task.state['emulator']) }),
    // An agent before this one kept the sockets in a directory of their own.
    destroy: (task) =>
      removeVmDirectory(String(task.state['directory'] ?? dirname(String(task.state['qmp']))), executor.run),
  });
}

/** How long a guest has to react before the power button is pressed again. */
const PRESS_AGAIN_MS = 5_000;

/** Presses the guest's power button and waits for it to obey. A guest that does not is killed when its time is over. */
async function powerDown(
  executor: Executor,
  task: HostTask,
  timeoutMs: number,
  log: DriverOptions['log'],
): Promise<void> {
  if (task.state['graceful'] !== true || timeoutMs <= 0) return;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const client = await connectQmp(String(task.state['qmp']), Math.min(timeoutMs, 5_000));
    // A guest that still boots hears nothing of it. One that is shutting down does not mind to be asked again.
    const again = setInterval(() => {
      client.execute('system_powerdown').catch(() => clearInterval(again)); // QEMU has ended, which is awaited below
    }, PRESS_AGAIN_MS);
    // A QEMU that hangs ends what waits for its answer when the time is over.
    const close = () => client.close();
    signal.addEventListener('abort', close);
    try {
      await client.execute('system_powerdown');
      await executor.wait(task.id, { signal });
    } finally {
      signal.removeEventListener('abort', close);
      clearInterval(again);
      close();
    }
  } catch (error) {
    // QEMU may be gone already, hang, or the guest may not listen: the caller goes on to the kill signal in each case.
    log.debug(`the guest of ${task.id} did not power down: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The trial of KVM may take seconds: what is known is told first, the verdict when it is there. */
async function* fingerprintQemu(
  executor: Executor,
  kvm: () => Promise<KvmVerdict>,
  { signal }: CallOptions,
): AsyncGenerator<Fingerprint> {
  const matches = (name: string) => name.startsWith(emulatorPrefix);
  for await (const _ of programChanges(matches, signal)) {
    const first = await probe(executor, { works: false, reason: 'the trial of KVM is not over yet' });
    yield first;
    if (first.health === 'healthy') yield await probe(executor, await kvm());
  }
}

async function probe(executor: Executor, verdict: KvmVerdict): Promise<Fingerprint> {
  const emulators = installedEmulators();
  const emulator =
    findProgram(`${emulatorPrefix}x86_64`) ??
    (emulators[0] === undefined ? undefined : findProgram(emulatorPrefix + emulators[0]));
  if (emulator === undefined)
    return {
      health: 'undetected',
      description: 'no qemu-system program found; install qemu-system-x86',
      attributes: {},
    };
  const { exitCode, stdout, stderr } = await executor.run({ argv: [emulator, '--version'], timeoutMs: 30_000 });
  const version = /version (\d[\w.]*)/.exec(stdout)?.[1];
  if (exitCode !== 0 || version === undefined)
    return {
      health: 'unhealthy',
      description: `${emulator} --version failed: ${stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`}`,
      attributes: {},
    };
  return {
    health: 'healthy',
    description: verdict.works ? 'KVM works' : `emulation only: ${verdict.reason}`,
    attributes: {
      'driver.qemu.version': version,
      'driver.qemu.emulators': emulators.join(','),
      'driver.qemu.kvm': verdict.works ? '1' : '0',
    },
  };
}

/** Architectures with an emulator in the usual directories. */
function installedEmulators(): readonly string[] {
  const names = programDirectories().flatMap((directory) => {
    try {
      return readdirSync(directory);
    } catch (error) {
      // A directory of PATH that does not exist holds no programs.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
  return [
    ...new Set(
      names.filter((name) => name.startsWith(emulatorPrefix)).map((name) => name.slice(emulatorPrefix.length)),
    ),
  ]
    .filter((name) => /^[a-z0-9_]+$/.test(name))
    .sort();
}
