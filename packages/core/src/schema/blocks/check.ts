// `check` and `check_restart`: is a service healthy, and what if not.

import { labelRule } from '../../model/name.ts';
import { type BlockSchema, block, type ModelRecord, type Report, stringList } from '../field.ts';

export const checkRestartBlock: BlockSchema = {
  name: 'check_restart',
  doc: 'Restarts a task whose checks fail.',
  fields: [
    {
      hcl: 'limit',
      wire: 'Limit',
      model: 'limit',
      type: 'int',
      default: 0,
      min: 0,
      doc: 'Failures in a row after which the task is restarted; 0 = never.',
    },
    {
      hcl: 'grace',
      wire: 'Grace',
      model: 'graceMs',
      type: 'duration',
      default: 1_000,
      min: 0,
      doc: 'Time after a start during which failures do not count.',
    },
    {
      hcl: 'ignore_warnings',
      wire: 'IgnoreWarnings',
      model: 'ignoreWarnings',
      type: 'bool',
      default: false,
      doc: 'Whether the state warning counts as passing.',
    },
  ],
};

const count = (hcl: string, wire: string, model: string, doc: string) =>
  ({ hcl, wire, model, type: 'int', default: 0, doc }) as const;

export const checkBlock: BlockSchema = {
  name: 'check',
  doc: 'A health check of a service.',
  fields: [
    {
      hcl: 'name',
      wire: 'Name',
      model: 'name',
      type: 'string',
      nameRule: labelRule,
      doc: 'Name of the check; made from the name of the service when it is not given.',
    },
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      required: true,
      values: ['grpc', 'http', 'script', 'tcp'],
      doc: 'How it is done: a request, a connection, or a script inside a task.',
    },
    { hcl: 'path', wire: 'Path', model: 'path', type: 'string', doc: 'Path that an http check asks for.' },
    {
      hcl: 'method',
      wire: 'Method',
      model: 'method',
      type: 'string',
      doc: 'Method of an http check; GET when it is not given.',
    },
    { hcl: 'body', wire: 'Body', model: 'body', type: 'string', doc: 'Body that an http check sends.' },
    {
      hcl: 'header',
      wire: 'Header',
      model: 'header',
      type: 'json',
      doc: 'Headers that an http check sends: every name with a list of values.',
    },
    {
      hcl: 'protocol',
      wire: 'Protocol',
      model: 'protocol',
      type: 'string',
      doc: 'Protocol of an http check, "http" or "https"; http when it is not given.',
    },
    {
      hcl: 'port',
      wire: 'PortLabel',
      model: 'port',
      type: 'string',
      doc: 'Port that is checked when it is not the one of the service.',
    },
    {
      hcl: 'interval',
      wire: 'Interval',
      model: 'intervalMs',
      type: 'duration',
      required: true,
      min: 1_000,
      doc: 'Time from one check to the next.',
    },
    {
      hcl: 'timeout',
      wire: 'Timeout',
      model: 'timeoutMs',
      type: 'duration',
      required: true,
      min: 1_000,
      doc: 'Longest wait for an answer; a later one counts as a failure.',
    },
    {
      hcl: 'command',
      wire: 'Command',
      model: 'command',
      type: 'string',
      doc: 'Program that a script check runs inside the task.',
    },
    {
      hcl: 'args',
      wire: 'Args',
      model: 'args',
      type: stringList,
      default: [],
      doc: 'Arguments of the program of a script check.',
    },
    {
      hcl: 'initial_status',
      wire: 'InitialStatus',
      model: 'initialStatus',
      type: 'string',
      values: ['passing', 'warning', 'critical'],
      doc: 'State before the first check is done.',
    },
    {
      hcl: 'expose',
      wire: 'Expose',
      model: 'expose',
      type: 'bool',
      default: false,
      doc: 'Opens a port of the sidecar proxy so that the check reaches the service past the mesh.',
    },
    {
      hcl: 'address_mode',
      wire: 'AddressMode',
      model: 'addressMode',
      type: 'string',
      values: ['host', 'driver', 'alloc', 'alloc_ipv6'],
      doc: "Which address is checked: the node's (host), the allocation's (alloc) or the task's (driver).",
    },
    {
      hcl: 'advertise',
      wire: 'Advertise',
      model: 'advertise',
      type: 'string',
      doc: 'Address that is checked instead of the one found by address_mode.',
    },
    { hcl: 'notes', wire: 'Notes', model: 'notes', type: 'string', doc: 'Text for people, at most 255 characters.' },
    {
      hcl: 'tls_server_name',
      wire: 'TLSServerName',
      model: 'tlsServerName',
      type: 'string',
      doc: "Name that the server's certificate must have.",
    },
    {
      hcl: 'tls_skip_verify',
      wire: 'TLSSkipVerify',
      model: 'tlsSkipVerify',
      type: 'bool',
      default: false,
      doc: "Whether the server's certificate is not verified.",
    },
    {
      hcl: 'grpc_service',
      wire: 'GRPCService',
      model: 'grpcService',
      type: 'string',
      doc: 'Service that a grpc check asks about.',
    },
    {
      hcl: 'grpc_use_tls',
      wire: 'GRPCUseTLS',
      model: 'grpcUseTls',
      type: 'bool',
      default: false,
      doc: 'Whether a grpc check uses TLS.',
    },
    {
      hcl: 'task',
      wire: 'TaskName',
      model: 'task',
      type: 'string',
      doc: 'Task a script check runs in; for a service of a task, that task.',
    },
    count(
      'success_before_passing',
      'SuccessBeforePassing',
      'successBeforePassing',
      'Successes in a row before it passes.',
    ),
    count(
      'failures_before_critical',
      'FailuresBeforeCritical',
      'failuresBeforeCritical',
      'Failures in a row before it is critical.',
    ),
    count(
      'failures_before_warning',
      'FailuresBeforeWarning',
      'failuresBeforeWarning',
      'Failures in a row before it is a warning.',
    ),
    {
      hcl: 'on_update',
      wire: 'OnUpdate',
      model: 'onUpdate',
      type: 'string',
      values: ['require_healthy', 'ignore_warnings', 'ignore'],
      doc: 'Which states count as healthy during an update; that of the service when it is not given.',
    },
    {
      hcl: 'check_restart',
      wire: 'CheckRestart',
      model: 'checkRestart',
      type: block(checkRestartBlock),
      doc: 'Restarts the task when this check fails; completes that of the service.',
    },
  ],
  fold(record) {
    for (const key of ['successBeforePassing', 'failuresBeforeCritical', 'failuresBeforeWarning']) {
      if (Number(record[key] ?? 0) < 0) record[key] = 0;
    }
  },
  check: checkCheck,
};

