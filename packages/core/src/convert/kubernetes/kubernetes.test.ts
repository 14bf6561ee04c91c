import test from 'ava';
import type { Job } from '../../model/job.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { convertText, messages } from '../testing/convert-text.ts';
import { containerKeys } from './container-keys.ts';
import { podKeys } from './pod-keys.ts';
import { workloadKinds } from './workload.ts';

const data = `apiVersion: v1
kind: ConfigMap
metadata: { name: c }
data: { A: one, app.conf: "x={{y}}" }
---
apiVersion: v1
kind: Secret
metadata: { name: s }
data: { P: aHVzaA== }
stringData: { Q: plain }
---
`;
const indented = (text: string, blanks: number) => text.trim().replace(/^/gm, ' '.repeat(blanks));

interface Parts {
  readonly kind?: string;
  readonly spec?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly more?: string;
}

function manifest({ kind = 'Deployment', spec = '', pod = '', container = '', more = '' }: Parts): string {
  const version = kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1';
  return `${data}${more}apiVersion: ${version}
kind: ${kind}
metadata: { name: web }
spec:
${indented(spec === '' ? (kind === 'Job' ? 'parallelism: 1' : 'minReadySeconds: 10') : spec, 2)}
  template:
    metadata: { labels: { app: web } }
    spec:
${indented(pod === '' ? 'enableServiceLinks:' : pod, 6)}
      containers:
        - name: main
          image: i:1
${indented(container === '' ? 'tty:' : container, 10)}
`;
}

interface Converted {
  readonly job: Job;
  readonly group: TaskGroup;
  readonly task: Task;
  readonly said: readonly string[];
}
function convert(parts: Parts): Converted {
  const result = convertText(manifest(parts));
  const [group] = result.job?.taskGroups ?? [];
  const task = group?.tasks.find(({ name }) => name === 'main');
  return { job: result.job as Job, group: group as TaskGroup, task: task as Task, said: messages(result) };
}

type Look = (converted: Converted) => unknown;
const config =
  (name: string): Look =>
  ({ task }) =>
    task.config[name];
const constraints: Look = ({ group }) =>
  group.constraints.map(({ attribute, operator, value }) => `${attribute} ${operator} ${value}`.trim());
const ports: Look = ({ group }) =>
  group.networks
    .flatMap((network) => [...network.reservedPorts, ...network.dynamicPorts])
    .map(({ label, value, to }) => [label, value, to]);
