// Gives the group its network before its tasks start, and takes it away after the last one ended.

import type { GroupNetworkStatus, GroupNetworks } from '../../network/group-networks.ts';
import { interpolateNetwork } from '../../network/interpolate-network.ts';
import type { AllocFacts } from '../../task-runner/task-context.ts';
import type { AllocHook } from '../alloc-hook.ts';

interface NetworkHookParts {
  readonly networks: GroupNetworks;
  /** Resolves the references in fields of the group. */
  interpolation(facts: AllocFacts): (text: string) => string;
  /** Told when the network stands. */
  onStatus(status: GroupNetworkStatus): void;
}

export function networkHook({ networks, interpolation, onStatus }: NetworkHookParts): AllocHook {
  return {
    name: 'network',
    async setUp({ facts, signal }) {
      const { allocation, job, group } = facts;
      const interpolate = interpolation(facts);
      const status = await networks.setUp(
        {
          allocationId: allocation.id,
          namespace: allocation.namespace,
          jobId: job.id,
          groupName: group.name,
          region: job.region,
          networks: group.networks.map((network) => interpolateNetwork(network, interpolate)),
          ports: allocation.resources.shared.ports,
        },
        { signal },
      );
      onStatus(status);
    },
    async tearDown({ facts }) {
      await networks.tearDown(facts.allocation.id);
    },
  };
}
