// Where the form of Nomad's differences does not follow from the schema: names, pairs, order, what is shown.

import type { ModelRecord } from './field.ts';

/** How the records of a repeated block of two versions are matched. */
export type Pairing =
  /** By content: a changed one counts as one deleted and one added. */
  | 'whole'
  /** The first with the first, and so on. */
  | 'place'
  /** By what services have in common: name, port, place. */
  | 'likeness'
  /** By this field. */
  | { readonly by: string; readonly onlyOnesPair?: boolean };

export interface BlockShape {
  readonly pairing?: Pairing;
  /** Nomad shows only the fields that changed. */
  readonly changedFieldsOnly?: boolean;
  /** Lists are one text, separated by commas, instead of objects. */
  readonly joinsLists?: boolean;
  /** 0 is shown as absent. */
  readonly hidesZero?: boolean;
  /** Its type is that of its fields: `Added` when nothing but new fields came. */
  readonly typeOfFields?: boolean;
  /** Fields of Nomad's that have no place of their own in the model. */
  readonly extra?: (record: ModelRecord, job: ModelRecord) => Readonly<Record<string, string>>;
  /** Wire names of the objects, in the order in which they are shown; others follow. */
  readonly order?: readonly string[];
}

/** By block name. A block with a label that is not named here is paired by it, others by content. */
export const blockShapes: Readonly<Record<string, BlockShape>> = {
  job: {
    extra: () => ({ Dispatched: 'false', Stop: 'false' }),
    order: ['Datacenters', 'Constraints', 'Affinities', 'Periodic', 'ParameterizedJob', 'Multiregion', 'UI', 'Spreads'],
  },
  group: {
    order: [
      ...['Constraints', 'Affinities', 'RestartPolicy', 'Migrate', 'ReschedulePolicy', 'EphemeralDisk', 'Consul'],
      ...['Update', 'Disconnect', 'Networks', 'Scaling', 'Services', 'Volumes', 'Spreads'],
    ],
  },
  task: {
    order: [
      ...['Constraints', 'Affinities', 'Config', 'Resources', 'LogConfig', 'DispatchPayload', 'Artifacts', 'Services'],
      ...['Vault', 'Secrets', 'Consul', 'Templates', 'Identity', 'Identities', 'Actions', 'VolumeMounts', 'Schedule'],
    ],
  },
  service: {
    pairing: 'likeness',
    extra: (_record, job) => ({ Namespace: String(job['namespace'] ?? '') }),
    order: ['CanaryTags', 'Tags', 'Checks', 'Connect', 'Identity', 'Weights'],
  },
  resources: { order: ['Networks', 'Devices', 'NUMA'] },
  network: { order: ['ReservedPorts', 'DynamicPorts', 'DNS', 'CNI'] },
  constraint: { typeOfFields: true },
  affinity: { typeOfFields: true },
  restart: { typeOfFields: true },
  migrate: { typeOfFields: true },
  reschedule: { typeOfFields: true },
  ephemeral_disk: { typeOfFields: true },
  consul: { typeOfFields: true },
  update: { typeOfFields: true },
  logs: { typeOfFields: true },
  dispatch_payload: { typeOfFields: true },
  port: { typeOfFields: true },
  strategy: { typeOfFields: true },
  region: { typeOfFields: true },
  schedule: { typeOfFields: true },
  check: { pairing: { by: 'name' }, order: ['Header', 'CheckRestart'] },
  template: { pairing: { by: 'destination', onlyOnesPair: true }, order: ['Wait', 'ChangeScript'] },
  artifact: { pairing: { by: 'destination' }, typeOfFields: true },
  identity: { pairing: { by: 'name' } },
  action: { pairing: 'place' },
  volume_mount: { pairing: 'place' },
  link: { pairing: 'place' },
  upstreams: { pairing: { by: 'destinationName' } },
  path: { typeOfFields: true },
  mesh_gateway: { typeOfFields: true },
  sidecar_task: { changedFieldsOnly: true },
  scaling: { changedFieldsOnly: true, order: ['Policy'] },
  periodic: { extra: () => ({ SpecType: 'cron' }) },
  parameterized: { order: ['MetaOptional', 'MetaRequired'] },
  dns: { joinsLists: true },
  weights: { hidesZero: true },
};

