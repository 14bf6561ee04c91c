// `proxy` of a sidecar: upstreams, exposed paths, transparent proxying.

import { type BlockSchema, block, type ModelRecord, type Report, stringList } from '../field.ts';

const meshGatewayBlock: BlockSchema = {
  name: 'mesh_gateway',
  doc: 'How connections to other datacenters leave.',
  fields: [
    {
      hcl: 'mode',
      wire: 'Mode',
      model: 'mode',
      type: 'string',
      values: ['local', 'remote', 'none'],
      doc: "Through the own gateway (local), the other side's (remote) or none; as Consul says when it is not given.",
    },
  ],
};

const text = (hcl: string, wire: string, model: string, doc: string) =>
  ({ hcl, wire, model, type: 'string', doc }) as const;

const upstreamsBlock: BlockSchema = {
  name: 'upstreams',
  doc: 'A service of the mesh that the task reaches at a local port.',
  fields: [
    text('destination_name', 'DestinationName', 'destinationName', 'Name of the service that is reached.'),
    text('destination_namespace', 'DestinationNamespace', 'destinationNamespace', 'Consul namespace of that service.'),
    text('destination_peer', 'DestinationPeer', 'destinationPeer', 'Consul peer of that service.'),
    text('destination_partition', 'DestinationPartition', 'destinationPartition', 'Consul partition of that service.'),
    text('destination_type', 'DestinationType', 'destinationType', '"service" or "prepared_query".'),
    {
      hcl: 'local_bind_port',
      wire: 'LocalBindPort',
      model: 'localBindPort',
      type: 'int',
      default: 0,
      doc: 'Port at which the task reaches it.',
    },
    text('datacenter', 'Datacenter', 'datacenter', 'Datacenter of that service.'),
    text('local_bind_address', 'LocalBindAddress', 'localBindAddress', 'Address at which the task reaches it.'),
    text(
      'local_bind_socket_path',
      'LocalBindSocketPath',
      'localBindSocketPath',
      'Unix socket at which the task reaches it, instead of a port.',
    ),
    text('local_bind_socket_mode', 'LocalBindSocketMode', 'localBindSocketMode', 'Mode of that socket.'),
    {
      hcl: 'mesh_gateway',
      wire: 'MeshGateway',
      model: 'meshGateway',
      type: block(meshGatewayBlock),
      doc: 'How connections to other datacenters leave.',
    },
    { hcl: 'config', wire: 'Config', model: 'config', type: 'json', doc: 'Options handed to Envoy as they are.' },
  ],
};

const exposePathBlock: BlockSchema = {
  name: 'path',
  doc: 'A path that is reachable without the mesh.',
  fields: [
    text('path', 'Path', 'path', 'Path that is reachable.'),
    text('protocol', 'Protocol', 'protocol', '"http" or "http2".'),
    {
      hcl: 'local_path_port',
      wire: 'LocalPathPort',
      model: 'localPathPort',
      type: 'int',
      default: 0,
      doc: 'Port of the task that answers.',
    },
    text('listener_port', 'ListenerPort', 'listenerPort', 'Port of the group at which the proxy listens for it.'),
  ],
};

const exposeBlock: BlockSchema = {
  name: 'expose',
  doc: 'Paths that are reachable without the mesh.',
  fields: [
    {
      hcl: 'path',
      wire: 'Paths',
      model: 'paths',
      type: block(exposePathBlock, 'many'),
      default: [],
      doc: 'One path each.',
    },
  ],
  ignoredWire: ['Path'],
};

const USER_ID = /^\d{1,5}$/;

const transparentProxyBlock: BlockSchema = {
  name: 'transparent_proxy',
  doc: "Leads all of the tasks' traffic through the proxy.",
  fields: [
    text('uid', 'UID', 'uid', 'User id of the proxy itself, whose traffic is left alone.'),
    {
      hcl: 'outbound_port',
      wire: 'OutboundPort',
      model: 'outboundPort',
      type: 'int',
      default: 0,
      min: 0,
      max: 65_535,
      doc: 'Port of the proxy for what leaves.',
    },
    {
      hcl: 'exclude_inbound_ports',
      wire: 'ExcludeInboundPorts',
      model: 'excludeInboundPorts',
      type: stringList,
      default: [],
      doc: 'Ports, by name or number, at which traffic comes in directly.',
    },
    {
      hcl: 'exclude_outbound_ports',
      wire: 'ExcludeOutboundPorts',
      model: 'excludeOutboundPorts',
      type: { kind: 'list', of: 'int' },
      default: [],
      doc: 'Ports to which traffic leaves directly.',
    },
    {
      hcl: 'exclude_outbound_cidrs',
      wire: 'ExcludeOutboundCIDRs',
      model: 'excludeOutboundCidrs',
      type: stringList,
      default: [],
      doc: 'Networks to which traffic leaves directly.',
    },
    {
      hcl: 'exclude_uids',
      wire: 'ExcludeUIDs',
      model: 'excludeUids',
      type: stringList,
      default: [],
      doc: 'User ids whose traffic leaves directly.',
    },
    {
      hcl: 'no_dns',
      wire: 'NoDNS',
      model: 'noDns',
      type: 'bool',
      default: false,
      doc: 'Whether names are not looked up in Consul.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    const uid = record['uid'];
    if (typeof uid === 'string' && !USER_ID.test(uid)) report('uid', `"${uid}" is no user id`, 'a whole number');
    (record['excludeUids'] as readonly string[]).forEach((item, index) => {
      if (!USER_ID.test(item)) report(`exclude_uids[${index}]`, `"${item}" is no user id`, 'a whole number');
    });
    (record['excludeOutboundCidrs'] as readonly string[]).forEach((item, index) => {
      if (!/^[0-9A-Fa-f.:]+\/\d{1,3}$/.test(item))
        report(`exclude_outbound_cidrs[${index}]`, `"${item}" is no network`, 'write it like "10.0.0.0/8"');
    });
  },
};

export const proxyBlock: BlockSchema = {
  name: 'proxy',
  doc: 'What the proxy beside the task does.',
  fields: [
    text(
      'local_service_address',
      'LocalServiceAddress',
      'localServiceAddress',
      'Address at which the proxy reaches the task; 127.0.0.1 when it is not given.',
    ),
    {
      hcl: 'local_service_port',
      wire: 'LocalServicePort',
      model: 'localServicePort',
      type: 'int',
      default: 0,
      doc: 'Port at which the proxy reaches the task; that of the service when it is not given.',
    },
    {
      hcl: 'expose',
      wire: 'Expose',
      model: 'expose',
      type: block(exposeBlock),
      doc: 'Paths that are reachable without the mesh.',
    },
    {
      hcl: 'upstreams',
      wire: 'Upstreams',
      model: 'upstreams',
      type: block(upstreamsBlock, 'many'),
      default: [],
      doc: 'Services of the mesh that the task reaches at local ports.',
    },
    {
      hcl: 'transparent_proxy',
      wire: 'TransparentProxy',
      model: 'transparentProxy',
      type: block(transparentProxyBlock),
      doc: "Leads all of the tasks' traffic through the proxy.",
    },
    { hcl: 'config', wire: 'Config', model: 'config', type: 'json', doc: 'Options handed to Envoy as they are.' },
  ],
  ignoredWire: ['ExposeConfig'],
};
