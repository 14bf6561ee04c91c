// Containers become tasks: image, command, ports, resources, rights.

import { configure, configureAs, give, open } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readFlag, readInteger, readItems, readPort, readText, readTexts, toMib } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { type Container, type ContainerPort, what } from './context.ts';
import { envFromKeys, envKeys } from './environment-keys.ts';
import { expand, template } from './environment-value.ts';
import { mountKeys } from './mount-keys.ts';
import { probeKeys } from './probe-keys.ts';
import { readQuantity } from './quantity.ts';

type Table = KeyTable<Container>;
type Row = Table[string];

/** What one processor counts as. */
const MHZ_PER_CPU = 1000;

const configFlag = (doc: string, option: string): Row =>
  reads(doc, (value, { task, workload: { run } }, { keySpan }) => {
    const flag = readFlag(run, value);
    if (flag !== undefined) configure(run, task, option, flag, keySpan);
  });
const words = (doc: string, option: string): Row =>
  reads(doc, (value, container, { keySpan }) => {
    const { run } = container.workload;
    const texts = readTexts(run, value).map((text) => template(expand(text, container.env)));
    configureAs(run, container.task, option, texts, keySpan);
  });

interface PortContext {
  readonly container: Container;
  readonly port: { name?: string; port?: number; hostPort?: number };
}
export const portKeys: KeyTable<PortContext> = {
  containerPort: reads('`to` of a port that a Service, a probe or hostPort names', (value, { container, port }) => {
    const number = readPort(container.workload.run, value);
    if (number !== undefined) port.port = number;
  }),
  hostPort: reads('`static` of the port', (value, { container, port }) => {
    const number = readPort(container.workload.run, value);
    if (number !== undefined) port.hostPort = number;
  }),
  name: reads('name that Services and probes use', (value, { container, port }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) port.name = text;
  }),
  protocol: reads(
    'nothing: TCP and UDP are both published; others are errors',
    (value, { container: { workload } }) => {
      const protocol = readText(workload.run, value);
      if (protocol !== 'TCP' && protocol !== 'UDP')
        workload.run.error(
          value,
          'Cannot be converted',
          `The protocol "${protocol ?? ''}" is not published.`,
          'known are TCP and UDP',
        );
      else if (protocol === 'UDP')
        workload.run.warn(value, 'Converted with a difference', 'TCP and UDP are both published.');
    },
  ),
  hostIP: refuses('nodes have host networks with names instead of addresses', 'name a host_network in the job file'),
};

function readPorts(value: Tree, container: Container): void {
  const { run } = container.workload;
  for (const item of readItems(run, value)) {
    const port: PortContext['port'] = {};
    readKeys(item, portKeys, what('a port'), { container, port }, run);
    if (port.port === undefined) run.error(item, 'Missing key', 'A port needs a containerPort.');
    else container.ports.push({ ...port, port: port.port, at: item } satisfies ContainerPort);
  }
}

type ResourceFact = 'requestMemoryMiB' | 'limitMemoryMiB' | 'requestCpuMhz' | 'limitCpuMhz';
const quantity = (doc: string, fact: ResourceFact, scale: (amount: number) => number): Row =>
  reads(doc, (value, { facts, workload: { run } }, { keySpan }) => {
    const amount = readQuantity(run, value);
    if (amount === undefined) return;
    facts[fact] = scale(amount);
    facts.resourcesAt = keySpan;
    if (fact === 'limitCpuMhz')
      run.warn(
        keySpan,
        'Converted with a difference',
        'Processor time is a share, not a ceiling: a task gets more when nobody else wants it.',
      );
  });
