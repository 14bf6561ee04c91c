// Gives the group its network before its tasks start, and takes it away after the last one ended.

import type { GroupNetworkStatus, GroupNetworks } from '../../network/group-networks.ts';
import type { AllocHook } from '../alloc-hook.ts';

/** @param onStatus told when the network stands. */
export function networkHook(networks: GroupNetworks, onStatus: (status: GroupNetworkStatus) => void): AllocHook {
  return {
    name: 'network',
    async setUp({ facts, signal }) {
      const { allocation, job, group } = facts;
      const status = await networks.setUp(
        {
          allocationId: allocation.id,
          namespace: allocation.namespace,
          jobId: job.id,
          groupName: group.name,
          region: job.region,
          networks: group.networks,
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
