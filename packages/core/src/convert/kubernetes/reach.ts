// How the groups of a job are reached: ports for Services, probes and hostPorts, registration, names for the others.

import type { Span } from '../../jobspec/syntax/source.ts';
import { configure, configureMore, give, giveMeta, open, type Part } from '../draft.ts';
import { introduce, type Named, speaksOf } from '../siblings.ts';
import type { Cluster, Container, ServiceFact, ServicePort, Workload } from './context.ts';
import { giveCheck, type Probe, readProbe } from './probe-keys.ts';

interface Given {
  readonly label: string;
  readonly container: Container | undefined;
  readonly target: number;
  readonly isReachable: boolean;
}

/** After all objects are read. */
export function connect(cluster: Cluster): void {
  const { run, services, workloads } = cluster;
  const named = new Map<Workload, Named[]>(workloads.map((workload) => [workload, []]));
  for (const service of services) {
    const selected = workloads.filter(({ labels }) =>
      Object.entries(service.selector).every(([name, text]) => labels[name] === text),
    );
    if (selected.length === 0)
      run.warn(service.at, 'Left out', `The Service "${service.name}" selects no pods of the file.`);
    for (const workload of selected) named.get(workload)?.push(announce(service, workload));
  }
  for (const workload of workloads) finishPorts(workload);
  const tasks = workloads.flatMap(({ containers, facts, group }) =>
    facts.mode === 'host'
      ? []
      : containers.map(({ task, at }) => ({ part: task, group: String(group.record['name']), at, text: '' })),
  );
  for (const { containers, hostAliases } of workloads)
    for (const { line, at } of hostAliases)
      for (const { task } of containers) configureMore(run, task, 'extra_hosts', line, at);
  introduce(run, tasks, [...named.values()].flat());
}

const ports = new WeakMap<Workload, Given[]>();
const givenOf = (workload: Workload): Given[] => {
  const list = ports.get(workload) ?? [];
  ports.set(workload, list);
  return list;
};

function announce(service: ServiceFact, workload: Workload): Named {
  const { run, cluster } = workload;
  const reachable = service.ports.map((port) => {
    const { container, target } = findTarget(port, workload);
    if (target === undefined) {
      run.error(port.at, 'Unknown port', `No container of "${workload.name}" has a port named "${port.target}".`);
      return false;
    }
    return publish(service, port, target, container, workload);
  });
  const [first] = service.ports;
  if (first !== undefined) register(service, workload);
  const namespace = cluster.namespace?.name ?? 'default';
  const full = ['', '.svc', '.svc.cluster.local'].map((end) => `${service.name}.${namespace}${end}`);
  const names = [service.name, ...full.filter((name) => speaksOf(run.source.text, name))];
  return { names, group: String(workload.group.record['name']), isReachable: reachable.some(Boolean) };
}

function findTarget(
  { target }: Pick<ServicePort, 'target'>,
  { containers }: Workload,
): { container?: Container; target?: number } {
  for (const container of containers) {
    const found = container.ports.find((port) =>
      typeof target === 'number' ? port.port === target : port.name === target,
    );
    if (found !== undefined) return { container, target: found.port };
  }
  // Kubernetes does not ask that a container declares its ports.
  const [first] = containers.filter(({ isInit }) => !isInit);
  return typeof target === 'number' ? { target, ...(first === undefined ? {} : { container: first }) } : {};
}

/** Whether others reach it by its number. */
function publish(
  service: ServiceFact,
  port: ServicePort,
  target: number,
  container: Container | undefined,
  workload: Workload,
): boolean {
  const { run, facts } = workload;
  const isInternal = service.type !== 'LoadBalancer';
  const isFixed = !(isInternal && facts.count > 1) && facts.mode === 'bridge';
  const base = port.name ?? (service.ports.length === 1 ? service.name : `${service.name}-${port.port}`);
  addPort(workload, {
    label: base,
    ...(isFixed ? { fixed: port.port } : {}),
    target,
    container,
    at: port.at,
    isReachable: isFixed,
  });
  if (port.nodePort !== undefined)
    addPort(workload, {
      label: `${base}-node`,
      fixed: port.nodePort,
      target,
      container,
      at: port.at,
      isReachable: false,
    });
  else if (service.type === 'NodePort')
    addPort(workload, { label: `${base}-node`, target, container, at: port.at, isReachable: false });
  const place = port.at;
  if (isInternal && isFixed) {
    const detail = `Port ${port.port} of "${service.name}" is opened on the address of the node, because services do not reach each other inside the cluster yet: whoever reaches the node reaches it.`;
    run.warn(place, 'Open on the node', detail, 'protect it with a password, or by a firewall');
  } else if (isInternal && facts.mode === 'bridge') {
    const detail = `Port ${port.port} of "${service.name}" cannot be reached by name: it has ${facts.count} instances, and services are not looked up yet.`;
    run.warn(place, 'Not reachable by name', detail, 'run one instance');
  }
  if ((!isInternal || port.nodePort !== undefined) && facts.count > 1) {
    const detail = `Each of the ${facts.count} instances takes port ${port.nodePort ?? port.port} of its node, so each needs a node of its own: there is no routing mesh yet.`;
    run.warn(place, 'One instance on a node', detail, 'use type ClusterIP to run several on one node');
  }
  return isFixed;
}

