// Rules of a group that look at its tasks, services and volumes together.

import { asRecord, asRecords, keptValue, type ModelRecord, type Report, type SchemaContext } from '../field.ts';

export function checkTasksOfGroup(record: ModelRecord, report: Report): void {
  const tasks = asRecords(record['tasks']);
  // The proxy of a gateway is a task that nobody writes.
  const isGateway = asRecords(keptValue(record, 'service')).some(
    (service) => asRecord(service['connect'])?.['gateway'] !== undefined,
  );
  if (tasks.length === 0 && !isGateway) report('', 'a group needs at least one task', 'add task "name" { driver = … }');
  const names = new Set<unknown>();
  for (const task of tasks) {
    const name = task['name'];
    if (names.has(name)) report(`task["${name}"]`, `there are two tasks named "${name}"`, 'rename one');
    names.add(name);
  }
  if (tasks.filter((task) => task['leader'] === true).length > 1) report('', 'a group has at most one leader');
}

export function adviseTasksOfGroup(record: ModelRecord, report: Report): void {
  const tasks = asRecords(record['tasks']);
  if (tasks.length === 0 || tasks.some((task) => task['lifecycle'] === undefined)) return;
  const hint = 'a main task has no lifecycle block';
  report('', 'no task of the group is a main task: the allocation ends with the last that is no sidecar', hint);
}

interface PlacedService {
  readonly service: ModelRecord;
  readonly path: string;
  readonly owner: string;
}

function servicesOf(record: ModelRecord): PlacedService[] {
  const own = asRecords(keptValue(record, 'service')).map((service, index) => {
    return { service, path: `service[${index}]`, owner: 'the group' };
  });
  const inTasks = asRecords(record['tasks']).flatMap((task) =>
    asRecords(keptValue(task, 'service')).map((service, index) => {
      return { service, path: `task["${task['name']}"].service[${index}]`, owner: `task "${task['name']}"` };
    }),
  );
  return [...own, ...inTasks];
}

/** Services of a group go to one provider, none is registered twice, and the ports they name exist. */
export function checkServicesOfGroup(record: ModelRecord, report: Report): void {
  const seen = new Set<string>();
  const services = servicesOf(record);
  const provider = services[0]?.service['provider'];
  const ports = portLabels(record);
  for (const { service, path, owner } of services) {
    const key = JSON.stringify([service['name'], owner, service['port'] ?? '']);
    if (seen.has(key)) report(path, `service "${service['name']}" is given twice with the same port`, 'rename one');
    seen.add(key);
    if (service['provider'] !== provider) {
      report(`${path}.provider`, 'all services of a group have the same provider', `the first one has "${provider}"`);
    }
    if (owner !== 'the group') checkPortOf(service, path, ports, report);
  }
}

function portLabels(record: ModelRecord): Set<unknown> {
  const [network] = asRecords(record['networks']);
  const ports = [...asRecords(network?.['reservedPorts']), ...asRecords(network?.['dynamicPorts'])];
  return new Set(ports.map((port) => port['label']));
}

function checkPortOf(service: ModelRecord, path: string, ports: ReadonlySet<unknown>, report: Report): void {
  const isKnown = (item: ModelRecord) => {
    const port = item['port'];
    return port === undefined || ports.has(port) || (item['addressMode'] === 'driver' && /^\d+$/.test(String(port)));
  };
  const hint = 'name a port of network in the group';
  if (!isKnown(service)) report(`${path}.port`, `the group has no port "${service['port']}"`, hint);
  asRecords(service['checks']).forEach((check, index) => {
    const isNumber = /^-?\d+$/.test(String(check['port'] ?? ''));
    if (!isNumber && !isKnown(check)) {
      report(`${path}.check[${index}].port`, `the group has no port "${check['port']}"`, hint);
    }
  });
}

/** Volumes against the number of allocations that would share them. */
export function checkVolumesOfGroup(record: ModelRecord, context: SchemaContext, report: Report): void {
  const canaries = Number(asRecord(record['update'])?.['canary'] ?? 0);
  const volumes = asRecords(keptValue(record, 'volume'));
  for (const volume of volumes) {
    const at = (field: string) => `volume["${volume['name']}"].${field}`;
    const perAlloc = volume['perAlloc'] === true;
    if (perAlloc && (context.jobType === 'system' || context.jobType === 'sysbatch')) {
      report(at('per_alloc'), `the allocations of a ${context.jobType} job have no numbers`, 'remove it');
    }
    if (perAlloc && canaries > 0) {
      report(at('per_alloc'), 'a canary would ask for the volume of the one it replaces', 'remove canary or per_alloc');
    }
    const mode = String(volume['accessMode'] ?? '');
    const isShared = Number(record['count']) > 1 && !perAlloc && volume['type'] === 'csi';
    const writes = volume['readOnly'] !== true;
    if (isShared && (mode.startsWith('single-node-') || (mode === 'multi-node-single-writer' && writes))) {
      if (!/^single-node-(single|multi)-writer$/.test(mode)) {
        report(
          at('access_mode'),
          `"${mode}" is for one allocation, the group has ${record['count']}`,
          'per_alloc = true',
        );
      }
    }
  }
  for (const task of asRecords(record['tasks'])) {
    asRecords(task['volumeMounts']).forEach((mount, index) => {
      if (mount['volume'] === undefined || volumes.some((volume) => volume['name'] === mount['volume'])) return;
      const path = `task["${task['name']}"].volume_mount[${index}].volume`;
      report(
        path,
        `the group has no volume "${mount['volume']}"`,
        `add volume "${mount['volume']}" { … } to the group`,
      );
    });
  }
}
