// Group networks that remember what they were asked and touch nothing.

import type { GroupNetworkRequest, GroupNetworkStatus, GroupNetworks } from '../network/group-networks.ts';

export class FakeNetworks implements GroupNetworks {
  readonly standing = new Map<string, GroupNetworkStatus>();
  readonly calls: string[] = [];
  readonly requests: GroupNetworkRequest[] = [];
  /** Set to make the next set-ups fail. */
  failure: Error | undefined;
  lost: string[] = [];

  async setUp(request: GroupNetworkRequest): Promise<GroupNetworkStatus> {
    this.calls.push(`setUp ${request.allocationId}`);
    this.requests.push(request);
    if (this.failure !== undefined) throw this.failure;
    const hostMode = request.networks.length === 0 || request.networks[0]?.mode === 'host';
    const { hostname, dns } = request.networks[0] ?? {};
    const said = { ...(hostname === undefined ? {} : { hostname }), ...(dns === undefined ? {} : { dns }) };
    const status: GroupNetworkStatus = hostMode
      ? { kind: 'host', interfaceName: '', address: '', interfaces: [], ...said }
      : {
          kind: 'namespace',
          namespacePath: `/run/netns/${request.allocationId}`,
          interfaceName: 'eth0',
          address: '172.26.64.9',
          interfaces: [{ network: 'bridge', name: 'eth0', address: '172.26.64.9' }],
          ...said,
        };
    this.standing.set(request.allocationId, status);
    return status;
  }
  async find(allocationId: string) {
    return this.standing.get(allocationId);
  }
  async tearDown(allocationId: string) {
    this.calls.push(`tearDown ${allocationId}`);
    this.standing.delete(allocationId);
  }
  async check() {
    return { healthy: true, problems: [] };
  }
  async reconcile(live: readonly string[]) {
    this.calls.push(`reconcile ${live.length}`);
    return { kept: live, lost: this.lost, removed: [], leakedNamespaces: [], problems: [] };
  }
  async close() {}
}