interface Wish {
  readonly label: string;
  readonly fixed?: number;
  readonly target: number;
  readonly container: Container | undefined;
  readonly at: Span;
  readonly isReachable: boolean;
}

function addPort(workload: Workload, wish: Wish): string {
  const { run, facts } = workload;
  const given = givenOf(workload);
  const plain = wish.label.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 60);
  const label = given.some((other) => other.label === plain) ? `${plain}-${given.length}` : plain;
  const port = open(run, workload.network(), 'port', wish.at, label);
  if (facts.mode === 'host') give(run, port, 'static', wish.target, wish.at);
  else {
    if (wish.fixed !== undefined) give(run, port, 'static', wish.fixed, wish.at);
    give(run, port, 'to', wish.target, wish.at);
  }
  given.push({ label, container: wish.container, target: wish.target, isReachable: wish.isReachable });
  return label;
}

const registered = new WeakMap<Workload, Part[]>();

function register(service: ServiceFact, workload: Workload): void {
  const { run, group } = workload;
  const label = givenOf(workload).find(
    ({ target }) => target === findTarget(service.ports[0] ?? { target: 0 }, workload).target,
  )?.label;
  if (label === undefined) return;
  const part = open(run, group, 'service', service.at);
  give(run, part, 'name', service.name, service.at);
  give(run, part, 'port', label, service.at);
  give(run, part, 'provider', 'nomad', service.at);
  for (const [name, text] of Object.entries(service.meta)) giveMeta(run, part, name, text, service.at);
  registered.set(workload, [...(registered.get(workload) ?? []), part]);
}

/** hostPorts, ports nobody names, probes, and which container has which ports. */
function finishPorts(workload: Workload): void {
  const { run, containers, facts } = workload;
  for (const container of containers) {
    const probes = container.probes.flatMap(({ kind, tree, at }) => {
      const probe = container.isInit && !container.facts.isSidecar ? undefined : readProbe(tree, kind, container);
      return probe === undefined ? [] : [{ kind, probe, at }];
    });
    for (const port of container.ports) {
      const label = port.name ?? `port${port.port}`;
      if (port.hostPort !== undefined) {
        addPort(workload, {
          label,
          fixed: port.hostPort,
          target: port.port,
          container,
          at: port.at,
          isReachable: false,
        });
        if (facts.count > 1)
          run.warn(
            port.at,
            'One instance on a node',
            `Each of the ${facts.count} instances takes port ${port.hostPort} of its node, so each needs a node of its own.`,
          );
      } else if (facts.mode === 'host')
        addPort(workload, { label, target: port.port, container, at: port.at, isReachable: false });
      else if (
        !givenOf(workload).some(({ target }) => target === port.port) &&
        !probes.some(({ probe }) => portOf(probe, container) === port.port)
      )
        run.warn(
          port.at,
          'Not converted',
          `Port ${port.port} is not published: no Service of the file, no probe and no hostPort names it.`,
          'the containers of the pod reach it on 127.0.0.1',
        );
    }
    for (const { kind, probe, at } of probes) addProbe(workload, container, kind, probe, at);
    const labels = givenOf(workload)
      .filter((port) => port.container === container)
      .map(({ label }) => label);
    if (labels.length > 0) configure(run, container.task, 'ports', labels, container.at);
  }
}

function portOf(probe: Probe, { ports: declared }: Container): number | undefined {
  return typeof probe.port === 'number' ? probe.port : declared.find(({ name }) => name === probe.port)?.port;
}

function addProbe(
  workload: Workload,
  container: Container,
  kind: 'liveness' | 'readiness',
  probe: Probe,
  at: Span,
): void {
  const { run, group, name } = workload;
  const target = portOf(probe, container);
  if (target === undefined)
    return void run.error(at, 'Unknown port', `The container "${container.name}" has no port "${probe.port ?? ''}".`);
  const found = givenOf(workload).find((port) => port.target === target);
  const label =
    found?.label ?? addPort(workload, { label: `port${target}`, target, container, at, isReachable: false });
  let [service] = registered.get(workload) ?? [];
  if (service === undefined) {
    service = open(run, group, 'service', at);
    give(run, service, 'name', name, at);
    give(run, service, 'port', label, at);
    give(run, service, 'provider', 'nomad', at);
    registered.set(workload, [service]);
  }
  giveCheck(service, probe, kind, service.record['port'] === label ? undefined : label, at, container);
}
