// `ingress` of a gateway: who may enter the mesh, where.

import { asRecords, type BlockSchema, block, type ModelRecord, type Report, stringList, stringMap } from '../field.ts';

const text = (hcl: string, wire: string, model: string, doc: string) =>
  ({ hcl, wire, model, type: 'string', doc }) as const;
const number = (hcl: string, wire: string, model: string, doc: string) =>
  ({ hcl, wire, model, type: 'int', min: 0, doc }) as const;

const sdsBlock: BlockSchema = {
  name: 'sds',
  doc: 'Where Envoy fetches the certificate.',
  fields: [
    text('cluster_name', 'ClusterName', 'clusterName', 'Cluster of Envoy that serves certificates.'),
    text('cert_resource', 'CertResource', 'certResource', 'Name of the certificate there.'),
  ],
};

const tlsBlock: BlockSchema = {
  name: 'tls',
  doc: 'TLS for those who enter.',
  fields: [
    {
      hcl: 'enabled',
      wire: 'Enabled',
      model: 'enabled',
      type: 'bool',
      default: false,
      doc: 'Whether the gateway serves TLS.',
    },
    text('tls_min_version', 'TLSMinVersion', 'tlsMinVersion', 'Oldest version of TLS that is spoken.'),
    text('tls_max_version', 'TLSMaxVersion', 'tlsMaxVersion', 'Newest version of TLS that is spoken.'),
    {
      hcl: 'cipher_suites',
      wire: 'CipherSuites',
      model: 'cipherSuites',
      type: stringList,
      default: [],
      doc: 'Cipher suites that are offered.',
    },
    { hcl: 'sds', wire: 'SDS', model: 'sds', type: block(sdsBlock), doc: 'Where Envoy fetches the certificate.' },
  ],
};

const headersBlock: BlockSchema = {
  name: 'header modifiers',
  doc: 'Changes of HTTP headers.',
  fields: [
    { hcl: 'add', wire: 'Add', model: 'add', type: stringMap, default: {}, doc: 'Headers that are added.' },
    {
      hcl: 'set',
      wire: 'Set',
      model: 'set',
      type: stringMap,
      default: {},
      doc: 'Headers that are set, others replaced.',
    },
    { hcl: 'remove', wire: 'Remove', model: 'remove', type: stringList, default: [], doc: 'Headers that are removed.' },
  ],
};

const ingressServiceBlock: BlockSchema = {
  name: 'ingress service',
  doc: 'A service that can be reached from outside.',
  fields: [
    text('name', 'Name', 'name', 'Name of the service; "*" = all.'),
    {
      hcl: 'hosts',
      wire: 'Hosts',
      model: 'hosts',
      type: stringList,
      default: [],
      doc: 'Host names that lead to the service.',
    },
    { hcl: 'tls', wire: 'TLS', model: 'tls', type: block(tlsBlock), doc: 'TLS for this service.' },
    {
      hcl: 'request_headers',
      wire: 'RequestHeaders',
      model: 'requestHeaders',
      type: block(headersBlock),
      doc: 'Changes of the headers of requests.',
    },
    {
      hcl: 'response_headers',
      wire: 'ResponseHeaders',
      model: 'responseHeaders',
      type: block(headersBlock),
      doc: 'Changes of the headers of answers.',
    },
    number('max_connections', 'MaxConnections', 'maxConnections', 'Most connections at a time.'),
    number('max_pending_requests', 'MaxPendingRequests', 'maxPendingRequests', 'Most requests that wait.'),
    number('max_concurrent_requests', 'MaxConcurrentRequests', 'maxConcurrentRequests', 'Most requests at a time.'),
  ],
};

const listenerBlock: BlockSchema = {
  name: 'listener',
  doc: 'A port through which the mesh is entered.',
  fields: [
    {
      hcl: 'port',
      wire: 'Port',
      model: 'port',
      type: 'int',
      default: 0,
      min: 1,
      max: 65_535,
      doc: 'Port through which the mesh is entered.',
    },
    {
      hcl: 'protocol',
      wire: 'Protocol',
      model: 'protocol',
      type: 'string',
      default: 'tcp',
      values: ['tcp', 'http', 'http2', 'grpc'],
      doc: 'What is spoken there.',
    },
    {
      hcl: 'service',
      wire: 'Services',
      model: 'services',
      type: block(ingressServiceBlock, 'many'),
      default: [],
      doc: 'Services that are reached there.',
    },
  ],
  check: checkListener,
};

function checkListener(record: ModelRecord, _context: unknown, report: Report): void {
  const services = asRecords(record['services']);
  if (services.length === 0) report('service', 'a listener needs a service');
  services.forEach((service, index) => {
    const name = service['name'];
    const hosts = (service['hosts'] as readonly unknown[]).length;
    if (name === undefined) report(`service[${index}].name`, 'a service of a listener needs a name');
    if (record['protocol'] === 'tcp') {
      if (name === '*')
        report(`service[${index}].name`, '"*" cannot be reached by tcp', 'write the name of one service');
      if (hosts > 0)
        report(`service[${index}].hosts`, 'tcp knows no host names', 'remove hosts or change the protocol');
    } else if (name === '*' && hosts > 0) {
      report(`service[${index}].hosts`, '"*" goes without hosts', 'remove hosts');
    }
  });
}

export const ingressBlock: BlockSchema = {
  name: 'ingress',
  doc: 'Leads into the mesh.',
  fields: [
    { hcl: 'tls', wire: 'TLS', model: 'tls', type: block(tlsBlock), doc: 'TLS for all listeners.' },
    {
      hcl: 'listener',
      wire: 'Listeners',
      model: 'listeners',
      type: block(listenerBlock, 'many'),
      default: [],
      doc: 'Ports through which the mesh is entered.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    if (asRecords(record['listeners']).length === 0) report('listener', 'an ingress gateway needs a listener');
  },
};
