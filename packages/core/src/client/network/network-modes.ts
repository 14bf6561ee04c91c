// Pure: what the networks of a group mean together.
import { OrchError } from '../../lib/errors.ts';
import type { GroupNetworkRequest, GroupNetworkSpec } from './group-networks.ts';

export type NetworkMode = { readonly kind: 'bridge' } | { readonly kind: 'cni'; readonly name: string };

export type GroupNetworkPlan =
  | { readonly kind: 'host'; readonly hostname?: string }
  | { readonly kind: 'none'; readonly hostname?: string }
  | { readonly kind: 'namespace'; readonly interfaces: readonly PlannedInterface[]; readonly hostname?: string };

export interface PlannedInterface {
  readonly ifName: string;
  readonly mode: NetworkMode;
  readonly cniArgs: Readonly<Record<string, string>>;
}

/** @throws OrchError `network-invalid` naming the network. */
export function planGroupNetworks(request: GroupNetworkRequest): GroupNetworkPlan {
  const { networks } = request;
  const hostname = networks.find((network) => network.hostname)?.hostname;
  const named = hostname === undefined ? {} : { hostname };
  const alone = networks.find((network) => network.mode === '' || network.mode === 'host' || network.mode === 'none');
  if (networks.length === 0 || alone !== undefined) {
    if (networks.length > 1) {
      throw invalid(
        `network mode "${alone?.mode || 'host'}" cannot be combined with other networks`,
        'give the group that network alone',
      );
    }
    if (alone?.mode !== 'none') return { kind: 'host', ...named };
    const [port] = request.ports;
    if (port !== undefined) {
      throw invalid(
        `port "${port.label}": a group with network mode "none" has no ports`,
        'use mode "bridge" or remove the port',
      );
    }
    return { kind: 'none', ...named };
  }
  const interfaces = networks.map((network, index) => planInterface(network, index));
  for (const port of request.ports) {
    if (port.interfaceName === undefined || interfaces.some((planned) => planned.ifName === port.interfaceName))
      continue;
    const known = interfaces.map((planned) => planned.ifName).join(', ');
    throw invalid(`port "${port.label}": the group has no interface "${port.interfaceName}" (it has ${known})`);
  }
  return { kind: 'namespace', interfaces, ...named };
}

function planInterface(network: GroupNetworkSpec, index: number): PlannedInterface {
  return { ifName: `eth${index}`, mode: parseMode(network.mode), cniArgs: network.cniArgs ?? {} };
}

function parseMode(mode: string): NetworkMode {
  if (mode === 'bridge') return { kind: 'bridge' };
  if (mode.startsWith('cni/') && mode.length > 4) return { kind: 'cni', name: mode.slice(4) };
  throw invalid(`network mode "${mode}" is unknown`, 'use "bridge", "cni/<name>", "host" or "none"');
}

function invalid(message: string, hint?: string): OrchError {
  return new OrchError('network-invalid', message, hint === undefined ? {} : { hint });
}

/**
 * CNI_ARGS of one interface: the job's own, then who it is, which the job cannot override. Names and order as Nomad's,
 * since plugins read them.
 */
export function cniArgsOf(
  request: GroupNetworkRequest,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const identity = {
    NOMAD_REGION: request.region ?? 'global',
    NOMAD_NAMESPACE: request.namespace,
    NOMAD_JOB_ID: request.jobId,
    NOMAD_GROUP_NAME: request.groupName,
    NOMAD_ALLOC_ID: request.allocationId,
  };
  const free = Object.entries(own).filter(([key]) => !(key in identity));
  return { IgnoreUnknown: 'true', ...Object.fromEntries(free), ...identity };
}
