// `identity`: a signed token that says who a task is.

import { type BlockSchema, type FieldSchema, type ModelRecord, type Report, stringList } from '../field.ts';

/** Name of the identity that talks to the cluster itself. */
export const defaultIdentityName = 'default';
const DEFAULT_AUDIENCE = 'nomadproject.io';

const fields: readonly FieldSchema[] = [
  {
    hcl: 'name',
    wire: 'Name',
    model: 'name',
    type: 'string',
    default: defaultIdentityName,
    doc: 'Name of the identity; "default" is the one for this cluster itself.',
  },
  {
    hcl: 'aud',
    wire: 'Audience',
    model: 'audience',
    type: stringList,
    default: [],
    doc: 'Who the token is for; the default identity is always for this cluster.',
  },
  {
    hcl: 'ttl',
    wire: 'TTL',
    model: 'ttlMs',
    type: 'duration',
    min: 0,
    doc: 'How long a token is valid; it is renewed before. Without it the token is valid as long as the allocation.',
  },
  {
    hcl: 'file',
    wire: 'File',
    model: 'file',
    type: 'bool',
    default: false,
    doc: 'Whether the token is written to a file in the secrets directory.',
  },
  {
    hcl: 'env',
    wire: 'Env',
    model: 'env',
    type: 'bool',
    default: false,
    doc: 'Whether the token is given to the task as an environment variable.',
  },
  {
    hcl: 'filepath',
    wire: 'Filepath',
    model: 'filepath',
    type: 'string',
    doc: "File the token is written to, in the task's directory; needs file = true.",
  },
  {
    hcl: 'change_mode',
    wire: 'ChangeMode',
    model: 'changeMode',
    type: 'string',
    values: ['noop', 'restart', 'signal'],
    doc: 'What happens to the task when the token is renewed; nothing when it is not given.',
  },
  {
    hcl: 'change_signal',
    wire: 'ChangeSignal',
    model: 'changeSignal',
    type: 'string',
    doc: 'Signal sent for change_mode = "signal".',
  },
  {
    hcl: 'service_name',
    wire: 'ServiceName',
    model: 'serviceName',
    type: 'string',
    doc: 'Service the identity belongs to; filled in for identities of services.',
  },
  {
    hcl: 'extra_claims',
    wire: 'ExtraClaims',
    model: 'extraClaims',
    type: stringList,
    default: [],
    doc: 'Names of further claims in the token.',
  },
];

function foldIdentity(record: ModelRecord, _context: unknown, given: ModelRecord): void {
  // An empty name is none, as in the API.
  const name = given['name'] || defaultIdentityName;
  if (name === defaultIdentityName) record['audience'] = [DEFAULT_AUDIENCE];
  foldTimes(record);
}

function foldTimes(record: ModelRecord): void {
  if (typeof record['changeSignal'] === 'string') record['changeSignal'] = record['changeSignal'].toUpperCase();
  if (record['ttlMs'] === 0) delete record['ttlMs'];
}

function checkIdentity(record: ModelRecord, _context: unknown, report: Report): void {
  const name = String(record['name']);
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) {
    report('name', `"${name}" is no name of an identity`, 'letters, digits, "-" and "_", at most 128 characters');
  }
  const mode = record['changeMode'] ?? '';
  if (mode === 'signal' && record['changeSignal'] === undefined) {
    report('change_signal', 'change_mode = "signal" needs a signal', 'add change_signal = "SIGHUP"');
  } else if (mode !== 'signal' && record['changeSignal'] !== undefined) {
    report('change_signal', 'it goes with change_mode = "signal" only', 'remove it or change change_mode');
  }
  if (name === defaultIdentityName && Number(record['ttlMs'] ?? 0) > 0) {
    report('ttl', 'the default identity lives as long as the allocation', 'remove it or name the identity');
  }
  if (record['filepath'] !== undefined && record['file'] !== true) {
    report('filepath', 'it needs file = true', 'add file = true');
  }
  if ((record['audience'] as readonly unknown[]).includes('')) report('aud', 'an audience is not empty');
}

function adviseIdentity(record: ModelRecord, _context: unknown, report: Report): void {
  const audience = record['audience'] as readonly unknown[];
  if (audience.length === 0) report('', 'a token without an audience is good for everybody', 'add aud = ["…"]');
  if (audience.length > 1) report('aud', 'a token for several is safer as several identities');
  if (record['name'] !== defaultIdentityName && Number(record['ttlMs'] ?? 0) === 0) {
    report('', 'a token that never expires is good for whoever finds it', 'add ttl = "1h"');
  }
  if (record['env'] === true && record['changeMode'] !== 'restart') {
    report('env', 'the variable keeps the old token when it is renewed', 'add change_mode = "restart"');
  }
}

export const identityBlock: BlockSchema = {
  name: 'identity',
  doc: 'A signed token that says who the task is.',
  movesTo: (record) =>
    (record['name'] || defaultIdentityName) === defaultIdentityName ? 'default_identity' : undefined,
  fields,
  fold: foldIdentity,
  check: checkIdentity,
  advise: adviseIdentity,
};

/** The default identity where it stands apart: its audience is given. */
export const defaultIdentityBlock: BlockSchema = {
  ...identityBlock,
  fields: fields.map((field) => (field.model === 'audience' ? { ...field, default: [DEFAULT_AUDIENCE] } : field)),
};

/** Of a service: its name is given by the service. */
export const serviceIdentityBlock: BlockSchema = {
  name: 'service identity',
  doc: 'Identity with which a service is registered.',
  fields: fields.map((field) => {
    if (field.model !== 'name') return field;
    const { default: _default, ...rest } = field;
    return { ...rest, doc: 'Name of the identity; given by the service.' };
  }),
  fold: foldTimes,
};
