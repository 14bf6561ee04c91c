// `job`: the whole.

import {
  asRecords,
  type BlockSchema,
  block,
  type ModelRecord,
  type Report,
  type SchemaContext,
  stringList,
  stringMap,
} from '../field.ts';
import { affinityBlock } from './affinity.ts';
import { constraintBlock } from './constraint.ts';
import { groupBlock } from './group.ts';
import { multiregionBlock, parameterizedBlock, periodicBlock, uiBlock } from './job-kinds.ts';
import { migrateBlock } from './migrate.ts';
import { rescheduleBlock } from './reschedule.ts';
import { secretBlock } from './secret.ts';
import { spreadBlock } from './spread.ts';
import { updateBlock } from './update.ts';
import { vaultBlock } from './vault.ts';

/** Most allocations a job may ask for. */
export const maxJobCount = 50_000;

export const jobBlock: BlockSchema = {
  name: 'job',
  doc: 'What is to run, and how.',
  label: { model: 'id', wire: 'ID', doc: 'Id of the job, unique in its namespace.' },
  alwaysKept: true,
  fields: [
    { hcl: 'id', model: 'idOverride', type: 'string', doc: 'Id, when it is not the label.' },
    {
      hcl: 'name',
      wire: 'Name',
      model: 'name',
      type: 'string',
      default: (context) => String(context.job['id'] ?? ''),
      doc: 'Name shown; the id when it is not given.',
    },
    { hcl: 'region', wire: 'Region', model: 'region', type: 'string', default: 'global', doc: 'Region it runs in.' },
    {
      hcl: 'namespace',
      wire: 'Namespace',
      model: 'namespace',
      type: 'string',
      default: 'default',
      doc: 'Namespace it belongs to.',
    },
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      default: 'service',
      values: ['service', 'batch', 'system', 'sysbatch'],
      refusedValues: { system: 'system jobs come later', sysbatch: 'sysbatch jobs come later' },
      doc: 'service runs on, batch runs to its end; system and sysbatch do so on every node.',
    },
    {
      hcl: 'priority',
      wire: 'Priority',
      model: 'priority',
      type: 'int',
      default: 50,
      min: 1,
      max: 100,
      doc: 'Higher is placed first.',
    },
    {
      hcl: 'datacenters',
      wire: 'Datacenters',
      model: 'datacenters',
      type: stringList,
      default: ['*'],
      doc: 'Datacenters; "*" matches any text.',
    },
    {
      hcl: 'node_pool',
      wire: 'NodePool',
      model: 'nodePool',
      type: 'string',
      default: 'default',
      doc: 'Pool of nodes.',
    },
    {
      hcl: 'all_at_once',
      wire: 'AllAtOnce',
      model: 'allAtOnce',
      type: 'bool',
      default: false,
      doc: 'Places all or nothing.',
    },
    { hcl: 'meta', wire: 'Meta', model: 'meta', type: stringMap, default: {}, doc: 'Metadata.' },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules about nodes.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about nodes.',
    },
    {
      hcl: 'spread',
      wire: 'Spreads',
      model: 'spreads',
      type: block(spreadBlock, 'many'),
      default: [],
      doc: 'Distribution over nodes.',
    },
    { hcl: 'update', wire: 'Update', model: 'update', type: block(updateBlock), doc: 'Update of all groups.' },
    {
      hcl: 'reschedule',
      wire: 'Reschedule',
      model: 'reschedule',
      type: block(rescheduleBlock),
      doc: 'Rescheduling of all groups.',
    },
    {
      hcl: 'migrate',
      wire: 'Migrate',
      model: 'migrate',
      type: block(migrateBlock),
      kept: true,
      doc: 'Migration of all groups.',
    },
    {
      hcl: 'periodic',
      wire: 'Periodic',
      model: 'periodic',
      type: block(periodicBlock),
      kept: true,
      refused: 'periodic jobs come later; running one now would run it at once',
      doc: periodicBlock.doc,
    },
    {
      hcl: 'parameterized',
      wire: 'ParameterizedJob',
      model: 'parameterized',
      type: block(parameterizedBlock),
      kept: true,
      refused: 'parameterized jobs come later; running one now would run it at once',
      doc: parameterizedBlock.doc,
    },
    {
      hcl: 'multiregion',
      wire: 'Multiregion',
      model: 'multiregion',
      type: block(multiregionBlock),
      kept: true,
      noEffect: 'the job runs in this region only',
      doc: multiregionBlock.doc,
    },
    {
      hcl: 'ui',
      wire: 'UI',
      model: 'ui',
      type: block(uiBlock),
      kept: true,
      noEffect: 'there is no web UI yet',
      doc: uiBlock.doc,
    },
    {
      hcl: 'vault',
      model: 'vault',
      type: block(vaultBlock),
      kept: true,
      noEffect: 'Vault is not connected yet',
      doc: vaultBlock.doc,
    },
    {
      hcl: 'secret',
      model: 'secret',
      type: block(secretBlock, 'many'),
      kept: true,
      noEffect: 'secrets are not fetched yet',
      doc: secretBlock.doc,
    },
    {
      hcl: 'group',
      wire: 'TaskGroups',
      model: 'taskGroups',
      type: block(groupBlock, 'many'),
      default: [],
      doc: 'What runs together.',
    },
  ],
  ignoredWire: [
    ...['Affinity', 'ConsulNamespace', 'ConsulToken', 'VaultNamespace', 'VaultToken', 'NomadTokenID', 'ParentID'],
    ...[
      'Dispatched',
      'DispatchIdempotencyToken',
      'Payload',
      'Stop',
      'Status',
      'StatusDescription',
      'Stable',
      'Version',
    ],
    ...['SubmitTime', 'CreateIndex', 'ModifyIndex', 'JobModifyIndex', 'VersionTag', 'Submission'],
  ],
  normalize(record) {
    if (record['idOverride'] !== undefined) record['id'] = record['idOverride'];
    delete record['idOverride'];
  },
  check: checkJob,
};

function checkJob(record: ModelRecord, _context: SchemaContext, report: Report): void {
  const id = String(record['id'] ?? '');
  if (id === '') report('id', 'a job needs an id', 'write job "name" { … }');
  if (/[\s\u0000-\u001f]/.test(id)) report('id', `the job id "${id}" contains a blank or a control character`);
  if ((record['datacenters'] as readonly unknown[]).length === 0) {
    report('datacenters', 'without a datacenter the job runs nowhere', 'remove it, or write ["*"]');
  }
  const groups = asRecords(record['taskGroups']);
  if (groups.length === 0) report('', 'a job needs at least one group', 'add group "name" { … }');
  const names = new Set<unknown>();
  for (const group of groups) {
    const name = group['name'];
    if (names.has(name)) report(`group["${name}"]`, `there are two groups named "${name}"`, 'rename one');
    names.add(name);
  }
  const total = groups.reduce((sum, group) => sum + Number(group['count']), 0);
  if (total > maxJobCount) report('', `the groups ask for ${total} allocations, at most ${maxJobCount} are possible`);
}
