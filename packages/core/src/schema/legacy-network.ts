// Networks of tasks, as job files had them before groups had networks: they become the network of the group.

import { asRecord, asRecords, type ModelRecord } from './field.ts';

/** Moves `resources { network { … } }` of the tasks into the first network of the group, ports and all. */
export function hoistTaskNetworks(group: ModelRecord): void {
  const tasks = asRecords(group['tasks']);
  const old = tasks.flatMap((task) => networksOf(task));
  if (old.length === 0) return;
  const [first, ...others] = asRecords(group['networks']);
  const joined: ModelRecord = { ...first };
  for (const network of old) {
    for (const kind of ['reservedPorts', 'dynamicPorts']) {
      const ports = [...asRecords(joined[kind]), ...asRecords(network[kind])];
      if (ports.length > 0) joined[kind] = ports;
    }
    for (const name of ['mode', 'dns', 'hostname']) if (joined[name] === undefined) joined[name] = network[name];
  }
  group['networks'] = [joined, ...others];
  group['tasks'] = tasks.map((task) => (networksOf(task).length === 0 ? task : withoutNetworks(task)));
}

function networksOf(task: ModelRecord): ModelRecord[] {
  return asRecords(asRecord(task['resources'])?.['networks']);
}

function withoutNetworks(task: ModelRecord): ModelRecord {
  const { networks: _moved, ...resources } = asRecord(task['resources']);
  return { ...task, resources };
}
