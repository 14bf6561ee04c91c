// `service`: how others find a group or task.

import { labelRule, quotedName } from '../../model/name.ts';
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
import { checkBlock, checkRestartBlock, inheritedCheck } from './check.ts';
import { checkOfService } from './check-rules.ts';
import { connectBlock } from './connect.ts';
import { serviceIdentityBlock } from './identity.ts';

const weightsBlock: BlockSchema = {
  name: 'weights',
  doc: 'How often the service is given in DNS answers, relative to others of its name.',
  fields: [
    {
      hcl: 'passing',
      wire: 'Passing',
      model: 'passing',
      type: 'int',
      default: 1,
      doc: 'Weight while all checks pass.',
    },
    {
      hcl: 'warning',
      wire: 'Warning',
      model: 'warning',
      type: 'int',
      default: 1,
      doc: 'Weight while a check is in the state warning.',
    },
  ],
  fold(record) {
    for (const key of ['passing', 'warning']) if (Number(record[key] ?? 1) <= 0) record[key] = 1;
  },
};

const SERVICE_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

export const serviceBlock: BlockSchema = {
  name: 'service',
  doc: 'Registers an address under a name, with health checks.',
  fields: [
    {
      hcl: 'name',
      wire: 'Name',
      model: 'name',
      type: 'string',
      doc: 'Name others look up; made from the names of job, group and task when it is not given.',
    },
    {
      hcl: 'port',
      wire: 'PortLabel',
      model: 'port',
      type: 'string',
      doc: 'The port that is registered: the name of a port of the group, or a number where address_mode allows one.',
    },
    {
      hcl: 'address',
      wire: 'Address',
      model: 'address',
      type: 'string',
      doc: 'Address that is registered instead of the one found by address_mode, such as a public one.',
    },
    {
      hcl: 'address_mode',
      wire: 'AddressMode',
      model: 'addressMode',
      type: 'string',
      default: 'auto',
      values: ['auto', 'host', 'driver', 'alloc', 'alloc_ipv6'],
      doc: "Which address is registered: the node's (host), the allocation's (alloc) or the task's (driver).",
    },
    {
      hcl: 'provider',
      wire: 'Provider',
      model: 'provider',
      type: 'string',
      default: 'consul',
      values: ['consul', 'nomad'],
      doc: 'Where the service is registered.',
    },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      nameRule: labelRule,
      doc: 'Which of several configured Consul clusters it is registered with.',
    },
    {
      hcl: 'tags',
      wire: 'Tags',
      model: 'tags',
      type: stringList,
      default: [],
      doc: 'Tags that lookups can filter by.',
    },
    {
      hcl: 'canary_tags',
      wire: 'CanaryTags',
      model: 'canaryTags',
      type: stringList,
      default: [],
      doc: 'Tags used instead of `tags` while the allocation is a canary.',
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      doc: 'Metadata registered with the service.',
    },
    {
      hcl: 'canary_meta',
      wire: 'CanaryMeta',
      model: 'canaryMeta',
      type: stringMap,
      default: {},
      doc: 'Metadata used instead of `meta` while the allocation is a canary.',
    },
    {
      hcl: 'tagged_addresses',
      wire: 'TaggedAddresses',
      model: 'taggedAddresses',
      type: stringMap,
      default: {},
      doc: 'Further addresses of the service by tag, such as "lan" and "wan".',
    },
    {
      hcl: 'enable_tag_override',
      wire: 'EnableTagOverride',
      model: 'enableTagOverride',
      type: 'bool',
      default: false,
      doc: 'Lets others change the tags in Consul without having them set back.',
    },
    {
      hcl: 'task',
      wire: 'TaskName',
      model: 'task',
      type: 'string',
      doc: "Task a group's service is about: for script checks and Connect native; a task's service belongs to its task.",
    },
    {
      hcl: 'on_update',
      wire: 'OnUpdate',
      model: 'onUpdate',
      type: 'string',
      default: 'require_healthy',
      values: ['require_healthy', 'ignore_warnings', 'ignore'],
      doc: 'Which states of its checks count as healthy during an update.',
    },
    {
      hcl: 'kind',
      wire: 'Kind',
      model: 'kind',
      type: 'string',
      values: ['api-gateway', 'ingress-gateway', 'mesh-gateway', 'terminating-gateway'],
      doc: 'Consul kind of the service, when it is a gateway.',
    },
    {
      hcl: 'weights',
      wire: 'Weights',
      model: 'weights',
      type: block(weightsBlock),
      doc: 'Weights in DNS answers.',
    },
    {
      hcl: 'identity',
      wire: 'Identity',
      model: 'identity',
      type: block(serviceIdentityBlock),
      doc: 'Identity with which the service is registered in Consul.',
    },
    {
      hcl: 'check',
      wire: 'Checks',
      model: 'checks',
      type: block(checkBlock, 'many'),
      default: [],
      doc: 'Health checks of the service.',
    },
    {
      hcl: 'check_restart',
      wire: 'CheckRestart',
      model: 'checkRestart',
      type: block(checkRestartBlock),
      doc: 'Restarts tasks whose checks fail; every check may say it for itself.',
    },
    {
      hcl: 'connect',
      wire: 'Connect',
      model: 'connect',
      type: block(connectBlock),
      destructive: 'presence',
      doc: "Makes the service a member of Consul's service mesh.",
    },
  ],
  ignoredWire: ['Namespace'],
  fold: foldService,
  check: checkService,
};

