// `service`: how others find a group or task.

import { type BlockSchema, block, stringList, stringMap } from '../field.ts';
import { checkBlock, checkRestartBlock } from './check.ts';
import { identityBlock } from './identity.ts';

const weightsBlock: BlockSchema = {
  name: 'weights',
  doc: 'Weights in DNS answers.',
  fields: [
    { hcl: 'passing', wire: 'Passing', model: 'passing', type: 'int', default: 1, doc: 'Weight while checks pass.' },
    { hcl: 'warning', wire: 'Warning', model: 'warning', type: 'int', default: 1, doc: 'Weight while checks warn.' },
  ],
};

export const serviceBlock: BlockSchema = {
  name: 'service',
  doc: 'Registers an address under a name, with health checks.',
  fields: [
    { hcl: 'name', wire: 'Name', model: 'name', type: 'string', doc: 'Name others look up.' },
    { hcl: 'port', wire: 'PortLabel', model: 'port', type: 'string', doc: 'Port name or number.' },
    {
      hcl: 'address',
      wire: 'Address',
      model: 'address',
      type: 'string',
      doc: 'Address to register instead of the found one.',
    },
    {
      hcl: 'address_mode',
      wire: 'AddressMode',
      model: 'addressMode',
      type: 'string',
      default: 'auto',
      values: ['auto', 'host', 'driver', 'alloc', 'alloc_ipv6'],
      doc: 'Which address is registered.',
    },
    {
      hcl: 'provider',
      wire: 'Provider',
      model: 'provider',
      type: 'string',
      default: 'consul',
      values: ['consul', 'nomad'],
      doc: 'Where it is registered.',
    },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      doc: 'Which Consul cluster.',
    },
    { hcl: 'tags', wire: 'Tags', model: 'tags', type: stringList, default: [], doc: 'Tags.' },
    {
      hcl: 'canary_tags',
      wire: 'CanaryTags',
      model: 'canaryTags',
      type: stringList,
      default: [],
      doc: 'Tags of canaries.',
    },
    { hcl: 'meta', wire: 'Meta', model: 'meta', type: stringMap, default: {}, doc: 'Metadata.' },
    {
      hcl: 'canary_meta',
      wire: 'CanaryMeta',
      model: 'canaryMeta',
      type: stringMap,
      default: {},
      doc: 'Metadata of canaries.',
    },
    {
      hcl: 'tagged_addresses',
      wire: 'TaggedAddresses',
      model: 'taggedAddresses',
      type: stringMap,
      default: {},
      doc: 'Further addresses.',
    },
    {
      hcl: 'enable_tag_override',
      wire: 'EnableTagOverride',
      model: 'enableTagOverride',
      type: 'bool',
      default: false,
      doc: 'Others may change tags.',
    },
    { hcl: 'task', wire: 'TaskName', model: 'task', type: 'string', doc: 'Task the service belongs to.' },
    {
      hcl: 'on_update',
      wire: 'OnUpdate',
      model: 'onUpdate',
      type: 'string',
      default: 'require_healthy',
      values: ['require_healthy', 'ignore_warnings', 'ignore'],
      doc: 'Which checks count for an update.',
    },
    { hcl: 'kind', wire: 'Kind', model: 'kind', type: 'string', doc: 'Consul service kind.' },
    { hcl: 'weights', wire: 'Weights', model: 'weights', type: block(weightsBlock), doc: 'Weights in DNS answers.' },
    { hcl: 'identity', wire: 'Identity', model: 'identity', type: block(identityBlock), doc: 'Workload identity.' },
    {
      hcl: 'check',
      wire: 'Checks',
      model: 'checks',
      type: block(checkBlock, 'many'),
      default: [],
      doc: 'Health checks.',
    },
    {
      hcl: 'check_restart',
      wire: 'CheckRestart',
      model: 'checkRestart',
      type: block(checkRestartBlock),
      doc: 'Restarts unhealthy tasks.',
    },
    {
      hcl: 'connect',
      wire: 'Connect',
      model: 'connect',
      type: 'json',
      destructive: 'presence',
      doc: 'Consul service mesh.',
    },
  ],
};