const mhz = (cpus: number) => Math.max(1, Math.round(cpus * MHZ_PER_CPU));
const disk: Row = reads('ephemeral_disk `size`', (value, { workload: { run, group } }, { keySpan }) => {
  const bytes = readQuantity(run, value);
  if (bytes === undefined) return;
  const part = open(run, group, 'ephemeral_disk', keySpan);
  const before = (part.record['sizeMiB'] as number | undefined) ?? 0;
  give(run, part, 'size', Math.max(10, before + toMib(bytes)), keySpan);
});
const otherResources = {
  'nvidia.com/gpu': refuses<Container>('devices are not assigned yet'),
  'hugepages-2Mi': refuses<Container>('huge pages are not shared out'),
};
export const requestKeys: Table = {
  cpu: quantity(`resources \`cpu\`: 1 processor is ${MHZ_PER_CPU} MHz`, 'requestCpuMhz', mhz),
  memory: quantity('resources `memory`', 'requestMemoryMiB', toMib),
  'ephemeral-storage': disk,
  ...otherResources,
};
export const limitKeys: Table = {
  cpu: quantity('resources `cpu` when there is no request; warned about: no ceiling', 'limitCpuMhz', mhz),
  memory: quantity('resources `memory`, or task config `memory_hard_limit` beside a request', 'limitMemoryMiB', toMib),
  'ephemeral-storage': warns('the disk of a task has no ceiling'),
  ...otherResources,
};
const inside = (doc: string, name: string, table: Table): Row =>
  reads(doc, (value, container) => readKeys(value, table, what(name), container, container.workload.run), {
    inner: () => table as AnyTable,
  });
export const resourceKeys: Table = {
  requests: inside('see below', 'the requests', requestKeys),
  limits: inside('see below', 'the limits', limitKeys),
  claims: refuses('devices are not assigned yet'),
};

export function giveResources({ task, facts, at, workload: { run } }: Container): void {
  const place = facts.resourcesAt ?? at;
  const cpu = facts.requestCpuMhz ?? facts.limitCpuMhz;
  if (cpu !== undefined) give(run, open(run, task, 'resources', place), 'cpu', cpu, place);
  const memory = facts.requestMemoryMiB ?? facts.limitMemoryMiB;
  if (memory === undefined) {
    run.warn(
      at,
      'Limited by default',
      'No memory is asked for, so the task gets 300 MB and no more.',
      'set resources.limits.memory',
    );
    return;
  }
  give(run, open(run, task, 'resources', place), 'memory', Math.max(10, memory), place);
  const limit = facts.limitMemoryMiB;
  if (limit !== undefined && limit > memory) configure(run, task, 'memory_hard_limit', limit, place);
  if (limit === undefined)
    run.warn(
      place,
      'Converted with a difference',
      'A request without a limit is the limit too.',
      'set resources.limits.memory',
    );
}

const capabilities = (doc: string, option: string): Row =>
  reads(doc, (value, { task, workload: { run } }, { keySpan }) =>
    configure(run, task, option, readTexts(run, value), keySpan),
  );
export const capabilityKeys: Table = {
  add: capabilities('task config `cap_add`', 'cap_add'),
  drop: capabilities('task config `cap_drop`', 'cap_drop'),
};

const number = (set: (container: Container, text: string) => void, doc: string): Row =>
  reads(doc, (value, container, { keySpan }) => {
    const id = readInteger(container.workload.run, value);
    if (id === undefined) return;
    set(container, String(id));
    container.facts.userAt = keySpan;
  });
export const securityKeys: Table = {
  privileged: configFlag('task config `privileged`', 'privileged'),
  readOnlyRootFilesystem: configFlag('task config `readonly_rootfs`', 'readonly_rootfs'),
  runAsUser: number((container, id) => void Object.assign(container.facts, { user: id }), 'task `user`'),
  runAsGroup: number(
    (container, id) => void Object.assign(container.facts, { gid: id }),
    'task `user`, behind a colon',
  ),
  capabilities: inside('see below', 'the capabilities', capabilityKeys),
  allowPrivilegeEscalation: reads(
    'nothing for false: tasks gain no rights; warned about for true',
    (value, { workload: { run } }) => {
      if (readFlag(run, value) === true)
        run.warn(value, 'Not converted', 'Programs of a task gain no rights by set-uid files.');
    },
  ),
  runAsNonRoot: reads(
    'an error beside no user; nothing beside one',
    (value, { workload: { run, facts }, facts: own }) => {
      if (readFlag(run, value) === true && own.user === undefined && facts.user === undefined)
        run.warn(value, 'Not converted', 'Whether the user of the image is root is not looked at.', 'set runAsUser');
    },
  ),
  procMount: warns('the files of /proc are masked'),
  seccompProfile: warns("the engine's own profile is in force"),
  appArmorProfile: warns("the engine's own profile is in force"),
  seLinuxOptions: warns('SELinux labels are not set'),
  windowsOptions: refuses('there are no Windows containers'),
};