export interface FieldShape {
  /** Name where it is not the wire name, or for objects its singular. */
  readonly name?: string;
  /** Text of a field that is not given, where it is not the zero of its type. Empty = the field is not shown. */
  readonly unset?: string;
  /** 0 counts as absent. */
  readonly zeroIsUnset?: boolean;
  /** Shown only when it changed: Nomad leaves it out of differences, orch does not hide a change. */
  readonly ours?: boolean;
  /** Shown only where it is not the same field of the block around it, which says it already. */
  readonly inherited?: boolean;
  /** Not shown: what it says has been taken over by other blocks, where it is shown. */
  readonly takenOver?: boolean;
  /** A set that did not change is not shown, although its object did. */
  readonly setWhenChanged?: boolean;
  /** Members stand among the fields of the block: `Config[key]`. */
  readonly inline?: boolean;
}

/** By `block.WireName`. */
export const fieldShapes: Readonly<Record<string, FieldShape>> = {
  'job.Datacenters': { name: 'Datacenters', setWhenChanged: true },
  'job.Update': { takenOver: true },
  'job.Reschedule': { takenOver: true },
  'job.Migrate': { takenOver: true },
  'group.ShutdownDelay': { zeroIsUnset: true },
  'group.MaxRunDuration': { ours: true, unset: '' },
  'group.StopAfterClientDisconnect': { unset: '' },
  'group.MaxClientDisconnect': { unset: '' },
  'task.RestartPolicy': { inherited: true },
  'network.ReservedPorts': { name: 'Static Port' },
  'network.DynamicPorts': { name: 'Dynamic Port' },
  'network.CNI': { name: 'CNIConfig' },
  'network.MBits': { ours: true },
  'network.Device': { ours: true },
  'network.CIDR': { ours: true },
  'network.IP': { ours: true },
  'dynamic port.IgnoreCollision': { ours: true },
  'dynamic port.Value': { ours: true },
  'dynamic port.Task': { unset: '' },
  'dynamic port.TaskLabel': { unset: '' },
  'port.Task': { unset: '' },
  'port.TaskLabel': { unset: '' },
  'logs.Enabled': { takenOver: true },
  'update.Stagger': { ours: true },
  'service.Connect': { name: 'ConsulConnect' },
  'sidecar_service.Proxy': { name: 'ConsulProxy' },
  'sidecar_service.Tags': { ours: true },
  'proxy.Upstreams': { name: 'ConsulUpstreams' },
  'expose.Paths': { name: 'Paths' },
  'scaling.Type': { ours: true },
  'check.Args': { ours: true },
  'check.Advertise': { ours: true },
  'disconnect.StopOnClientAfter': { unset: 'nil' },
  'link.URL': { name: 'Url' },
  'template.Wait': { name: 'Template' },
  'template.Uid': { unset: '' },
  'template.Gid': { unset: '' },
  'wait.Min': { unset: 'nil' },
  'wait.Max': { unset: 'nil' },
  'secret.Config': { inline: true },
  'periodic.Specs': { name: 'Specs', setWhenChanged: true },
};

/** Lists are sets, called by their wire name; objects by its singular. */
export function objectName(wire: string): string {
  if (wire.endsWith('ies')) return `${wire.slice(0, -3)}y`;
  const keepsItsEnd = ['Resources', 'DNS', 'Tags', 'Weights', 'MountOptions'];
  return wire.endsWith('s') && !keepsItsEnd.includes(wire) ? wire.slice(0, -1) : wire;
}
