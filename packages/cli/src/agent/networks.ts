// The node's group networks: CNI plugins and kernel tools run through the executor's launcher.

import { join } from 'node:path';
import { createCni } from '@orch/cni';
import {
  type CniFingerprint,
  type CniRunner,
  cniFingerprint,
  createGroupNetworks,
  fileNetworkRecordStore,
  type GroupNetworks,
} from '@orch/core/client';
import type { Logger } from '@orch/core/lib/logger';
import type { Executor } from '@orch/executor';
import type { AgentConfig } from './config/agent-config.ts';
import type { KernelNames } from './kernel-names.ts';

export interface NodeNetworkParts {
  readonly networks: GroupNetworks;
  readonly fingerprint: CniFingerprint;
}

export async function createNodeNetworks(
  config: AgentConfig,
  names: KernelNames,
  executor: Executor,
  log: Logger,
): Promise<NodeNetworkParts> {
  const cni = createCni({
    binDirs: config.client.cniBinDirs,
    configDirs: config.client.cniConfigDirs,
    run: (binary, { env, stdin, signal }) =>
      executor.run({ argv: [binary], env, stdin, timeoutMs: 60_000 }, signal === undefined ? {} : { signal }),
  }) as unknown as CniRunner;
  const networks = createGroupNetworks({
    runner: { run: (command) => executor.run(command) },
    cni,
    store: fileNetworkRecordStore(join(config.dataDir, 'networks')),
    word: names.word,
    bridge: { bridge: names.bridge, subnet: names.subnet, addressDir: join(config.dataDir, 'addresses') },
    logger: log.child({ room: 'network' }),
  });
  const fingerprint = await cniFingerprint(cni, { run: (command) => executor.run(command) });
  for (const problem of fingerprint.problems) log.warn('a CNI configuration cannot be read', { problem });
  if (fingerprint.hint !== undefined) log.warn(fingerprint.hint);
  return { networks, fingerprint };
}