function foldService(record: ModelRecord, context: SchemaContext, given: ModelRecord): void {
  const task = context.task === undefined ? undefined : String(context.task['name'] ?? '');
  const name = record['name'];
  if (typeof name !== 'string' || name.includes('${')) record['name'] = completeName(name, context, task);
  // An empty one is none, as in the API.
  if (!given['task'] && task !== undefined && task !== '') record['task'] = task;
  const checks = asRecords(record['checks']);
  if (checks.length === 0) return;
  const inherited: ModelRecord[] = [];
  for (const item of checks) inherited.push(inheritedCheck(item, record));
  record['checks'] = inherited;
}

function completeName(given: unknown, context: SchemaContext, task: string | undefined): string {
  const job = String(context.job['name'] ?? '');
  const group = String(context.group?.['name'] ?? '');
  const names: Record<string, string> = {
    JOB: job,
    TASKGROUP: group,
    TASK: task ?? 'group',
    BASE: [job, group, task ?? 'group'].join('-'),
  };
  const written = given || [job, group, ...(task === undefined ? [] : [task])].join('-');
  return String(written).replaceAll(/\$\{(JOB|TASKGROUP|TASK|BASE)\}/g, (_, key: string) => names[key] ?? '');
}

function checkService(record: ModelRecord, context: SchemaContext, report: Report): void {
  const name = String(record['name']);
  if (!SERVICE_NAME.test(name.includes('${') ? name.replaceAll(/\$\{[^}]*\}/g, 'x') : name)) {
    report('name', `${quotedName(name)} is no service name`, 'letters, digits and "-", at most 63 characters');
  }
  const isNomad = record['provider'] === 'nomad';
  const mode = record['addressMode'];
  if (record['address'] !== undefined && mode !== 'auto') {
    report('address_mode', 'an address of its own goes with address_mode = "auto" only', 'remove address_mode');
  }
  const isTask = context.task !== undefined;
  if (isTask && (mode === 'alloc' || mode === 'alloc_ipv6')) {
    report('address_mode', `"${mode}" is for services of a group`, 'move the service into the group');
  }
  if (!isTask && mode === 'driver') {
    report('address_mode', '"driver" is for services of a task', 'move the service into the task');
  }
  if (isTask && record['task'] !== context.task?.['name']) {
    report('task', "a task's service belongs to that task", 'remove it, or move the service into the group');
  }
  const identity = record['identity'] as ModelRecord | undefined;
  if (identity !== undefined && (identity['audience'] as readonly unknown[]).length === 0) {
    report('identity.aud', 'the identity of a service needs an audience', 'add aud = ["consul.io"]');
  }
  if (record['connect'] !== undefined) checkConnected(record, isNomad, context, report);
  checkChecks(record, asRecords(record['checks']), context, report);
}

function checkChecks(
  service: ModelRecord,
  checks: readonly ModelRecord[],
  context: SchemaContext,
  report: Report,
): void {
  if (checks.length === 0) return;
  const isNamed = checks.length > 1 && context.task !== undefined;
  const names = isNamed ? new Set<unknown>() : undefined;
  let at = 0;
  const reportOne: Report = (field, message, hint) =>
    report(field === '' ? `check[${at}]` : `check[${at}].${field}`, message, hint);
  for (const item of checks) {
    checkOfService(item, service, context, reportOne);
    if (names !== undefined) {
      const name = item['name'];
      if (names.has(name)) reportOne('name', `there are two checks named ${name}`, 'rename one');
      names.add(name);
    }
    at += 1;
  }
}

function checkConnected(record: ModelRecord, isNomad: boolean, context: SchemaContext, report: Report): void {
  if (isNomad) report('connect', 'the service mesh needs provider = "consul"', 'remove connect or change the provider');
  if (context.task !== undefined)
    report('connect', 'the service mesh is for services of a group', 'move the service into the group');
  const isNative = (record['connect'] as ModelRecord)['native'] === true;
  const tasks = asRecords(context.group?.['tasks']).length;
  if (isNative && record['task'] === undefined && tasks !== 1) {
    report('task', 'Connect native needs the name of one of the tasks', 'add task = "name"');
  }
  if (isNative && record['port'] === undefined) report('port', 'Connect native needs a port');
}
