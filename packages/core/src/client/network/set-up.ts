// Makes an allocation's network, step by step, each stored before it is made.
import { OrchError } from '../../lib/errors.ts';
import type { AllocationNetworkStatus } from '../../model/network.ts';
import { readResultDns, readResultMac } from './cni-result.ts';
import type { CniAttachmentRecord, CniNetworkConfig } from './cni-runner.ts';
import { dropDefaultRoutes } from './default-route.ts';
import type { GroupNetworkRequest, GroupNetworkStatus } from './group-networks.ts';
import { type Cidr, ipFamily, parseCidr, subnetOf } from './ip-address.ts';
import { createNamespace, deviceTowards, namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import { cniArgsOf, type GroupNetworkPlan, type PlannedInterface } from './network-modes.ts';
import { attachmentAddresses, type NetworkRecord } from './network-record.ts';
import { planPortMappings } from './port-mapping.ts';
import type { NetworkRoute } from './published-state.ts';

type NamespacePlan = Exclude<GroupNetworkPlan, { readonly kind: 'host' }>;

/** Status of a group on the node's own network. */
export function hostStatus(request: GroupNetworkRequest, plan: GroupNetworkPlan): GroupNetworkStatus {
  return { kind: 'host', interfaceName: '', address: '', interfaces: [], ...hostnameOf(plan), ...dnsOf(request, []) };
}

/**
 * From nothing to `up`. On an error the stored record says what may exist; the caller tears it down.
 * @throws OrchError
 */
export async function setUpNamespace(
  context: NetworkContext,
  request: GroupNetworkRequest,
  plan: NamespacePlan,
  signal: AbortSignal | undefined,
): Promise<GroupNetworkStatus> {
  const planned = plan.kind === 'none' ? [] : plan.interfaces;
  const networks = await Promise.all(planned.map((wanted) => networkOf(context, wanted)));
  const namespaceName = `${context.names.namespacePrefix}${request.allocationId}`;
  let record: NetworkRecord = {
    version: 1,
    allocationId: request.allocationId,
    phase: 'setting-up',
    namespaceName,
    attachments: planned.map((wanted, index) => intent(context, request, wanted, networks[index], namespaceName)),
    mappings: [],
    routes: [],
    devices: [],
  };
  await context.records.save(record);
  await createNamespace(context.runner, namespaceName);
  for (const index of record.attachments.keys()) record = await attach(context, record, index, signal);
  record = await publish(context, request, record);
  const status = statusOf(request, plan, record);
  await context.records.save({ ...record, phase: 'up', status });
  if (record.mappings.length > 0) await context.rules.write();
  return status;
}

async function networkOf(context: NetworkContext, wanted: PlannedInterface): Promise<CniNetworkConfig> {
  const { mode } = wanted;
  const network = mode.kind === 'bridge' ? context.bridge.network : await context.cni.findNetwork(mode.name);
  await context.cni.requirePlugins(network);
  return network;
}

function intent(
  context: NetworkContext,
  request: GroupNetworkRequest,
  wanted: PlannedInterface,
  network: CniNetworkConfig | undefined,
  namespaceName: string,
): CniAttachmentRecord {
  if (network === undefined) throw new OrchError('network-invalid', `interface ${wanted.ifName} has no network`);
  return {
    network,
    containerId: request.allocationId,
    netns: namespacePath(namespaceName),
    ifName: wanted.ifName,
    args: context.cni.formatArgs(cniArgsOf(request, wanted.cniArgs)),
  };
}

/** One interface. The result is stored after the plugin that gave the addresses, before later ones make rules for them. */
async function attach(
  context: NetworkContext,
  record: NetworkRecord,
  index: number,
  signal: AbortSignal | undefined,
): Promise<NetworkRecord> {
  const attachment = record.attachments[index];
  if (attachment === undefined) return record;
  const withResult = (result: CniAttachmentRecord['result']): NetworkRecord => ({
    ...record,
    attachments: record.attachments.with(index, result === undefined ? attachment : { ...attachment, result }),
  });
  let ran = 0;
  const result = await context.pluginLane.run(() =>
    context.cni.add(attachment, {
      ...(signal === undefined ? {} : { signal }),
      async onResult(intermediate) {
        ran += 1;
        if (ran === 1 && attachment.network.plugins.length > 1) await context.records.save(withResult(intermediate));
      },
    }),
  );
  const { namespaceName } = record;
  const isFirst = index === 0;
  const next = withResult(
    isFirst ? result : await dropDefaultRoutes(context.runner, namespaceName, attachment.ifName, result),
  );
  // The last one is stored together with the ports.
  if (index < record.attachments.length - 1) await context.records.save(next);
  return next;
}

/** Ports and what they need of the host's devices: stored, then set; written by the caller. */
async function publish(
  context: NetworkContext,
  request: GroupNetworkRequest,
  record: NetworkRecord,
): Promise<NetworkRecord> {
  if (request.ports.length === 0) return record;
  const interfaces = record.attachments.map((attachment) => ({
    name: attachment.ifName,
    addresses: attachmentAddresses(attachment),
  }));
  const mappings = planPortMappings(request.ports, interfaces);
  const routes = await routesOf(context, record);
  const names = [...new Set(routes.map((route) => route.device))];
  const devices = await Promise.all(names.map((name) => deviceBefore(context, name)));
  const next = { ...record, mappings, routes, devices };
  await context.records.save(next);
  await Promise.all(names.map((name) => context.files.write(routeLocalnetPath(name), '1')));
  context.rules.put({ allocationId: record.allocationId, mappings, routes });
  return next;
}

/** Lets the node's 127.0.0.1 reach the device's network; the table's guard keeps the other direction shut. */
export function routeLocalnetPath(device: string): string {
  return `/proc/sys/net/ipv4/conf/${device}/route_localnet`;
}

/** The device as it was before the first allocation with ports behind it. */
async function deviceBefore(context: NetworkContext, name: string): Promise<NetworkRecord['devices'][number]> {
  for (const record of (await context.records.all()).values()) {
    const known = record.devices.find((device) => device.name === name);
    if (known !== undefined) return known;
  }
  return { name, before: (await context.files.read(routeLocalnetPath(name)))?.trim() ?? '0' };
}

async function routesOf(context: NetworkContext, record: NetworkRecord): Promise<NetworkRoute[]> {
  const cidrs = record.attachments.flatMap((attachment) => attachmentCidrs(attachment));
  const routes = await Promise.all(
    cidrs.map(async (cidr) => {
      const device = await deviceTowards(context.runner, cidr.address);
      return device === undefined ? undefined : { device, subnet: subnetOf(cidr) };
    }),
  );
  return routes.filter((route) => route !== undefined);
}

function attachmentCidrs(attachment: CniAttachmentRecord): Cidr[] {
  const ips = attachment.result?.['ips'];
  if (!Array.isArray(ips)) return [];
  return ips.flatMap((ip: { readonly address?: unknown }) => parseCidr(String(ip.address)) ?? []);
}

function statusOf(request: GroupNetworkRequest, plan: NamespacePlan, record: NetworkRecord): GroupNetworkStatus {
  const interfaces: AllocationNetworkStatus['interfaces'] = record.attachments.map((attachment) => {
    const addresses = attachmentAddresses(attachment);
    const mac = readResultMac(attachment);
    return {
      network: attachment.network.name,
      name: attachment.ifName,
      address: addresses.find((address) => ipFamily(address) === 'ip') ?? addresses[0] ?? '',
      ...(mac === undefined ? {} : { mac }),
    };
  });
  const first = record.attachments[0];
  const addressIpv6 = first && attachmentAddresses(first).find((address) => ipFamily(address) === 'ip6');
  return {
    kind: plan.kind,
    namespacePath: namespacePath(record.namespaceName),
    interfaceName: interfaces[0]?.name ?? '',
    address: interfaces[0]?.address ?? '',
    ...(addressIpv6 === undefined ? {} : { addressIpv6 }),
    interfaces,
    ...hostnameOf(plan),
    ...dnsOf(request, record.attachments),
  };
}

function hostnameOf(plan: GroupNetworkPlan): { readonly hostname?: string } {
  return plan.hostname === undefined ? {} : { hostname: plan.hostname };
}

function dnsOf(
  request: GroupNetworkRequest,
  attachments: readonly CniAttachmentRecord[],
): Pick<GroupNetworkStatus, 'dns'> {
  const own = request.dns ?? request.networks.find((network) => network.dns)?.dns;
  const found = own ?? attachments.map(readResultDns).find((dns) => dns.servers.length > 0);
  return found === undefined ? {} : { dns: found };
}
