// Networks of tasks, as job files had them before groups had networks: they become the network of the group.

import { asRecord, asRecords, type FieldProblem, keptValue, type ModelRecord, setKept } from './field.ts';

const portKinds = ['reservedPorts', 'dynamicPorts'] as const;

/** Longest label of a port. */
const MAX_LABEL = 64;

/**
 * Moves `resources { network { … } }` of the tasks into the first network of the group, ports and all. The Docker engine
 * published all ports of such a task, with `port_map` in its config saying where they are inside; now that is `ports` in
 * the config and `to` in the port. Where tasks call their ports the same, the later one's have the task's name before
 * theirs in the group.
 */
export function hoistTaskNetworks(group: ModelRecord): void {
  const tasks = asRecords(group['tasks']);
  if (!tasks.some((task) => networksOf(task).length > 0)) return;
  const [first, ...others] = asRecords(group['networks']);
  const joined: ModelRecord = { ...first };
  const labelsOf = (owners: readonly ModelRecord[]) => owners.map(({ label }) => String(label));
  const all = new Set(labelsOf([...portsIn(asRecords(group['networks'])), ...tasks.flatMap(portsOf)]));
  const taken = new Set<string>();
  group['tasks'] = tasks.map((task) => {
    if (networksOf(task).length === 0) return task;
    const labels = labelsInGroup(task, taken, all);
    for (const network of networksOf(task)) join(joined, ofTask(network, task, labels));
    return withoutNetworks(task, labels);
  });
  group['networks'] = [joined, ...others];
}

/** Warnings about `port_map` entries for ports that the task does not ask for: they never had an effect. */
export function oldPortMapWarnings(job: ModelRecord): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  for (const group of asRecords(job['taskGroups'])) {
    for (const task of asRecords(group['tasks'])) {
      if (networksOf(task).length === 0) continue;
      const labels = new Set(portsOf(task).map(({ label }) => label));
      const idle = [...(portMap(task)?.keys() ?? [])].filter((label) => !labels.has(label));
      if (idle.length === 0) continue;
      const names = idle.map((label) => `"${label}"`).join(', ');
      const path = `group["${group['name']}"].task["${task['name']}"].config.port_map`;
      warnings.push({ path, message: `"port_map" maps ${names}, and the task has no such port`, hint: 'remove it' });
    }
  }
  return warnings;
}

type Labels = ReadonlyMap<string, string>;

/**
 * The labels of a task's ports, and what they are in the group. `taken` are those of the tasks before, `all` those that any
 * port of the group has or gets.
 */
function labelsInGroup(task: ModelRecord, taken: Set<string>, all: Set<string>): Labels {
  const labels = new Map<string, string>();
  for (const port of portsOf(task)) {
    const label = String(port['label']);
    if (!labels.has(label))
      labels.set(label, taken.has(label) ? freeLabel(String(task['name'] ?? ''), label, all) : label);
  }
  for (const label of labels.values()) taken.add(label);
  return labels;
}

/** `<task>_<label>`, with a number where that is another port's, too. */
function freeLabel(task: string, label: string, all: Set<string>): string {
  const name = task.replaceAll(/[^A-Za-z0-9_.-]/g, '_');
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? `_${label}` : `${number}_${label}`;
    const free = name.slice(0, Math.max(0, MAX_LABEL - end.length)) + end;
    if (all.has(free)) continue;
    all.add(free);
    return free;
  }
}

function join(network: ModelRecord, other: ModelRecord): void {
  for (const kind of portKinds) {
    const ports = [...asRecords(network[kind]), ...asRecords(other[kind])];
    if (ports.length > 0) network[kind] = ports;
  }
  for (const name of ['mode', 'dns', 'hostname']) {
    if (network[name] === undefined && other[name] !== undefined) network[name] = other[name];
  }
}

function networksOf(task: ModelRecord): readonly ModelRecord[] {
  return asRecords(asRecord(task['resources'])?.['networks']);
}

function portsOf(task: ModelRecord): ModelRecord[] {
  return portsIn(networksOf(task));
}

function portsIn(networks: readonly ModelRecord[]): ModelRecord[] {
  return networks.flatMap((network) => portKinds.flatMap((kind) => asRecords(network[kind])));
}

/** A network whose ports know their task, and where they are inside. */
function ofTask(network: ModelRecord, task: ModelRecord, labels: Labels): ModelRecord {
  const map = portMap(task);
  const copy = { ...network };
  for (const kind of portKinds) {
    if (copy[kind] === undefined) continue;
    copy[kind] = asRecords(copy[kind]).map((port) => {
      const label = String(port['label']);
      const inGroup = labels.get(label) ?? label;
      const inside = map?.get(label);
      const isMapped = inside !== undefined && (port['to'] ?? 0) === 0;
      return {
        ...port,
        ...(isMapped ? { to: inside } : {}),
        task: task['name'],
        ...(inGroup === label ? {} : { label: inGroup, taskLabel: label }),
      };
    });
  }
  return copy;
}

function withoutNetworks(task: ModelRecord, labels: Labels): ModelRecord {
  const { networks: _moved, ...resources } = asRecord(task['resources']);
  const moved: ModelRecord = { ...task, resources };
  const services = asRecords(keptValue(task, 'service'));
  const relabel = (item: ModelRecord) => ({ ...item, port: labels.get(String(item['port'])) ?? item['port'] });
  if (services.length > 0 && [...labels].some(([own, inGroup]) => own !== inGroup)) {
    const relabelled = services.map((service) => {
      const checks = asRecords(service['checks']);
      const named = service['port'] === undefined ? service : relabel(service);
      const withPort = (check: ModelRecord) => (check['port'] === undefined ? check : relabel(check));
      return checks.length === 0 ? named : { ...named, checks: checks.map(withPort) };
    });
    setKept(moved, 'service', relabelled);
  }
  const config = dockerConfig(task);
  if (config === undefined) return moved;
  const { port_map: written, ...rest } = config;
  // One that is not understood stays: the driver refuses it by name.
  const left = written === undefined || portMap(task) !== undefined ? rest : config;
  const inGroup = (label: unknown) => labels.get(String(label)) ?? label;
  const { ports = portsOf(task).map(({ label }) => label) } = left;
  moved['config'] = { ...left, ports: Array.isArray(ports) ? ports.map(inGroup) : ports };
  return moved;
}

function dockerConfig(task: ModelRecord): ModelRecord | undefined {
  const config = task['config'] ?? {};
  return task['driver'] === 'docker' && isObject(config) ? config : undefined;
}

/** `port_map { http = 80 }`, which clients send as a list of objects; undefined = none, or not labels and ports. */
function portMap(task: ModelRecord): ReadonlyMap<string, number> | undefined {
  const written = dockerConfig(task)?.['port_map'];
  const maps: readonly unknown[] = Array.isArray(written) ? written : [written];
  if (!maps.every(isObject)) return undefined;
  const entries = maps.flatMap((map) => Object.entries(map));
  const isPort = (port: unknown) => ['number', 'string'].includes(typeof port) && /^[1-9]\d*$/.test(String(port));
  if (!entries.every(([, port]) => isPort(port))) return undefined;
  return new Map(entries.map(([label, port]) => [label, Number(port)]));
}

function isObject(value: unknown): value is ModelRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
