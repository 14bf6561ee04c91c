// Rules of health checks that need the service around them.

import type { ModelRecord, Report, SchemaContext } from '../field.ts';
import { asRecords } from '../field.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'];
const NEEDS_PORT = ['grpc', 'http', 'tcp'];
/** Only Consul does these. */
const CONSUL_ONLY = [
  { model: 'expose', hcl: 'expose' },
  { model: 'successBeforePassing', hcl: 'success_before_passing' },
  { model: 'failuresBeforeCritical', hcl: 'failures_before_critical' },
  { model: 'failuresBeforeWarning', hcl: 'failures_before_warning' },
  { model: 'tlsServerName', hcl: 'tls_server_name' },
] as const;

export function checkOfService(
  record: ModelRecord,
  service: ModelRecord,
  context: SchemaContext,
  report: Report,
): void {
  const type = String(record['type']);
  const port = record['port'] ?? service['port'];
  // A gateway's port is that of its proxy.
  const isGateway = (service['connect'] as ModelRecord | undefined)?.['gateway'] !== undefined;
  if (NEEDS_PORT.includes(type) && port === undefined && !isGateway) {
    report('port', `a check of type "${type}" needs a port`, 'add port to the check or to the service');
  }
  const mode = record['addressMode'];
  const isTask = context.task !== undefined;
  if (isTask) checkTaskPort(record, type, port, report);
  if (isTask && (mode === 'alloc' || mode === 'alloc_ipv6')) {
    report('address_mode', `"${mode}" is for services of a group`, 'move the service into the group');
  }
  checkTask(record, service, context, report);
  if (service['provider'] === 'nomad') checkNomad(record, type, report);
  else if (type === 'tcp' && (service['connect'] as ModelRecord | undefined)?.['sidecarService'] !== undefined) {
    report(
      'type',
      'a service behind a sidecar cannot be checked by tcp',
      'use an http or grpc check with expose = true',
    );
  }
}

function checkTaskPort(record: ModelRecord, type: string, port: unknown, report: Report): void {
  if (!NEEDS_PORT.includes(type) || port === undefined) return;
  if (/^-?\d+$/.test(String(port)) && record['addressMode'] !== 'driver') {
    report('port', 'a number as port goes with address_mode = "driver" only', 'write the name of a port of the group');
  }
}

function checkTask(record: ModelRecord, service: ModelRecord, context: SchemaContext, report: Report): void {
  const task = record['task'];
  if (context.task !== undefined) {
    if (task !== context.task['name']) report('task', "a check of a task's service belongs to that task", 'remove it');
    return;
  }
  if (task === undefined) {
    if (record['type'] === 'script' && service['task'] === undefined) {
      report('task', 'a script runs inside a task: say in which', 'add task = "name"');
    }
    return;
  }
  if (!hasTask(context, task)) report('task', `there is no task "${task}" in this group`);
  if (record['addressMode'] === 'driver') {
    report('address_mode', '"driver" is for services of a task', 'move the service into the task');
  }
}

function hasTask({ group }: SchemaContext, name: unknown): boolean {
  return asRecords(group?.['tasks']).some((task) => task['name'] === name);
}

function checkNomad(record: ModelRecord, type: string, report: Report): void {
  const only = 'it needs provider = "consul"';
  if (type === 'grpc' || type === 'script') report('type', `"${type}" checks are done by Consul: ${only}`);
  for (const { model, hcl } of CONSUL_ONLY) {
    const value = record[model];
    if (value !== undefined && value !== false && value !== 0) report(hcl, only, 'remove it');
  }
  if (record['onUpdate'] === 'ignore_warnings') report('on_update', `"ignore_warnings": ${only}`);
  if (record['addressMode'] === 'driver') report('address_mode', `"driver": ${only}`);
  const restart = record['checkRestart'] as ModelRecord | undefined;
  if (restart?.['ignoreWarnings'] === true) report('check_restart.ignore_warnings', only, 'remove it');
  const method = record['method'];
  if (type === 'http' && typeof method === 'string' && !METHODS.includes(method.toUpperCase())) {
    report('method', `"${method}" is no HTTP method`, `one of ${METHODS.join(', ')}`);
  }
}
