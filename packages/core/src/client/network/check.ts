// Whether an allocation's network is as it was set up.
import { tryTool } from './command-runner.ts';
import type { GroupNetworkCheck } from './group-networks.ts';
import { namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import type { NetworkRecord } from './network-record.ts';
import { routeLocalnetPath } from './set-up.ts';

export async function checkNetwork(context: NetworkContext, record: NetworkRecord): Promise<GroupNetworkCheck> {
  const problems: string[] = [];
  if (record.phase !== 'up') problems.push(`the network is ${record.phase}`);
  if (!(await context.files.isNamespace(namespacePath(record.namespaceName)))) {
    return { healthy: false, problems: [...problems, `the namespace ${record.namespaceName} is gone`] };
  }
  for (const attachment of record.attachments) {
    for (const found of await context.cni.check(attachment)) {
      if (found.advisory) context.logger.debug('network check', { problem: found.error.message });
      else problems.push(`${attachment.ifName}: ${found.error.message}`);
    }
  }
  if (record.mappings.length > 0) problems.push(...(await checkPorts(context, record)));
  return { healthy: problems.length === 0, problems };
}

async function checkPorts(context: NetworkContext, record: NetworkRecord): Promise<string[]> {
  const problems: string[] = [];
  const table = await tryTool(context.runner, ['nft', 'list', 'table', 'inet', context.names.nftTable]);
  for (const { label, hostPort, toIp, toPort } of record.mappings) {
    if (table.exitCode === 0 && table.stdout.includes(`tcp . ${hostPort} : ${toIp} . ${toPort}`)) continue;
    problems.push(`port "${label}" (${hostPort}) is not published`);
  }
  for (const { name } of record.devices) {
    if ((await context.files.read(routeLocalnetPath(name)))?.trim() === '1') continue;
    problems.push(`127.0.0.1 does not lead to ${name}: route_localnet is off`);
  }
  return problems;
}
