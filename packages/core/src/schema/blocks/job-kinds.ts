// `periodic`, `parameterized`, `multiregion` and `ui`: what makes a job more than one run in one region.

import { keyRule, labelRule, wordRule } from '../../model/name.ts';
import { cronProblem } from '../cron.ts';
import {
  type BlockSchema,
  block,
  type ModelRecord,
  type Report,
  type SchemaContext,
  stringList,
  stringMap,
} from '../field.ts';

const isBatch = (context: SchemaContext) => context.jobType === 'batch' || context.jobType === 'sysbatch';

export const periodicBlock: BlockSchema = {
  name: 'periodic',
  doc: 'Runs the job at given times.',
  fields: [
    {
      hcl: 'crons',
      wire: 'Specs',
      model: 'crons',
      type: stringList,
      default: [],
      doc: 'Cron expressions; the job runs at the times of any of them.',
    },
    {
      hcl: 'cron',
      wire: 'Spec',
      model: 'cron',
      type: 'string',
      deprecated: 'write `crons = ["…"]`',
      doc: 'One cron expression.',
    },
    {
      wire: 'SpecType',
      model: 'specType',
      type: 'string',
      default: 'cron',
      values: ['cron'],
      doc: 'How the times are written.',
    },
    {
      hcl: 'time_zone',
      wire: 'TimeZone',
      model: 'timeZone',
      type: 'string',
      default: 'UTC',
      doc: 'Time zone of the cron expressions, such as "Europe/Berlin".',
    },
    {
      hcl: 'prohibit_overlap',
      wire: 'ProhibitOverlap',
      model: 'prohibitOverlap',
      type: 'bool',
      default: false,
      doc: 'Whether a run is left out while the one before goes on.',
    },
    {
      hcl: 'enabled',
      wire: 'Enabled',
      model: 'enabled',
      type: 'bool',
      default: true,
      doc: 'Whether the job runs at its times; it can be run by hand all the same.',
    },
  ],
  check: checkPeriodic,
};

function checkPeriodic(record: ModelRecord, context: SchemaContext, report: Report): void {
  if (record['enabled'] === false) return;
  if (!isBatch(context)) {
    report('', `only batch and sysbatch jobs are periodic; this is a ${context.jobType} job`, 'add type = "batch"');
  }
  const crons = record['crons'] as readonly string[];
  const cron = record['cron'];
  if (cron !== undefined && crons.length > 0) report('cron', '`cron` and `crons` exclude each other', 'keep `crons`');
  if (cron === undefined && crons.length === 0) report('crons', '"crons" is required', 'add crons = ["0 3 * * *"]');
  const problem = typeof cron === 'string' ? cronProblem(cron) : undefined;
  if (problem !== undefined) report('cron', `this is no cron expression: ${problem}`);
  crons.forEach((item, index) => {
    const reason = cronProblem(item);
    if (reason !== undefined) report(`crons[${index}]`, `this is no cron expression: ${reason}`);
  });
  const zone = String(record['timeZone']);
  if (!isTimeZone(zone)) report('time_zone', `there is no time zone "${zone}"`, 'write it like "Europe/Berlin"');
}

export function isTimeZone(zone: string): boolean {
  if (zone === 'Local') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

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
      nameRule: keyRule,
      doc: 'Names of metadata that a dispatch must bring.',
    },
    {
      hcl: 'meta_optional',
      wire: 'MetaOptional',
      model: 'metaOptional',
      type: stringList,
      default: [],
      nameRule: keyRule,
      doc: 'Names of metadata that a dispatch may bring.',
    },
  ],
  check(record, context, report) {
    if (!isBatch(context)) {
      const message = `only batch and sysbatch jobs are dispatched; this is a ${context.jobType} job`;
      report('', message, 'add type = "batch"');
    }
    const required = record['metaRequired'] as readonly string[];
    const both = (record['metaOptional'] as readonly string[]).find((name) => required.includes(name));
    if (both !== undefined)
      report('meta_optional', `"${both}" is both required and optional`, 'keep it in one of them');
  },
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
      doc: 'Regions that are updated at a time; 0 = all.',
    },
    {
      hcl: 'on_failure',
      wire: 'OnFailure',
      model: 'onFailure',
      type: 'string',
      doc: 'What fails when one region does: "fail_all", "fail_local", or those that follow.',
    },
  ],
};

const regionBlock: BlockSchema = {
  name: 'region',
  doc: 'One of the regions the job runs in.',
  label: { model: 'name', wire: 'Name', nameRule: wordRule, doc: 'Name of the region.' },
  fields: [
    {
      hcl: 'count',
      wire: 'Count',
      model: 'count',
      type: 'int',
      default: 1,
      doc: 'Count there of groups whose own count is 0.',
    },
    {
      hcl: 'datacenters',
      wire: 'Datacenters',
      model: 'datacenters',
      type: stringList,
      default: [],
      nameRule: labelRule,
      doc: 'Datacenters of the region, instead of those of the job.',
    },
    {
      hcl: 'node_pool',
      wire: 'NodePool',
      model: 'nodePool',
      type: 'string',
      nameRule: labelRule,
      doc: 'Node pool of the region, instead of that of the job.',
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      doc: 'Metadata that is added to that of the job there.',
    },
  ],
};

export const multiregionBlock: BlockSchema = {
  name: 'multiregion',
  doc: 'Runs the job in several regions.',
  fields: [
    {
      hcl: 'strategy',
      wire: 'Strategy',
      model: 'strategy',
      type: block(strategyBlock),
      implicit: true,
      doc: 'How regions follow each other.',
    },
    {
      hcl: 'region',
      wire: 'Regions',
      model: 'regions',
      type: block(regionBlock, 'many'),
      default: [],
      doc: 'The regions, in the order in which they are updated.',
    },
  ],
};

const linkBlock: BlockSchema = {
  name: 'link',
  doc: 'A link shown with the job.',
  fields: [
    { hcl: 'label', wire: 'Label', model: 'label', type: 'string', required: true, doc: 'Text of the link.' },
    { hcl: 'url', wire: 'Url', model: 'url', type: 'string', required: true, doc: 'Address the link leads to.' },
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
      doc: 'Text shown with the job, at most 1,000 characters.',
    },
    {
      hcl: 'link',
      wire: 'Links',
      model: 'links',
      type: block(linkBlock, 'many'),
      default: [],
      doc: 'Links shown with the job.',
    },
  ],
  check(record, _context, report) {
    if (String(record['description'] ?? '').length > 1000) {
      report('description', 'it is longer than 1,000 characters', 'shorten it, or link to a page');
    }
  },
};
