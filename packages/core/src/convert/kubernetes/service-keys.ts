// Services: ports of the groups they select, and the names others reach them by.

import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readItems, readPort, readText, readTextMap } from '../read/values.ts';
import { entryOf, type Tree } from '../yaml/tree.ts';
import { type Cluster, type ServicePort, what } from './context.ts';

interface ServiceContext {
  readonly cluster: Cluster;
  readonly service: { type: string; selector?: Record<string, string>; ports: ServicePort[]; externalName?: string };
}

interface PortContext {
  readonly cluster: Cluster;
  readonly port: { name?: string; port?: number; target?: number | string; nodePort?: number };
}
export const servicePortKeys: KeyTable<PortContext> = {
  name: reads('name of the port of the group', (value, { cluster, port }) => {
    const text = readText(cluster.run, value);
    if (text !== undefined) port.name = text;
  }),
  port: reads('`static` of the port: the number others call', (value, { cluster, port }) => {
    const number = readPort(cluster.run, value);
    if (number !== undefined) port.port = number;
  }),
  targetPort: reads('`to` of the port', (value, { cluster, port }) => {
    const text = readText(cluster.run, value);
    if (text !== undefined) port.target = /^\d+$/.test(text) ? Number(text) : text;
  }),
  nodePort: reads('`static` of a second port', (value, { cluster, port }) => {
    const number = readPort(cluster.run, value);
    if (number !== undefined) port.nodePort = number;
  }),
  protocol: reads('nothing: TCP and UDP are both published; others are errors', (value, { cluster }) => {
    const protocol = readText(cluster.run, value);
    if (protocol !== 'TCP' && protocol !== 'UDP')
      cluster.run.error(
        value,
        'Cannot be converted',
        `The protocol "${protocol ?? ''}" is not published.`,
        'known are TCP and UDP',
      );
    else if (protocol === 'UDP')
      cluster.run.warn(value, 'Converted with a difference', 'TCP and UDP are both published.');
  }),
  appProtocol: warns('ports have no protocol of their application'),
};

const noBalance = 'there is no load balancer: ports are those of the nodes';

export const serviceKeys: KeyTable<ServiceContext> = {
  type: reads(
    'ClusterIP: an internal port; NodePort, LoadBalancer: a published one; ExternalName is an error',
    (value, { cluster, service }) => {
      const type = readText(cluster.run, value) ?? '';
      if (type === 'ExternalName')
        cluster.run.error(
          value,
          'Cannot be converted',
          'Names outside of the job are not announced.',
          'write the name where it is used',
        );
      else if (!['ClusterIP', 'NodePort', 'LoadBalancer'].includes(type))
        cluster.run.error(value, 'Unknown value', 'A Service is ClusterIP, NodePort or LoadBalancer.');
      else service.type = type;
    },
  ),
  selector: reads('the workloads of the file whose pods have these labels', (value, { cluster, service }) => {
    service.selector = readTextMap(cluster.run, value);
  }),
  ports: reads(
    'a `port` of the group each, and its `service`',
    (value, { cluster, service }) => {
      for (const item of readItems(cluster.run, value)) {
        const port: PortContext['port'] = {};
        readKeys(item, servicePortKeys, what('a port'), { cluster, port }, cluster.run);
        if (port.port === undefined) cluster.run.error(item, 'Missing key', 'A port needs a port.');
        else service.ports.push({ target: port.port, ...port, port: port.port, at: item });
      }
    },
    { inner: () => servicePortKeys as AnyTable, below: 'list' },
  ),
  clusterIP: reads(
    'None, for a headless service, is as any other; addresses are errors',
    (value, { cluster }, { keySpan }) => {
      const address = readText(cluster.run, value);
      if (address !== 'None' && address !== '')
        cluster.run.error(keySpan, 'Cannot be converted', 'Services have no address of their own yet.', 'remove it');
    },
  ),
  clusterIPs: warns('services have no address of their own yet'),
  externalName: refuses('names outside of the job are not announced'),
  ...Object.fromEntries(
    Object.entries({
      allocateLoadBalancerNodePorts: noBalance,
      externalIPs: noBalance,
      externalTrafficPolicy: noBalance,
      healthCheckNodePort: noBalance,
      internalTrafficPolicy: noBalance,
      ipFamilies: 'ports are published on the addresses of the node',
      ipFamilyPolicy: 'ports are published on the addresses of the node',
      loadBalancerClass: noBalance,
      loadBalancerIP: noBalance,
      loadBalancerSourceRanges: 'whoever reaches the node reaches the port; use a firewall',
      publishNotReadyAddresses: 'ports are open as soon as the task listens',
      sessionAffinity: noBalance,
      sessionAffinityConfig: noBalance,
      trafficDistribution: noBalance,
    }).map(([key, why]) => [key, warns<ServiceContext>(why)]),
  ),
};

export function readService(
  name: string,
  at: Tree,
  spec: Tree | undefined,
  meta: Readonly<Record<string, string>>,
  cluster: Cluster,
): void {
  const service: ServiceContext['service'] = { type: 'ClusterIP', ports: [] };
  if (spec !== undefined) readKeys(spec, serviceKeys, what('a Service'), { cluster, service }, cluster.run);
  const place = entryOf(spec, 'selector')?.keySpan ?? at;
  if (service.selector === undefined && service.externalName === undefined) {
    cluster.run.warn(at, 'Left out', `The Service "${name}" selects no pods.`);
    return;
  }
  cluster.services.push({
    name,
    at: place,
    type: service.type,
    selector: service.selector ?? {},
    ports: service.ports,
    meta,
  });
}
