// `connect`: a service as a member of Consul's service mesh.

import { labelRule, taskNameRule, wordRule } from '../../model/name.ts';
import { type BlockSchema, block, type ModelRecord, type Report, stringList, stringMap } from '../field.ts';
import { proxyBlock } from './connect-proxy.ts';
import { gatewayBlock } from './gateway.ts';
import { identityBlock } from './identity.ts';
import { logsBlock } from './logs.ts';
import { resourcesBlock } from './resources.ts';
import { volumeMountBlock } from './volume.ts';

const sidecarServiceBlock: BlockSchema = {
  name: 'sidecar_service',
  doc: 'A proxy beside the task that speaks for it in the mesh.',
  fields: [
    { hcl: 'tags', wire: 'Tags', model: 'tags', type: stringList, default: [], doc: 'Tags of the proxy in Consul.' },
    {
      hcl: 'port',
      wire: 'Port',
      model: 'port',
      type: 'string',
      destructive: true,
      doc: 'Port of the group that the proxy listens on; a free one when it is not given.',
    },
    {
      hcl: 'disable_default_tcp_check',
      wire: 'DisableDefaultTCPCheck',
      model: 'disableDefaultTcpCheck',
      type: 'bool',
      default: false,
      doc: 'Whether the proxy goes without the TCP check it gets otherwise.',
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      doc: 'Metadata of the proxy in Consul.',
    },
    { hcl: 'proxy', wire: 'Proxy', model: 'proxy', type: block(proxyBlock), doc: 'What the proxy does.' },
  ],
};

const sidecarTaskBlock: BlockSchema = {
  name: 'sidecar_task',
  doc: 'Changes the task that runs the proxy.',
  fields: [
    {
      hcl: 'name',
      wire: 'Name',
      model: 'name',
      type: 'string',
      nameRule: taskNameRule,
      doc: 'Name of the task of the proxy.',
    },
    {
      hcl: 'driver',
      wire: 'Driver',
      model: 'driver',
      type: 'string',
      nameRule: wordRule,
      doc: 'Driver that runs the proxy.',
    },
    { hcl: 'user', wire: 'User', model: 'user', type: 'string', nameRule: labelRule, doc: 'User the proxy runs as.' },
    { hcl: 'config', wire: 'Config', model: 'config', type: 'json', default: {}, doc: "The driver's own options." },
    { hcl: 'env', wire: 'Env', model: 'env', type: stringMap, default: {}, doc: 'Environment variables of the proxy.' },
    {
      hcl: 'resources',
      wire: 'Resources',
      model: 'resources',
      type: block(resourcesBlock),
      implicit: true,
      doc: 'What the proxy needs of the node.',
    },
    { hcl: 'meta', wire: 'Meta', model: 'meta', type: stringMap, default: {}, doc: 'Metadata of the task.' },
    {
      hcl: 'logs',
      wire: 'LogConfig',
      model: 'logs',
      type: block(logsBlock),
      implicit: true,
      doc: "How much of the proxy's output is kept.",
    },
    {
      hcl: 'kill_timeout',
      wire: 'KillTimeout',
      model: 'killTimeoutMs',
      type: 'duration',
      default: 5_000,
      min: 0,
      doc: 'Time to stop by itself before it is killed.',
    },
    {
      hcl: 'shutdown_delay',
      wire: 'ShutdownDelay',
      model: 'shutdownDelayMs',
      type: 'duration',
      default: 0,
      min: 0,
      doc: 'Wait between leaving service discovery and being stopped.',
    },
    {
      hcl: 'kill_signal',
      wire: 'KillSignal',
      model: 'killSignal',
      type: 'string',
      doc: 'Signal that asks the proxy to stop.',
    },
    {
      hcl: 'volume_mount',
      wire: 'VolumeMounts',
      model: 'volumeMounts',
      type: block(volumeMountBlock, 'many'),
      default: [],
      doc: 'Volumes of the group in the file system of the proxy.',
    },
    {
      hcl: 'identity',
      wire: 'Identities',
      model: 'identities',
      type: block(identityBlock, 'many'),
      default: [],
      doc: 'Identities of the task of the proxy.',
    },
  ],
};

export const connectBlock: BlockSchema = {
  name: 'connect',
  doc: "Makes the service a member of Consul's service mesh.",
  fields: [
    {
      hcl: 'native',
      wire: 'Native',
      model: 'native',
      type: 'bool',
      default: false,
      destructive: true,
      doc: 'Whether the task speaks the mesh by itself, without a proxy.',
    },
    {
      hcl: 'sidecar_service',
      wire: 'SidecarService',
      model: 'sidecarService',
      type: block(sidecarServiceBlock),
      destructive: 'presence',
      doc: 'A proxy beside the task.',
    },
    {
      hcl: 'sidecar_task',
      wire: 'SidecarTask',
      model: 'sidecarTask',
      type: block(sidecarTaskBlock),
      destructive: true,
      doc: 'Changes the task that runs the proxy.',
    },
    {
      hcl: 'gateway',
      wire: 'Gateway',
      model: 'gateway',
      type: block(gatewayBlock),
      destructive: true,
      notYet: 'nothing here starts the proxies of the mesh',
      doc: 'Makes the service a gateway of the mesh.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    const ways = [record['native'] === true, record['sidecarService'] !== undefined, record['gateway'] !== undefined];
    if (ways.filter(Boolean).length === 1) return;
    report('', 'connect is exactly one of native, sidecar_service and gateway', 'keep one of them');
  },
};
