// `network`: what a group asks of the node's network.

import { wordRule } from '../../model/name.ts';
import {
  asRecords,
  type BlockSchema,
  block,
  type ModelRecord,
  type Report,
  stringList,
  stringMap,
  unwrapped,
} from '../field.ts';
import { portBlock } from './port.ts';

const dnsBlock: BlockSchema = {
  name: 'dns',
  doc: 'Name resolution inside the tasks.',
  fields: [
    {
      hcl: 'servers',
      wire: 'Servers',
      model: 'servers',
      type: stringList,
      default: [],
      nameRule: wordRule,
      doc: 'Addresses of the name servers.',
    },
    {
      hcl: 'searches',
      wire: 'Searches',
      model: 'searches',
      type: stringList,
      default: [],
      nameRule: wordRule,
      doc: 'Domains in which short names are looked up.',
    },
    {
      hcl: 'options',
      wire: 'Options',
      model: 'options',
      type: stringList,
      default: [],
      nameRule: wordRule,
      doc: 'Options of the resolver, such as "ndots:2".',
    },
  ],
};

const cniBlock: BlockSchema = {
  name: 'cni',
  doc: 'What is handed to the CNI plugins.',
  fields: [{ hcl: 'args', wire: 'Args', model: 'args', type: stringMap, doc: 'Names and values added to CNI_ARGS.' }],
};

const MODE = /^(host|bridge|none|cni\/[A-Za-z0-9_.-]+)$/;

export const networkBlock: BlockSchema = {
  name: 'network',
  doc: "What the group asks of the node's network.",
  fields: [
    {
      hcl: 'mode',
      wire: 'Mode',
      model: 'mode',
      type: 'string',
      default: 'host',
      destructive: true,
      doc: "Network of the group: the node's (host), one of its own (bridge, cni/<name>), or none.",
    },
    {
      hcl: 'hostname',
      wire: 'Hostname',
      model: 'hostname',
      type: 'string',
      destructive: true,
      nameRule: wordRule,
      doc: 'Host name inside the namespace.',
    },
    {
      hcl: 'port',
      model: 'ports',
      type: block(portBlock, 'many'),
      doc: 'Ports; one with `static` gets that port of the node, others a free one.',
    },
    {
      hcl: 'reserved_ports',
      wire: 'ReservedPorts',
      model: 'reservedPorts',
      pathName: 'port',
      type: block(portBlock, 'many'),
      default: [],
      destructive: 'presence',
      doc: 'Ports of the node that are asked for by number; usually written as port { static }.',
    },
    {
      wire: 'DynamicPorts',
      model: 'dynamicPorts',
      pathName: 'port',
      type: block(portBlock, 'many'),
      default: [],
      destructive: 'presence',
      doc: 'Ports of the node that the scheduler chooses.',
    },
    {
      hcl: 'dns',
      wire: 'DNS',
      model: 'dns',
      type: block(dnsBlock),
      destructive: true,
      doc: 'Name resolution inside the tasks.',
    },
    {
      hcl: 'cni',
      wire: 'CNI',
      model: 'cniArgs',
      type: unwrapped(cniBlock, 'args'),
      destructive: true,
      doc: 'What is handed to the CNI plugins.',
    },
    {
      hcl: 'mbits',
      wire: 'MBits',
      model: 'mbits',
      type: 'int',
      min: 0,
      destructive: true,
      deprecated: 'bandwidth is not reserved; remove it',
      doc: 'Bandwidth in Mbit/s, from old job files.',
    },
    ...['device', 'cidr', 'ip'].map((name) => ({
      hcl: name,
      wire: name === 'device' ? 'Device' : name.toUpperCase(),
      model: name,
      type: 'string' as const,
      kept: true,
      deprecated: `the scheduler decides; remove "${name}"`,
      doc: 'Part of the network as old job files wrote it.',
    })),
  ],
  normalize: normalizeNetwork,
  check: checkNetwork,
};

/** Ports of a file are one kind of block; the model and the wire keep static and dynamic ones apart. */
function normalizeNetwork(record: ModelRecord, report: Report): void {
  const ports = record['ports'];
  delete record['ports'];
  if (ports !== undefined) {
    const isStatic = (port: ModelRecord) => Number(port['value'] ?? 0) > 0;
    record['reservedPorts'] = asRecords(ports).filter(isStatic);
    record['dynamicPorts'] = asRecords(ports).filter((port) => !isStatic(port));
  }
  if (record['mode'] === '') record['mode'] = 'host';
  if (typeof record['mbits'] === 'number' && record['mbits'] === 0) delete record['mbits'];
  if (typeof record['mode'] === 'string' && record['mode'].includes('${')) {
    report('mode', 'the network mode is fixed before a node is known', 'write host, bridge, none or cni/<name>');
  }
}

function checkNetwork(record: ModelRecord, _context: unknown, report: Report): void {
  const mode = String(record['mode']);
  if (!MODE.test(mode)) report('mode', `"${mode}" is no network mode`, 'modes are host, bridge, none and cni/<name>');
  const reserved = asRecords(record['reservedPorts']);
  const all = [...reserved, ...asRecords(record['dynamicPorts'])];
  const labels = new Set<unknown>();
  for (const port of all) {
    const label = port['label'];
    if (labels.has(label)) report(`port["${label}"]`, `there are two ports named "${label}"`, 'rename one');
    labels.add(label);
    if (port['ignoreCollision'] === true && mode !== 'host') {
      report(`port["${label}"].ignore_collision`, 'it is for mode = "host" only');
    }
  }
  if (mode === 'none' && all.length > 0)
    report('port', 'a group without a network publishes no ports', 'use mode = "bridge"');
  checkStaticPorts(reserved, report);
  checkCni(record, report);
  const hostname = String(record['hostname'] ?? '');
  if (hostname !== '' && !hostname.includes('${') && !isDomainName(hostname)) {
    report('hostname', 'this is no host name', 'parts of at most 63 characters with dots between them, 253 in all');
  }
  if (record['hostname'] !== undefined && (mode === 'host' || mode === 'none')) {
    report('hostname', `a host name needs a network of its own, the mode is "${mode}"`, 'use mode = "bridge"');
  }
}

function checkStaticPorts(reserved: readonly ModelRecord[], report: Report): void {
  if (reserved.length < 2) return;
  const taken = new Map<string, unknown>();
  for (const port of reserved) {
    const key = `${port['hostNetwork']}:${port['value']}`;
    const other = taken.get(key);
    if (other !== undefined && port['ignoreCollision'] !== true) {
      const message = `port ${port['value']} is also asked for by port "${other}" of the same group`;
      report(`port["${port['label']}"].static`, message, 'a port can be published once on a node');
    }
    taken.set(key, port['label']);
  }
}

function isDomainName(name: string): boolean {
  return (
    name.length <= 253 && name.split('.').every((part, index, all) => isDomainPart(part, index === all.length - 1))
  );
}

/** A dot may stand at the end. */
function isDomainPart(part: string, isLast: boolean): boolean {
  return part.length <= 63 && (part !== '' || isLast);
}

/** CNI_ARGS is one text, `A=b;C=d`. */
function checkCni(record: ModelRecord, report: Report): void {
  if (record['cniArgs'] === undefined) return;
  for (const [name, value] of Object.entries(record['cniArgs'] as Record<string, string>)) {
    if (`${name}${value}`.includes(';')) report('cni', `the argument "${name}" contains ";", which separates them`);
  }
}
