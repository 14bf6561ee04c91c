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
  readonly index: number;
  /** The task it belongs to; undefined = the group. */
  readonly task: ModelRecord | undefined;
}

function servicesOf(record: ModelRecord): PlacedService[] {
  const services: PlacedService[] = [];
  const addOf = (owner: ModelRecord, task: ModelRecord | undefined) => {
    const own = asRecords(keptValue(owner, 'service'));
    for (let index = 0; index < own.length; index += 1)
      services.push({ service: own[index] as ModelRecord, index, task });
  };
  addOf(record, undefined);
  for (const task of asRecords(record['tasks'])) addOf(task, task);
  return services;
}

function pathOf({ index, task }: PlacedService): string {
  return task === undefined ? `service[${index}]` : `task["${task['name']}"].service[${index}]`;
}

/** What two services have in common that would be registered as the same. */
function keyOf({ service, task }: PlacedService): string {
  return JSON.stringify([service['name'], service['port'] ?? '', ...(task === undefined ? [] : [task['name']])]);
}

/** Services of a group go to one provider, none is registered twice, and the ports they name exist. */
export function checkServicesOfGroup(record: ModelRecord, report: Report): void {
  const services = servicesOf(record);
  const [first] = services;
  if (first === undefined) return;
  const provider = first.service['provider'];
  const ports = portLabels(record);
  if (services.length > 1) checkRegisteredTwice(services, report);
  for (const placed of services) {
    const { service, task } = placed;
    if (service['provider'] !== provider) {
      const hint = `the first one has "${provider}"`;
      report(`${pathOf(placed)}.provider`, 'all services of a group have the same provider', hint);
    }
    if (task !== undefined) checkPortOf(placed, ports, report);
  }
}

function checkRegisteredTwice(services: readonly PlacedService[], report: Report): void {
  const names = new Set(services.map(({ service }) => service['name']));
  if (names.size === services.length) return;
  const seen = new Set<string>();
  for (const placed of services) {
    const key = keyOf(placed);
    const message = `service "${placed.service['name']}" is given twice with the same port`;
    if (seen.has(key)) report(pathOf(placed), message, 'rename one');
    seen.add(key);
  }
}

function portLabels(record: ModelRecord): Set<unknown> {
  const labels = new Set<unknown>();
  const network = asRecords(record['networks'])[0];
  for (const port of asRecords(network?.['reservedPorts'])) labels.add(port['label']);
  for (const port of asRecords(network?.['dynamicPorts'])) labels.add(port['label']);
  return labels;
}

const PORT_HINT = 'name a port of network in the group';

function checkPortOf(placed: PlacedService, ports: ReadonlySet<unknown>, report: Report): void {
  const { service } = placed;
  if (!isKnownPort(service, ports)) {
    report(`${pathOf(placed)}.port`, `the group has no port "${service['port']}"`, PORT_HINT);
  }
  const checks = asRecords(service['checks']);
  for (let index = 0; index < checks.length; index += 1) {
    const check = checks[index] as ModelRecord;
    if (isKnownPort(check, ports) || /^-?\d+$/.test(String(check['port']))) continue;
    report(`${pathOf(placed)}.check[${index}].port`, `the group has no port "${check['port']}"`, PORT_HINT);
  }
}

/** Whether the port of a service or check is one of the group, or needs not be. */
function isKnownPort(item: ModelRecord, ports: ReadonlySet<unknown>): boolean {
  const port = item['port'];
  return port === undefined || ports.has(port) || (item['addressMode'] === 'driver' && /^\d+$/.test(String(port)));
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
