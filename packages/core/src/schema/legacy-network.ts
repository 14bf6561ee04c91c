// Networks of tasks, as job files had them before groups had networks: they become the network of the group.

import { asRecord, asRecords, type ModelRecord } from './field.ts';

const portKinds = ['reservedPorts', 'dynamicPorts'] as const;

/**
 * Moves `resources { network { … } }` of the tasks into the first network of the group, ports and all. The Docker engine
 * published all ports of such a task, with `port_map` in its config saying where they are inside; now that is `ports` in
 * the config and `to` in the port.
 */
export function hoistTaskNetworks(group: ModelRecord): void {
  const tasks = asRecords(group['tasks']);
  if (!tasks.some((task) => networksOf(task).length > 0)) return;
  const old = tasks.flatMap((task) => networksOf(task).map((network) => ofTask(network, task)));
  const [first, ...others] = asRecords(group['networks']);
  const joined: ModelRecord = { ...first };
  for (const network of old) {
    for (const kind of portKinds) {
      const ports = [...asRecords(joined[kind]), ...asRecords(network[kind])];
      if (ports.length > 0) joined[kind] = ports;
    }
    for (const name of ['mode', 'dns', 'hostname']) {
      if (joined[name] === undefined && network[name] !== undefined) joined[name] = network[name];
    }
  }
  group['networks'] = [joined, ...others];
  group['tasks'] = tasks.map((task) => (networksOf(task).length === 0 ? task : withoutNetworks(task)));
}

function networksOf(task: ModelRecord): readonly ModelRecord[] {
  return asRecords(asRecord(task['resources'])?.['networks']);
}

function portsOf(task: ModelRecord): ModelRecord[] {
  return networksOf(task).flatMap((network) => portKinds.flatMap((kind) => asRecords(network[kind])));
}

/** A network whose ports know their task, and where they are inside. */
function ofTask(network: ModelRecord, task: ModelRecord): ModelRecord {
  const map = portMap(task) ?? {};
  const copy = { ...network };
  for (const kind of portKinds) {
    if (copy[kind] === undefined) continue;
    copy[kind] = asRecords(copy[kind]).map((port) => {
      const inside = map[String(port['label'])];
      const isMapped = inside !== undefined && (port['to'] ?? 0) === 0;
      return { ...port, ...(isMapped ? { to: inside } : {}), task: task['name'] };
    });
  }
  return copy;
}

function withoutNetworks(task: ModelRecord): ModelRecord {
  const { networks: _moved, ...resources } = asRecord(task['resources']);
  const config = dockerConfig(task);
  if (config === undefined) return { ...task, resources };
  const { port_map: written, ...rest } = config;
  // One that is not understood stays: the driver refuses it by name.
  const left = written === undefined || portMap(task) !== undefined ? rest : config;
  return { ...task, resources, config: { ports: portsOf(task).map((port) => port['label']), ...left } };
}

function dockerConfig(task: ModelRecord): ModelRecord | undefined {
  const config = task['config'] ?? {};
  return task['driver'] === 'docker' && isObject(config) ? config : undefined;
}

/** `port_map { http = 80 }`, which clients send as a list of objects; undefined = none, or not for the task's ports. */
function portMap(task: ModelRecord): Readonly<Record<string, number>> | undefined {
  const written = dockerConfig(task)?.['port_map'];
  const maps: readonly unknown[] = Array.isArray(written) ? written : [written];
  if (!maps.every(isObject)) return undefined;
  const labels = portsOf(task).map((port) => port['label']);
  const entries = maps.flatMap((map) => Object.entries(map)).map(([label, port]) => [label, Number(port)] as const);
  const isClear = entries.every(([label, port]) => labels.includes(label) && Number.isInteger(port) && port > 0);
  return isClear ? Object.fromEntries(entries) : undefined;
}

function isObject(value: unknown): value is ModelRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
