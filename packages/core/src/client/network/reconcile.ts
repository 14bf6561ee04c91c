// Brings the node's networks in line with the live allocations after a restart or a reboot.
import { describeError } from '../../lib/errors.ts';
import type { NetworkReconcileReport } from './group-networks.ts';
import { containsIpv4 } from './ip-address.ts';
import { unlessMissing } from './iptables.ts';
import { deleteNamespace, isNamespaceInUse, listNamespaces, namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import { attachmentAddresses, type NetworkRecord } from './network-record.ts';
import type { KeyedLanes } from './serial-lane.ts';
import { routeLocalnetPath } from './set-up.ts';
import { sweepIptables, tearDownNamespace } from './tear-down.ts';

export type RecordFate = 'keep' | 'lost' | 'remove';

/** Pure: what becomes of a record. Only a network that was wholly set up and still has its namespace is worth keeping. */
export function recordFate(record: NetworkRecord, isLive: boolean, hasNamespace: boolean): RecordFate {
  if (!isLive) return 'remove';
  return record.phase === 'up' && hasNamespace ? 'keep' : 'lost';
}

/** @param lanes one thing at a time for an allocation: a record is judged when nobody works on it. */
export async function reconcileNetworks(
  context: NetworkContext,
  live: ReadonlySet<string>,
  lanes: KeyedLanes,
): Promise<NetworkReconcileReport> {
  const problems: string[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      problems.push(describeError(error));
      return false;
    }
  };
  const report = { kept: [] as string[], lost: [] as string[], removed: [] as string[] };
  const one = async (allocationId: string): Promise<void> => {
    const record = (await context.records.all()).get(allocationId);
    if (record === undefined) return;
    const hasNamespace = await context.files.isNamespace(namespacePath(record.namespaceName));
    const fate = recordFate(record, live.has(allocationId), hasNamespace);
    if (fate === 'keep') {
      report.kept.push(allocationId);
      await repairDevices(context, record);
      context.rules.put({ allocationId, mappings: record.mappings, routes: record.routes });
      return;
    }
    if (fate === 'lost') report.lost.push(allocationId);
    await tearDownNamespace(context, record);
    if (fate === 'remove') report.removed.push(allocationId);
  };
  const allocationIds = [...(await context.records.all()).keys()];
  await Promise.all(allocationIds.map((id) => attempt(() => lanes(id, () => one(id)))));
  const leakedNamespaces = await removeLeakedNamespaces(context, problems);
  const isIdle = (await context.records.all()).size === 0;
  const write = () => context.rules.write();
  // A node without networks needs no tools for them.
  await attempt(isIdle ? () => unlessMissing(write) : write);
  await attempt(() => sweepStaleRules(context));
  return {
    kept: report.kept.sort(),
    lost: report.lost.sort(),
    removed: report.removed.sort(),
    leakedNamespaces,
    problems,
  };
}

async function repairDevices(context: NetworkContext, record: NetworkRecord): Promise<void> {
  await Promise.all(record.devices.map((device) => context.files.write(routeLocalnetPath(device.name), '1')));
}

/** Namespaces with orch's name and no record. One with processes inside belongs to somebody and stays. */
async function removeLeakedNamespaces(context: NetworkContext, problems: string[]): Promise<string[]> {
  const removed: string[] = [];
  // Listed first: a record is there before its namespace, so one that is being made has a record by now.
  const names = await listNamespaces(context.files, context.names.namespacePrefix);
  const known = new Set([...(await context.records.all()).values()].map((record) => record.namespaceName));
  for (const name of names) {
    if (known.has(name)) continue;
    try {
      if (await isNamespaceInUse(context.runner, name)) {
        problems.push(`network namespace ${name} belongs to no allocation of this agent, but processes run in it`);
        continue;
      }
      await deleteNamespace(context.runner, name);
      removed.push(name);
    } catch (error) {
      problems.push(describeError(error));
    }
  }
  return removed;
}

/** Rules of orch's own network for containers and addresses that nobody has. Other networks may be others'. */
async function sweepStaleRules(context: NetworkContext): Promise<void> {
  const records = await context.records.all();
  // Read when asked, after the rules were: a rule is there after its record.
  const hasAddress = (address: string) =>
    [...records.values()].some((record) =>
      record.attachments.some((one) => attachmentAddresses(one).includes(address)),
    );
  await sweepIptables(
    context,
    (mark) => mark.network === context.names.defaultNetwork && !records.has(mark.containerId),
    (address) => containsIpv4(context.bridge.subnet, address) && !hasAddress(address),
  );
}
