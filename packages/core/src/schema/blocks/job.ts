// `job`: the whole.

import { jobIdRule, labelRule, nameProblem, quotedName, wordRule } from '../../model/name.ts';
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
import { handDownToTasks } from '../hand-down.ts';
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

const ALL_DATACENTERS = ['*'];

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
      doc: 'Name that is shown; the id when it is not given.',
    },
    {
      hcl: 'region',
      wire: 'Region',
      model: 'region',
      type: 'string',
      default: 'global',
      nameRule: wordRule,
      doc: 'Region the job runs in; "global" = the one it is sent to.',
    },
    {
      hcl: 'namespace',
      wire: 'Namespace',
      model: 'namespace',
      type: 'string',
      default: 'default',
      nameRule: wordRule,
      doc: 'Namespace the job belongs to.',
    },
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      default: 'service',
      values: ['service', 'batch', 'system', 'sysbatch'],
      notYetValues: { system: 'jobs on every node come later', sysbatch: 'jobs on every node come later' },
      doc: 'Whether it runs on (service) or to its end (batch), or does so on every node (system, sysbatch).',
    },
    {
      hcl: 'priority',
      wire: 'Priority',
      model: 'priority',
      type: 'int',
      default: 50,
      min: 1,
      max: 100,
      doc: 'Jobs with a higher one are placed first.',
    },
    {
      hcl: 'datacenters',
      wire: 'Datacenters',
      model: 'datacenters',
      type: stringList,
      default: ALL_DATACENTERS,
      nameRule: labelRule,
      doc: 'Datacenters the job may run in; "*" in a name stands for any text.',
    },
    {
      hcl: 'node_pool',
      wire: 'NodePool',
      model: 'nodePool',
      type: 'string',
      default: 'default',
      nameRule: labelRule,
      doc: 'Pool of nodes the job runs in.',
    },
    {
      hcl: 'all_at_once',
      wire: 'AllAtOnce',
      model: 'allAtOnce',
      type: 'bool',
      default: false,
      doc: 'Whether a plan of which only a part can be done is not done at all.',
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      doc: 'Metadata that groups and tasks see, too.',
    },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules about the nodes of all groups.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about the nodes of all groups.',
    },
    {
      hcl: 'spread',
      wire: 'Spreads',
      model: 'spreads',
      type: block(spreadBlock, 'many'),
      default: [],
      doc: 'Distribution of the allocations of each group.',
    },
    {
      hcl: 'update',
      wire: 'Update',
      model: 'update',
      type: block(updateBlock),
      doc: 'How changes of the job are rolled out; groups may say it for themselves.',
    },
    {
      hcl: 'reschedule',
      wire: 'Reschedule',
      model: 'reschedule',
      type: block(rescheduleBlock),
      doc: 'How failed allocations are replaced; groups may say it for themselves.',
    },
    {
      hcl: 'migrate',
      wire: 'Migrate',
      model: 'migrate',
      type: block(migrateBlock),
      kept: true,
      doc: 'How allocations leave draining nodes; groups may say it for themselves.',
    },
    {
      hcl: 'periodic',
      wire: 'Periodic',
      model: 'periodic',
      type: block(periodicBlock),
      kept: true,
      notYet: 'periodic jobs come later; now it would run once, at once',
      doc: periodicBlock.doc,
    },
    {
      hcl: 'parameterized',
      wire: 'ParameterizedJob',
      model: 'parameterized',
      type: block(parameterizedBlock),
      kept: true,
      notYet: 'dispatching comes later; now it would run once, at once',
      doc: parameterizedBlock.doc,
    },
    {
      hcl: 'multiregion',
      wire: 'Multiregion',
      model: 'multiregion',
      type: block(multiregionBlock),
      kept: true,
      enterprise: true,
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
      doc: 'Tasks that run together on one node.',
    },
  ],
  ignoredWire: [
    ...['Stop', 'Status', 'StatusDescription', 'Stable', 'Version', 'SubmitTime', 'VersionTag', 'Submission'],
    ...['CreateIndex', 'ModifyIndex', 'JobModifyIndex', 'NomadTokenID', 'ParentID'],
  ],
  droppedWire: {
    ConsulToken: 'tokens are not sent with a job; give the task a consul block',
    ConsulNamespace: 'write namespace in the consul block of the group or task',
    VaultToken: 'tokens are not sent with a job; give the task a vault block',
    VaultNamespace: 'write namespace in the vault block of the task',
    Dispatched: 'the server says which jobs were dispatched',
    DispatchIdempotencyToken: 'it belongs to a dispatch, not to a job',
    Payload: 'a payload comes with a dispatch, not with the job',
  },
  fold(record) {
    const datacenters = record['datacenters'];
    if (Array.isArray(datacenters) && datacenters.length === 0) record['datacenters'] = ALL_DATACENTERS;
    handDownToTasks(record);
  },
  normalize(record) {
    if (record['idOverride'] !== undefined) record['id'] = record['idOverride'];
    delete record['idOverride'];
  },
  check: checkJob,
  advise: adviseJob,
};

function checkJob(record: ModelRecord, _context: SchemaContext, report: Report): void {
  const id = String(record['id'] ?? '');
  if (id === '') report('id', 'a job needs an id', 'write job "name" { … }');
  const problem = id === '' ? undefined : nameProblem(id, jobIdRule);
  if (problem !== undefined) report('id', `the job id ${quotedName(id)} ${problem.reason}`, problem.hint);
  checkJobName(record, report);
  (record['datacenters'] as readonly unknown[]).forEach((name, index) => {
    if (name === '')
      report(`datacenters[${index}]`, 'the name of a datacenter is not empty', 'remove it, or write "*"');
  });
  const groups = asRecords(record['taskGroups']);
  if (groups.length === 0) report('', 'a job needs at least one group', 'add group "name" { … }');
  const names = new Set<unknown>();
  for (const group of groups) {
    const name = group['name'];
    if (names.has(name)) report(`group["${name}"]`, `there are two groups named "${name}"`, 'rename one');
    names.add(name);
  }
  const tooMany = countProblem(groups.map((group) => Number(group['count'])));
  if (tooMany !== undefined) report('', tooMany);
}

/** What is wrong with the counts of a job's groups, taken together; undefined = nothing. */
export function countProblem(counts: readonly number[]): string | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= maxJobCount) return undefined;
  return `the groups ask for ${total} allocations, at most ${maxJobCount} are possible`;
}

/** The id, where nothing else was written, has its own message. */
function checkJobName(record: ModelRecord, report: Report): void {
  const name = String(record['name'] ?? '');
  const problem = name === '' || name === record['id'] ? undefined : nameProblem(name, labelRule);
  if (problem !== undefined) report('name', `${quotedName(name)} ${problem.reason}`, problem.hint);
}

function adviseJob(record: ModelRecord, _context: SchemaContext, report: Report): void {
  const groups = asRecords(record['taskGroups']).filter((group) => group['update'] !== undefined);
  const update = (group: ModelRecord) => group['update'] as ModelRecord;
  if (!groups.some((group) => update(group)['autoPromote'] === true)) return;
  for (const group of groups) {
    if (update(group)['autoPromote'] === true || Number(update(group)['canary']) === 0) continue;
    const message = 'the canaries of this group wait for a promotion by hand, while others have auto_promote';
    report(`group["${group['name']}"].update.auto_promote`, message, 'auto_promote takes effect in all groups or none');
  }
}