export const containerKeys: Table = {
  name: reads('name of the task', () => undefined),
  image: reads('task config `image`', (value, { task, facts, workload: { run } }, { keySpan }) => {
    const image = readText(run, value);
    if (image === undefined) return;
    facts.hasImage = true;
    configure(run, task, 'image', image, keySpan);
  }),
  // Read before, so that `$(NAME)` in the others is known.
  env: reads('task `env`', () => undefined, { inner: () => envKeys as AnyTable, below: 'list' }),
  envFrom: reads('task `env`', () => undefined, { inner: () => envFromKeys as AnyTable, below: 'list' }),
  command: words('task config `entrypoint`', 'entrypoint'),
  args: words('task config `args`', 'args'),
  workingDir: reads('task config `work_dir`', (value, { task, workload: { run } }, { keySpan }) => {
    const path = readText(run, value);
    if (path !== undefined) configure(run, task, 'work_dir', path, keySpan);
  }),
  ports: reads(
    'ports of the group, as far as a Service, a probe or hostPort names them',
    (value, container) => readPorts(value, container),
    { inner: () => portKeys as AnyTable, below: 'list' },
  ),
  resources: inside('see below', 'the resources', resourceKeys),
  // Read when all containers are known.
  volumeMounts: reads('see volumes', () => undefined, { inner: () => mountKeys as AnyTable, below: 'list' }),
  volumeDevices: refuses('block devices cannot be attached'),
  livenessProbe: reads(
    '`check` with check_restart',
    (tree, { probes }, { keySpan: at }) => void probes.push({ kind: 'liveness', tree, at }),
    { inner: () => probeKeys as AnyTable },
  ),
  readinessProbe: reads(
    '`check`',
    (tree, { probes }, { keySpan: at }) => void probes.push({ kind: 'readiness', tree, at }),
    { inner: () => probeKeys as AnyTable },
  ),
  startupProbe: warns('checks begin with the start; use initialDelaySeconds of the liveness probe'),
  lifecycle: warns('commands are not run after the start and before the stop; use a task with a lifecycle block'),
  imagePullPolicy: reads(
    '`Always` becomes task config `force_pull`; `IfNotPresent` is how images are pulled anyway',
    (value, { task, workload: { run } }, { keySpan }) => {
      const policy = readText(run, value);
      if (policy === 'Always') configure(run, task, 'force_pull', true, keySpan);
      else if (policy !== 'IfNotPresent')
        run.warn(
          value,
          'Not converted',
          `The policy "${policy ?? ''}" has no effect: an image that is not there is pulled.`,
        );
    },
  ),
  securityContext: inside('see below', 'the security context', securityKeys),
  stdin: configFlag('task config `interactive`', 'interactive'),
  tty: configFlag('task config `tty`', 'tty'),
  restartPolicy: reads(
    'of an init container: `Always` becomes lifecycle `sidecar`',
    (value, { facts, isInit, workload: { run } }) => {
      const policy = readText(run, value);
      if (policy === 'Always' && isInit) facts.isSidecar = true;
      else
        run.error(value, 'Cannot be converted', 'Only init containers have a policy of their own, and it is Always.');
    },
  ),
  restartPolicyRules: refuses('there are no rules by exit code'),
  ...Object.fromEntries(
    Object.entries({
      stdinOnce: 'standard input stays open',
      terminationMessagePath: 'tasks leave no message; see their logs',
      terminationMessagePolicy: 'tasks leave no message; see their logs',
      resizePolicy: 'a change of resources replaces the task',
    }).map(([key, why]) => [key, warns<Container>(why)]),
  ),
};
