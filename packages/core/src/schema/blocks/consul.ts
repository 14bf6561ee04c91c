// `consul`: which Consul a group or task uses.

import type { BlockSchema } from '../field.ts';

export const consulBlock: BlockSchema = {
  name: 'consul',
  doc: 'Which Consul the group or task uses.',
  fields: [
    {
      hcl: 'namespace',
      wire: 'Namespace',
      model: 'namespace',
      type: 'string',
      doc: 'Consul namespace that services and templates use.',
    },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      doc: 'Which of several configured Consul clusters is used.',
    },
    {
      hcl: 'partition',
      wire: 'Partition',
      model: 'partition',
      type: 'string',
      doc: 'Consul partition that the node must belong to.',
    },
  ],
};
