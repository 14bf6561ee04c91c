// `periodic`, `parameterized`, `multiregion` and `ui`: what makes a job more than one run in one region.

import { type BlockSchema, block, stringList, stringMap } from '../field.ts';

export const periodicBlock: BlockSchema = {
  name: 'periodic',
  doc: 'Runs the job at given times.',
  fields: [
    { hcl: 'crons', wire: 'Specs', model: 'crons', type: stringList, default: [], doc: 'Cron expressions.' },
    {
      hcl: 'cron',
      wire: 'Spec',
      model: 'cron',
      type: 'string',
      deprecated: 'use `crons`',
      doc: 'One cron expression.',
    },
    { hcl: 'time_zone', wire: 'TimeZone', model: 'timeZone', type: 'string', default: 'UTC', doc: 'Time zone.' },
    {
      hcl: 'prohibit_overlap',
      wire: 'ProhibitOverlap',
      model: 'prohibitOverlap',
      type: 'bool',
      default: false,
      doc: 'Not while the last run goes on.',
    },
    { hcl: 'enabled', wire: 'Enabled', model: 'enabled', type: 'bool', default: true, doc: 'Whether it runs.' },
  ],
  ignoredWire: ['SpecType'],
};

export const parameterizedBlock: BlockSchema = {
  name: 'parameterized',
  doc: 'Runs the job when it is dispatched, with a payload and metadata.',
  fields: [
    {
      hcl: 'payload',
      wire: 'Payload',
      model: 'payload',
      type: 'string',
      default: 'optional',
      values: ['optional', 'required', 'forbidden'],
      doc: 'Whether a dispatch brings a payload.',
    },
    {
      hcl: 'meta_required',
      wire: 'MetaRequired',
      model: 'metaRequired',
      type: stringList,
      default: [],
      doc: 'Metadata a dispatch must bring.',
    },
    {
      hcl: 'meta_optional',
      wire: 'MetaOptional',
      model: 'metaOptional',
      type: stringList,
      default: [],
      doc: 'Metadata a dispatch may bring.',
    },
  ],
};

const strategyBlock: BlockSchema = {
  name: 'strategy',
  doc: 'How regions follow each other.',
  fields: [
    {
      hcl: 'max_parallel',
      wire: 'MaxParallel',
      model: 'maxParallel',
      type: 'int',
      default: 0,
      doc: 'Regions at a time.',
    },
    { hcl: 'on_failure', wire: 'OnFailure', model: 'onFailure', type: 'string', doc: 'What fails with one region.' },
  ],
};

const regionBlock: BlockSchema = {
  name: 'region',
  doc: 'One region.',
  label: { model: 'name', wire: 'Name', doc: 'Name of the region.' },
  fields: [
    { hcl: 'count', wire: 'Count', model: 'count', type: 'int', doc: 'Count of groups that give none.' },
    { hcl: 'datacenters', wire: 'Datacenters', model: 'datacenters', type: stringList, doc: 'Datacenters.' },
    { hcl: 'node_pool', wire: 'NodePool', model: 'nodePool', type: 'string', doc: 'Node pool.' },
    { hcl: 'meta', wire: 'Meta', model: 'meta', type: stringMap, doc: 'Metadata.' },
  ],
};

export const multiregionBlock: BlockSchema = {
  name: 'multiregion',
  doc: 'Runs the job in several regions.',
  fields: [
    { hcl: 'strategy', wire: 'Strategy', model: 'strategy', type: block(strategyBlock), doc: 'Order of regions.' },
    {
      hcl: 'region',
      wire: 'Regions',
      model: 'regions',
      type: block(regionBlock, 'many'),
      default: [],
      doc: 'Regions.',
    },
  ],
};

const linkBlock: BlockSchema = {
  name: 'link',
  doc: 'A link shown with the job.',
  fields: [
    { hcl: 'label', wire: 'Label', model: 'label', type: 'string', required: true, doc: 'Text.' },
    { hcl: 'url', wire: 'Url', model: 'url', type: 'string', required: true, doc: 'Address.' },
  ],
};

export const uiBlock: BlockSchema = {
  name: 'ui',
  doc: 'What the web UI shows of the job.',
  fields: [
    {
      hcl: 'description',
      wire: 'Description',
      model: 'description',
      type: 'string',
      doc: 'Text, up to 1,000 characters.',
    },
    { hcl: 'link', wire: 'Links', model: 'links', type: block(linkBlock, 'many'), default: [], doc: 'Links.' },
  ],
  check(record, _context, report) {
    if (String(record['description'] ?? '').length > 1000) report('description', 'it is longer than 1,000 characters');
  },
};
