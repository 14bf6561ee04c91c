// The first-party drivers of an agent. A driver whose node configuration is wrong stops the agent with its name.

import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import type { Logger } from '@orch/core/lib/logger';
import type { Driver, DriverOptions, JsonObject } from '@orch/driver-api';
import { createDockerDriver } from '@orch/driver-docker';
import { createExecDriver, createRawExecDriver } from '@orch/driver-exec';
import { createJavaDriver } from '@orch/driver-java';
import { createQemuDriver } from '@orch/driver-qemu';
import { type Executor, findNativeLauncher } from '@orch/executor';
import type { AgentConfig } from './config/agent-config.ts';

interface Parts {
  readonly executor: Executor;
  /** The native launcher's program, where it was built. */
  readonly launcher: string | undefined;
}

type Create = (options: DriverOptions, parts: Parts) => Driver | Promise<Driver>;

const firstParty: Readonly<Record<string, Create>> = {
  docker: (options, { launcher }) => createDockerDriver(options, { launcher }),
  exec: createExecDriver,
  java: createJavaDriver,
  qemu: createQemuDriver,
  raw_exec: createRawExecDriver,
};

/** @throws OrchError `bad-config` naming the driver and the option. */
export async function createDrivers(config: AgentConfig, executor: Executor, log: Logger): Promise<readonly Driver[]> {
  const unknown = Object.keys(config.plugins).find((name) => firstParty[name] === undefined);
  if (unknown !== undefined)
    throw new OrchError('bad-config', `plugin "${unknown}" is not a driver of this agent`, {
      hint: `it has: ${Object.keys(firstParty).join(', ')}`,
    });
  const unchecked = config.client.userCheckedDrivers.find((name) => firstParty[name] === undefined);
  if (unchecked !== undefined)
    throw new OrchError(
      'bad-config',
      `"user.checked_drivers" names "${unchecked}", which is not a driver of this agent`,
      {
        hint: `it has: ${Object.keys(firstParty).join(', ')}`,
      },
    );
  const parts = { executor, launcher: findNativeLauncher() };
  return Promise.all(
    Object.entries(firstParty).map(async ([name, create]) => {
      const options: DriverOptions = {
        config: (config.plugins[name] ?? {}) as JsonObject,
        deniedUsers: config.client.userCheckedDrivers.includes(name) ? config.client.userDenylist : [],
        stateDir: join(config.dataDir, 'drivers', name),
        log: log.child({ driver: name }),
      };
      try {
        return await create(options, parts);
      } catch (cause) {
        throw new OrchError('bad-config', `the configuration of plugin "${name}" is wrong`, { cause });
      }
    }),
  );
}