/** A check with what it takes over from its service, which has its name and task already. */
export function inheritedCheck(check: ModelRecord, service: ModelRecord): ModelRecord {
  const copy = { ...check };
  copy['name'] ??= `service: "${service['name']}" check`;
  copy['onUpdate'] ??= service['onUpdate'] ?? 'require_healthy';
  if (copy['task'] === undefined && service['task'] !== undefined) copy['task'] = service['task'];
  if (service['checkRestart'] === undefined) return copy;
  const outer = service['checkRestart'] as ModelRecord;
  const own = (check['checkRestart'] ?? {}) as ModelRecord;
  copy['checkRestart'] = {
    ...outer,
    ...own,
    // The API has no "not given" for these two: what would switch off is taken for not given.
    ...(Number(own['limit'] ?? 0) > 0 ? {} : { limit: outer['limit'] ?? 0 }),
    ...(own['ignoreWarnings'] === true ? {} : { ignoreWarnings: outer['ignoreWarnings'] ?? false }),
  };
  return copy;
}

const THRESHOLDS = [
  ['successBeforePassing', 'success_before_passing'],
  ['failuresBeforeCritical', 'failures_before_critical'],
  ['failuresBeforeWarning', 'failures_before_warning'],
] as const;

function checkCheck(record: ModelRecord, _context: unknown, report: Report): void {
  const type = record['type'];
  const path = record['path'];
  if (type === 'http' && path === undefined) report('path', 'an http check needs a path', 'add path = "/"');
  if (type === 'http' && typeof path === 'string' && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) {
    report('path', 'the path of an http check has no scheme and host', 'write it like path = "/health"');
  }
  if (type === 'script') {
    if (record['command'] === undefined) report('command', 'a script check needs a command');
    for (const [model, hcl] of THRESHOLDS) {
      if (Number(record[model]) > 0) report(hcl, 'it is for tcp, http and grpc checks', 'remove it');
    }
  }
  if (record['expose'] === true && type !== 'http' && type !== 'grpc') {
    report('expose', 'only http and grpc checks can be exposed', 'remove it');
  }
  if (String(record['notes'] ?? '').length > 255) report('notes', 'it is longer than 255 characters', 'shorten it');
  checkHeader(record['header'], report);
  const restart = record['checkRestart'] as ModelRecord | undefined;
  if (restart === undefined) return;
  if (record['onUpdate'] === 'ignore') {
    report('check_restart', 'on_update = "ignore" excludes check_restart', 'remove one of them');
  } else if (record['onUpdate'] === 'ignore_warnings' && restart['ignoreWarnings'] !== true) {
    report('check_restart', 'on_update = "ignore_warnings" needs ignore_warnings = true here, too');
  }
}

function checkHeader(header: unknown, report: Report): void {
  if (header === undefined) return;
  for (const [name, values] of Object.entries(header as Record<string, unknown>)) {
    const isList = Array.isArray(values) && values.every((item) => typeof item === 'string');
    if (!isList) report(`header.${name}`, 'a header is a list of texts', `write ${name} = ["…"]`);
  }
}
