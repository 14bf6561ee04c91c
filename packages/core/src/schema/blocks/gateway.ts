// `gateway`: a service that leads into, out of or between meshes.

import { asRecords, type BlockSchema, block, type ModelRecord, type Report } from '../field.ts';
import { ingressBlock } from './gateway-ingress.ts';

const text = (hcl: string, wire: string, model: string, doc: string) =>
  ({ hcl, wire, model, type: 'string', doc }) as const;

const bindAddressBlock: BlockSchema = {
  name: 'envoy_gateway_bind_addresses',
  doc: 'An address the gateway listens on.',
  label: { model: 'name', wire: 'Name', doc: 'Name of the listener.' },
  fields: [
    text('address', 'Address', 'address', 'The address.'),
    { hcl: 'port', wire: 'Port', model: 'port', type: 'int', default: 0, doc: 'The port; -1 = filled in.' },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    if (record['address'] === undefined) report('address', 'a bind address is needed');
    const port = Number(record['port']);
    if (port <= 0 && port !== -1) report('port', 'a port is needed', 'a number from 1, or -1');
  },
};

const gatewayProxyBlock: BlockSchema = {
  name: 'gateway proxy',
  doc: 'How the proxy of the gateway listens and connects.',
  fields: [
    {
      hcl: 'connect_timeout',
      wire: 'ConnectTimeout',
      model: 'connectTimeoutMs',
      type: 'duration',
      default: 5_000,
      doc: 'Longest wait for a connection to a service.',
    },
    {
      hcl: 'envoy_gateway_bind_tagged_addresses',
      wire: 'EnvoyGatewayBindTaggedAddresses',
      model: 'envoyGatewayBindTaggedAddresses',
      type: 'bool',
      default: false,
      doc: 'Whether it listens on the tagged addresses of the service, too.',
    },
    {
      hcl: 'envoy_gateway_bind_addresses',
      wire: 'EnvoyGatewayBindAddresses',
      model: 'envoyGatewayBindAddresses',
      type: block(bindAddressBlock, 'map'),
      doc: 'Further addresses it listens on.',
    },
    {
      hcl: 'envoy_gateway_no_default_bind',
      wire: 'EnvoyGatewayNoDefaultBind',
      model: 'envoyGatewayNoDefaultBind',
      type: 'bool',
      default: false,
      doc: 'Whether it does not listen on the address of the service.',
    },
    {
      hcl: 'envoy_dns_discovery_type',
      wire: 'EnvoyDNSDiscoveryType',
      model: 'envoyDnsDiscoveryType',
      type: 'string',
      values: ['STRICT_DNS', 'LOGICAL_DNS'],
      doc: 'How Envoy looks up names of services outside of the mesh.',
    },
    { hcl: 'config', wire: 'Config', model: 'config', type: 'json', doc: 'Options handed to Envoy as they are.' },
  ],
};

const linkedServiceBlock: BlockSchema = {
  name: 'linked service',
  doc: 'A service outside of the mesh that the gateway leads to.',
  fields: [
    text('name', 'Name', 'name', 'Name of the service in Consul; "*" = all.'),
    text('ca_file', 'CAFile', 'caFile', 'File with the certificates that the service is verified with.'),
    text('cert_file', 'CertFile', 'certFile', 'File with the certificate of the gateway.'),
    text('key_file', 'KeyFile', 'keyFile', 'File with the key of that certificate.'),
    text('sni', 'SNI', 'sni', 'Name of the server that is asked for.'),
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    const has = (name: string) => record[name] !== undefined;
    if (!has('name')) report('name', 'a linked service needs a name');
    if ((has('certFile') || has('keyFile') || has('sni')) && !has('caFile')) report('ca_file', 'TLS needs ca_file');
    if (has('certFile') !== has('keyFile')) report('key_file', 'cert_file and key_file go together');
  },
};

const terminatingBlock: BlockSchema = {
  name: 'terminating',
  doc: 'Leads from the mesh to services outside of it.',
  fields: [
    {
      hcl: 'service',
      wire: 'Services',
      model: 'services',
      type: block(linkedServiceBlock, 'many'),
      default: [],
      doc: 'The services outside of the mesh.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    if (asRecords(record['services']).length === 0) report('service', 'a terminating gateway needs a service');
  },
};

const meshBlock: BlockSchema = { name: 'mesh', doc: 'Leads to meshes of other datacenters.', fields: [] };

export const gatewayBlock: BlockSchema = {
  name: 'gateway',
  doc: 'Makes the service a gateway of the mesh.',
  fields: [
    {
      hcl: 'proxy',
      wire: 'Proxy',
      model: 'proxy',
      type: block(gatewayProxyBlock),
      doc: 'How the proxy of the gateway listens and connects.',
    },
    { hcl: 'ingress', wire: 'Ingress', model: 'ingress', type: block(ingressBlock), doc: 'Leads into the mesh.' },
    {
      hcl: 'terminating',
      wire: 'Terminating',
      model: 'terminating',
      type: block(terminatingBlock),
      doc: 'Leads from the mesh to services outside of it.',
    },
    {
      hcl: 'mesh',
      wire: 'Mesh',
      model: 'mesh',
      type: block(meshBlock),
      doc: 'Leads to meshes of other datacenters.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    const kinds = ['ingress', 'terminating', 'mesh'].filter((name) => record[name] !== undefined);
    if (kinds.length !== 1) report('', 'a gateway is exactly one of ingress, terminating and mesh', 'keep one of them');
  },
};
