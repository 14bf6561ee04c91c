// `consul`: which Consul a group or task uses.

import { labelRule } from '../../model/name.ts';
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
      nameRule: labelRule,
      doc: 'Consul namespace that services and templates use.',
    },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      nameRule: labelRule,
      doc: 'Which of several configured Consul clusters is used.',
    },
    {
      hcl: 'partition',
      wire: 'Partition',
      model: 'partition',
      type: 'string',
      nameRule: labelRule,
      doc: 'Consul partition that the node must belong to.',
    },
  ],
};
