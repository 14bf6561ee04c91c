// What all allocations of the node share: noted before the first one, removed after the last one.
import { runTool, tryTool } from './command-runner.ts';
import { hasChain, planFirewallRemoval } from './forward-chain.ts';
import { savedTable, tryChangeTable, unlessMissing } from './iptables.ts';
import type { NetworkContext } from './network-context.ts';

/** Notes what was there before orch. Called when no allocation has a network yet. */
export async function noteNodeBefore(context: NetworkContext): Promise<void> {
  if ((await context.records.node()) !== undefined) return;
  const saved = await savedTable(context.runner, 'filter');
  const hadCniForward = saved !== undefined && hasChain(saved.split('\n'), 'CNI-FORWARD');
  await context.records.saveNode({ version: 1, hadCniForward });
}

/**
 * Removes the table, the owned chains and the bridge device. Called when no allocation has a network any more; leaves
 * what others use meanwhile.
 */
export async function removeSharedParts(context: NetworkContext): Promise<void> {
  const node = await context.records.node();
  await unlessMissing(() => context.rules.write());
  await context.iptablesLane(async () => {
    const saved = await savedTable(context.runner, 'filter');
    if (saved === undefined) return;
    const keepCniForward = node?.hadCniForward ?? true;
    const plan = planFirewallRemoval(saved, context.names, { keepCniForward });
    if (plan === undefined) return;
    const refusal = await tryChangeTable(context.runner, plan);
    // The transaction fails as a whole when another program put a rule into the chain since: then the chain is its.
    if (refusal !== undefined) context.logger.info('firewall chains stay: they are in use', { refusal });
  });
  await unlessMissing(() => removeBridge(context));
  context.pluginLane.cool();
  await context.records.removeNode();
}

async function removeBridge(context: NetworkContext): Promise<void> {
  const { device } = context.bridge;
  const found = await tryTool(context.runner, ['ip', '-json', 'link', 'show', 'master', device]);
  // No such device.
  if (found.exitCode !== 0) return;
  const ports = JSON.parse(found.stdout.trim() || '[]') as readonly { readonly ifname?: string }[];
  if (ports.some((port) => port.ifname !== undefined)) return;
  await runTool(context.runner, ['ip', 'link', 'delete', device]);
}
