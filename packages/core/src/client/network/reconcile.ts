// Brings the node's networks in line with the live allocations after a restart or a reboot.
import { describeError } from '../../lib/errors.ts';
import type { NetworkReconcileReport } from './group-networks.ts';
import { containsIpv4 } from './ip-address.ts';
import { unlessMissing } from './iptables.ts';
import { deleteNamespace, isNamespaceInUse, listNamespaces, namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import { attachmentAddresses, type NetworkRecord } from './network-record.ts';
import { routeLocalnetPath } from './set-up.ts';
import { sweepIptables } from './tear-down.ts';

export type RecordFate = 'keep' | 'lost' | 'remove';

/** Pure: what becomes of a record. Only a network that was wholly set up and still has its namespace is worth keeping. */
export function recordFate(record: NetworkRecord, isLive: boolean, hasNamespace: boolean): RecordFate {
  if (!isLive) return 'remove';
  return record.phase === 'up' && hasNamespace ? 'keep' : 'lost';
}

/** @param tearDown as `GroupNetworks.tearDown`. */
export async function reconcileNetworks(
  context: NetworkContext,
  live: ReadonlySet<string>,
  tearDown: (allocationId: string) => Promise<void>,
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
  for (const record of [...(await context.records.all()).values()]) {
    const { allocationId } = record;
    const hasNamespace = await context.files.isNamespace(namespacePath(record.namespaceName));
    const fate = recordFate(record, live.has(allocationId), hasNamespace);
    if (fate === 'keep') {
      report.kept.push(allocationId);
      await attempt(() => repairDevices(context, record));
      context.rules.put({ allocationId, mappings: record.mappings, routes: record.routes });
      continue;
    }
    const isRemoved = await attempt(() => tearDown(allocationId));
    if (fate === 'lost') report.lost.push(allocationId);
    else if (isRemoved) report.removed.push(allocationId);
  }
  const leakedNamespaces = await removeLeakedNamespaces(context, problems);
  const isIdle = (await context.records.all()).size === 0;
  const write = () => context.rules.write();
  // A node without networks needs no tools for them.
  await attempt(isIdle ? () => unlessMissing(write) : write);
  await attempt(() => sweepStaleRules(context));
  return { ...report, leakedNamespaces, problems };
}

async function repairDevices(context: NetworkContext, record: NetworkRecord): Promise<void> {
  await Promise.all(record.devices.map((device) => context.files.write(routeLocalnetPath(device.name), '1')));
}

/** Namespaces with orch's name and no record. One with processes inside belongs to somebody and stays. */
async function removeLeakedNamespaces(context: NetworkContext, problems: string[]): Promise<string[]> {
  const known = new Set([...(await context.records.all()).values()].map((record) => record.namespaceName));
  const removed: string[] = [];
  for (const name of await listNamespaces(context.files, context.names.namespacePrefix)) {
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
  const addresses = new Set([...records.values()].flatMap((record) => record.attachments.flatMap(attachmentAddresses)));
  await sweepIptables(
    context,
    (mark) => mark.network === context.names.defaultNetwork && !records.has(mark.containerId),
    (address) => containsIpv4(context.bridge.subnet, address) && !addresses.has(address),
  );
}
