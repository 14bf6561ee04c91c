// Removes an allocation's network, whatever of it exists.
import { describeError, OrchError } from '../../lib/errors.ts';
import { changeTable, savedTable, unlessMissing } from './iptables.ts';
import { deleteNamespace, namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import { attachmentAddresses, type NetworkRecord } from './network-record.ts';
import { planFirewallSweep, planNatSweep } from './rule-sweep.ts';
import { routeLocalnetPath } from './set-up.ts';

/**
 * Ports first, then CNI DEL backwards while the namespace still exists (plugins learn the address from it), then the
 * namespace, then the record. Each step is tried whatever became of the others; with errors the record stays.
 * @param options `failedPlugin`: the plugin whose ADD just failed; that its DEL fails too is no news.
 * @throws OrchError `network-teardown-failed`
 */
export async function tearDownNamespace(
  context: NetworkContext,
  record: NetworkRecord,
  options: { readonly failedPlugin?: string | undefined } = {},
): Promise<void> {
  const errors: unknown[] = [];
  const step = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  };
  await context.records.save({ ...record, phase: 'tearing-down' });
  context.rules.drop(record.allocationId);
  const isAlive = await context.files.isNamespace(namespacePath(record.namespaceName));
  // Deleting needs no order with the rules: they lead to an address that answers no more.
  await Promise.all([
    step(async () => record.mappings.length > 0 && (await unlessMissing(() => context.rules.write()))),
    detachAll(context, record, isAlive, async (work) => step(() => forgiving(context, options.failedPlugin, work))),
  ]);
  const hasAllResults = record.attachments.every((attachment) => attachment.result !== undefined);
  if (record.attachments.length > 0 && (!isAlive || !hasAllResults || errors.length > 0)) {
    await step(() => sweepRules(context, record));
  }
  const remove = () => deleteNamespace(context.runner, record.namespaceName);
  await step(isAlive ? remove : () => unlessMissing(remove));
  await step(() => restoreDevices(context, record));
  if (errors.length === 0) {
    await context.records.remove(record.allocationId);
    return;
  }
  throw new OrchError(
    'network-teardown-failed',
    `the network of allocation ${record.allocationId} could not be removed wholly: ${errors.map(describeError).join('; ')}`,
    { cause: errors[0], hint: 'it is tried again at the next clean-up or agent start' },
  );
}

async function detachAll(
  context: NetworkContext,
  record: NetworkRecord,
  isAlive: boolean,
  step: (work: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  for (const attachment of record.attachments.toReversed()) {
    const netns = isAlive ? attachment.netns : '';
    await step(() => context.pluginLane.run(() => context.cni.delete({ ...attachment, netns })));
  }
}

/** A broken plugin must not keep the rest on record for ever: what it made goes with the namespace and the sweep. */
async function forgiving(
  context: NetworkContext,
  failedPlugin: string | undefined,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { plugin, cause } = error as { readonly plugin?: unknown; readonly cause?: unknown };
    if (failedPlugin === undefined || plugin !== failedPlugin || cause instanceof AggregateError) throw error;
    context.logger.warn('the plugin that failed to set a network up failed to remove it too', {
      error: describeError(error),
    });
  }
}

/** Rules that DEL cannot find without the namespace or without a result. */
async function sweepRules(context: NetworkContext, record: NetworkRecord): Promise<void> {
  const networks = new Set(record.attachments.map((attachment) => attachment.network.name));
  const addresses = new Set(record.attachments.flatMap(attachmentAddresses));
  await sweepIptables(
    context,
    (mark) => mark.containerId === record.allocationId && networks.has(mark.network),
    (address) => addresses.has(address),
  );
}

/** Removes plugins' rules by mark and by address. */
export async function sweepIptables(
  context: NetworkContext,
  isStaleMark: Parameters<typeof planNatSweep>[1],
  isStaleAddress: (address: string) => boolean,
): Promise<void> {
  await context.iptablesLane(async () => {
    const nat = planNatSweep((await savedTable(context.runner, 'nat')) ?? '', isStaleMark);
    if (nat !== undefined) await changeTable(context.runner, nat);
    const filter = planFirewallSweep((await savedTable(context.runner, 'filter')) ?? '', isStaleAddress);
    if (filter !== undefined) await changeTable(context.runner, filter);
  });
}

/** Devices that are not orch's get their setting back when the last allocation with ports behind them goes. */
async function restoreDevices(context: NetworkContext, record: NetworkRecord): Promise<void> {
  const others = [...(await context.records.all()).values()].filter(
    (other) => other.allocationId !== record.allocationId,
  );
  for (const device of record.devices) {
    if (others.some((other) => other.devices.some((used) => used.name === device.name))) continue;
    await context.files.write(routeLocalnetPath(device.name), device.before);
  }
}