const service = (spec: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  selector: { app: web }\n${indented(spec, 2)}\n---\n`;
const mounts = 'volumeMounts: [{ name: v, mountPath: /v }]';

const mapped: readonly (readonly [what: string, parts: Parts, look: Look, expected: unknown])[] = [
  ['replicas', { spec: 'replicas: 3' }, ({ group }) => group.count, 3],
  [
    'a rolling update',
    { spec: 'replicas: 8\nstrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 25% } }' },
    ({ group }) => group.update?.maxParallel,
    2,
  ],
  ['Recreate', { spec: 'strategy: { type: Recreate }' }, ({ group }) => group.update?.maxParallel, 0],
  ['minReadySeconds', { spec: 'minReadySeconds: 20' }, ({ group }) => group.update?.minHealthyTimeMs, 20_000],
  [
    'progressDeadlineSeconds',
    { spec: 'progressDeadlineSeconds: 60' },
    ({ group }) => group.update?.progressDeadlineMs,
    60_000,
  ],
  [
    'a StatefulSet with claims',
    { kind: 'StatefulSet', spec: 'volumeClaimTemplates: [{ metadata: { name: v }, spec: {} }]', container: mounts },
    config('mount'),
    [{ type: 'volume', source: 'default_v_web-${NOMAD_ALLOC_INDEX}', target: '/v' }],
  ],
  ['a DaemonSet', { kind: 'DaemonSet' }, ({ job }) => job.type, 'system'],
  [
    'a Job',
    { kind: 'Job', spec: 'completions: 3\nbackoffLimit: 4' },
    ({ job, group }) => [job.type, group.count, group.restart.attempts],
    ['batch', 3, 4],
  ],
  [
    'an indexed Job',
    { kind: 'Job', spec: 'completionMode: Indexed' },
    ({ task }) => task.env,
    { JOB_COMPLETION_INDEX: '${NOMAD_ALLOC_INDEX}' },
  ],
  ['labels of pods', {}, ({ group }) => group.meta, { app: 'web' }],
  ['restartPolicy', { pod: 'restartPolicy: Always' }, ({ group }) => group.restart.mode, 'delay'],
  [
    'terminationGracePeriodSeconds',
    { pod: 'terminationGracePeriodSeconds: 20' },
    ({ task }) => task.killTimeoutMs,
    20_000,
  ],
  [
    'nodeSelector',
    { pod: 'nodeSelector: { disk: ssd, kubernetes.io/arch: arm64, example.org/zone: a }' },
    constraints,
    ['${meta.disk} = ssd', '${attr.cpu.arch} = arm64', '${meta.example.org/zone} = a'],
  ],
  ['nodeName', { pod: 'nodeName: n1' }, constraints, ['${node.unique.name} = n1']],
  ['os', { pod: 'os: { name: linux }' }, constraints, ['${attr.kernel.name} = linux']],
  [
    'node affinity',
    {
      pod: 'affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd, nvme] }, { key: old, operator: DoesNotExist }] }] } } }',
    },
    constraints,
    ['${meta.disk} regexp ^(ssd|nvme)$', '${meta.old} is_not_set'],
  ],
  [
    'a preferred node',
    {
      pod: 'affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 30, preference: { matchExpressions: [{ key: disk, operator: In, values: [ssd] }] } }] } }',
    },
    ({ group }) => group.affinities,
    [{ attribute: '${meta.disk}', operator: '=', value: 'ssd', weight: 30 }],
  ],
  [
    'pods kept apart',
    {
      pod: 'affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }] } }',
    },
    constraints,
    ['distinct_hosts true'],
  ],
  [
    'a spread',
    { pod: 'topologySpreadConstraints: [{ topologyKey: topology.kubernetes.io/zone }]' },
    ({ group }) => group.spreads.map(({ attribute }) => attribute),
    ['${node.datacenter}'],
  ],
  ['hostNetwork', { pod: 'hostNetwork: true' }, ({ group }) => group.networks[0]?.mode, 'host'],
  [
    'hostPID and hostIPC',
    { pod: 'hostPID: true\nhostIPC: true' },
    ({ task }) => [task.config['pid_mode'], task.config['ipc_mode']],
    ['host', 'host'],
  ],
  [
    'hostname and DNS',
    {
      pod: 'hostname: h\ndnsPolicy: None\ndnsConfig: { nameservers: [9.9.9.9], searches: [a.b], options: [{ name: ndots, value: "2" }] }',
    },
    ({ group }) => group.networks.map(({ hostname, dns }) => [hostname, dns]),
    [['h', { servers: ['9.9.9.9'], searches: ['a.b'], options: ['ndots:2'] }]],
  ],
  [
    'hostAliases',
    { pod: 'hostAliases: [{ ip: 10.0.0.1, hostnames: [a, b] }]' },
    config('extra_hosts'),
    ['a:10.0.0.1', 'b:10.0.0.1'],
  ],
  [
    "the pod's user and groups",
    {
      pod: 'securityContext: { runAsUser: 1000, runAsGroup: 1001, supplementalGroups: [7], sysctls: [{ name: net.core.somaxconn, value: "9" }] }',
    },
    ({ task }) => [task.user, task.config['group_add'], task.config['sysctl']],
    ['1000:1001', ['7'], { 'net.core.somaxconn': '9' }],
  ],
  [
    'command and args',
    { container: 'command: [/bin/app]\nargs: [--name, "$(A)", "$$(A)"]\nenv: [{ name: A, value: one }]' },
    ({ task }) => [task.config['entrypoint'], task.config['args']],
    [['/bin/app'], ['--name', 'one', '$(A)']],
  ],
  [
    'references and text that looks like one',
    {
      container:
        'args: ["$(N) ${HOME} $(A)"]\nenv: [{ name: N, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }, { name: A, value: "${x}" }]',
    },
    config('args'),
    ['${node.unique.name} $${HOME} $${x}'],
  ],
  [
    'workingDir, stdin, tty',
    { container: 'workingDir: /w\nstdin: true\ntty: true' },
    ({ task }) => [task.config['work_dir'], task.config['interactive'], task.config['tty']],
    ['/w', true, true],
  ],
  [
    'env of data',
    {
      container:
        'env: [{ name: A, valueFrom: { configMapKeyRef: { name: c, key: A } } }, { name: B, valueFrom: { secretKeyRef: { name: s, key: P } } }, { name: C, value: "$(A)-$(B)" }]',
    },
    ({ task }) => task.env,
    { A: 'one', B: 'hush', C: 'one-hush' },
  ],
  [
    'envFrom',
    { container: 'envFrom: [{ prefix: X_, secretRef: { name: s } }]' },
    ({ task }) => task.env,
    { X_P: 'hush', X_Q: 'plain' },
  ],
  [
    'facts of the pod',
    {
      container:
        'env: [{ name: A, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }, { name: B, valueFrom: { resourceFieldRef: { resource: limits.memory } } }, { name: C, valueFrom: { fieldRef: { fieldPath: "metadata.labels[\'app\']" } } }]',
    },
    ({ task }) => task.env,
    { A: '${node.unique.name}', B: '${NOMAD_MEMORY_LIMIT}', C: 'web' },
  ],
  [
    'resources',
    {
      container:
        'resources: { requests: { cpu: 250m, memory: 64Mi, ephemeral-storage: 1Gi }, limits: { cpu: 1, memory: 128Mi } }',
    },
    ({ task, group }) => [
      task.resources.cpuMhz,
      task.resources.memoryMiB,
      task.config['memory_hard_limit'],
      group.ephemeralDisk.sizeMiB,
    ],
    [250, 64, 128, 1024],
  ],
  ['imagePullPolicy', { container: 'imagePullPolicy: Always' }, config('force_pull'), true],
  [
    'rights',
    {
      container:
        'securityContext: { privileged: true, readOnlyRootFilesystem: true, runAsUser: 5, capabilities: { add: [NET_ADMIN], drop: [ALL] } }',
    },
    ({ task }) => [
      task.config['privileged'],
      task.config['readonly_rootfs'],
      task.user,
      task.config['cap_add'],
      task.config['cap_drop'],
    ],
    [true, true, '5', ['NET_ADMIN'], ['ALL']],
  ],
  [
    'hostPort',
    { container: 'ports: [{ containerPort: 80, hostPort: 8080, name: http }]' },
    ports,
    [['http', 8080, 80]],
  ],
  [
    'a ClusterIP Service',
    {
      more: service('ports: [{ port: 80, targetPort: http, name: www }]'),
      container: 'ports: [{ containerPort: 8080, name: http }]',
    },
    ports,
    [['www', 80, 8080]],
  ],
  [
    'a ClusterIP Service of several',
    { more: service('ports: [{ port: 80 }]'), spec: 'replicas: 2' },
    ports,
    [['web', 0, 80]],
  ],
  [
    'a NodePort Service',
    { more: service('type: NodePort\nports: [{ port: 80, nodePort: 30080 }]') },
    ports,
    [
      ['web', 80, 80],
      ['web-node', 30080, 80],
    ],
  ],
  [
    'a LoadBalancer Service',
    { more: service('type: LoadBalancer\nports: [{ port: 80, targetPort: 8080 }]') },
    ports,
    [['web', 80, 8080]],
  ],
  [
    'an emptyDir',
    { pod: 'volumes: [{ name: v, emptyDir: {} }]', container: mounts },
    config('volumes'),
    ['../alloc/volumes/v:/v'],
  ],
  [
    'an emptyDir in memory',
    { pod: 'volumes: [{ name: v, emptyDir: { medium: Memory, sizeLimit: 1Mi } }]', container: mounts },
    config('mount'),
    [{ type: 'tmpfs', target: '/v', tmpfs_options: { size: 1048576 } }],
  ],
  [
    'a hostPath',
    {
      pod: 'volumes: [{ name: v, hostPath: { path: /srv } }]',
      container:
        'volumeMounts: [{ name: v, mountPath: /v, readOnly: true, subPath: a, mountPropagation: HostToContainer }]',
    },
    config('mount'),
    [{ type: 'bind', source: '/srv/a', target: '/v', readonly: true, bind_options: { propagation: 'rslave' } }],
  ],
  [
    'a claim',
    { pod: 'volumes: [{ name: v, persistentVolumeClaim: { claimName: d, readOnly: true } }]', container: mounts },
    config('mount'),
    [{ type: 'volume', source: 'default_d', target: '/v', readonly: true }],
  ],
  [
    'files of a ConfigMap',
    {
      pod: 'volumes: [{ name: v, configMap: { name: c, defaultMode: 0400, items: [{ key: app.conf, path: a/b.conf }] } }]',
      container: mounts,
    },
    ({ task }) =>
      (task.kept['template'] as { data: string; perms: string; leftDelimiter: string }[]).map(
        ({ data: text, perms, leftDelimiter }) => [text, perms, leftDelimiter],
      ),
    [['x={{y}}', '0400', '[[']],
  ],
  [
    'one file of a Secret',
    {
      pod: 'volumes: [{ name: v, secret: { secretName: s } }]',
      container: 'volumeMounts: [{ name: v, mountPath: /etc/p, subPath: P }]',
    },
    config('mount'),
    [{ type: 'bind', source: 'local/files/s/P', target: '/etc/p', readonly: true }],
  ],
  [
    'init containers',
    { pod: 'initContainers: [{ name: before, image: i:2 }, { name: side, image: i:3, restartPolicy: Always }]' },
    ({ group }) => group.tasks.map(({ name, lifecycle }) => [name, lifecycle?.hook, lifecycle?.sidecar]),
    [
      ['before', 'prestart', false],
      ['side', 'prestart', true],
      ['main', undefined, undefined],
    ],
  ],
  [
    'probes',
    {
      more: service('ports: [{ port: 80 }]'),
      container:
        'livenessProbe: { httpGet: { path: /up, port: 80 }, failureThreshold: 2, initialDelaySeconds: 9, periodSeconds: 5 }\nreadinessProbe: { tcpSocket: { port: 80 } }',
    },
    ({ group }) =>
      (
        group.kept['service'] as {
          checks: {
            type: string;
            path?: string;
            intervalMs: number;
            checkRestart?: { limit: number; graceMs: number };
          }[];
        }[]
      )[0]?.checks.map(({ type, path, intervalMs, checkRestart }) => [
        type,
        path,
        intervalMs,
        checkRestart?.limit,
        checkRestart?.graceMs,
      ]),
    [
      ['http', '/up', 5000, 2, 9000],
      ['tcp', undefined, 10_000, undefined, undefined],
    ],
  ],
];

for (const [what, parts, look, expected] of mapped) {
  test(`${what}: becomes what it says`, (t) => {
    const converted = convert(parts);
    t.truthy(converted.job, converted.said.join('\n'));
    if (converted.job !== undefined) t.deepEqual(look(converted), expected);
  });
}

test('every key of pods and containers is mapped above, or says why nothing comes of it', (t) => {
  const rows = new Set(
    mapped.flatMap(([, parts]) =>
      [
        ...Object.values(parts)
          .join(' ')
          .matchAll(/([A-Za-z]+):/g),
      ].map(([, key]) => key),
    ),
  );
  const unmapped = Object.entries({ ...podKeys, ...containerKeys }).filter(
    ([key, row]) =>
      row.read !== undefined &&
      !rows.has(key) &&
      !['name', 'image', 'containers', 'activeDeadlineSeconds', 'shareProcessNamespace'].includes(key),
  );
  t.deepEqual(
    unmapped.map(([key]) => key),
    [],
  );
  t.deepEqual(Object.keys(workloadKinds), ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod']);
});
