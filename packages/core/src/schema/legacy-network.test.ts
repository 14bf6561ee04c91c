// Job files from before groups had networks run as they are.

import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import type { ModelRecord } from './field.ts';
import { hoistTaskNetworks } from './legacy-network.ts';

const group = (driver: string, config: unknown, ports: ModelRecord = { dynamicPorts: [{ label: 'http' }] }) => {
  const task = { name: 't', driver, config, resources: { memoryMiB: 10, networks: [{ mbits: 10, ...ports }] } };
  const made: ModelRecord = { tasks: [task] };
  hoistTaskNetworks(made);
  return made as { networks: ModelRecord[]; tasks: ModelRecord[] };
};

test("a docker task's ports are published by the group, each where port_map had it inside", (t) => {
  for (const port_map of [{ http: 80 }, [{ http: 80 }], { http: '80' }]) {
    const { networks, tasks } = group('docker', { image: 'a', port_map });
    t.like(networks, [{ dynamicPorts: [{ label: 'http', to: 80, task: 't' }] }]);
    t.deepEqual(tasks[0]?.['config'], { image: 'a', ports: ['http'] });
    t.deepEqual(tasks[0]?.['resources'], { memoryMiB: 10 });
  }
});

test('without port_map a docker task listens on the same port inside', (t) => {
  const { networks, tasks } = group('docker', { image: 'a' }, { reservedPorts: [{ label: 'db', value: 5432 }] });
  t.deepEqual(networks[0]?.['reservedPorts'], [{ label: 'db', value: 5432, task: 't' }]);
  t.deepEqual(tasks[0]?.['config'], { image: 'a', ports: ['db'] });
});

test('a port_map that maps no ports stays, for the driver to refuse by name', (t) => {
  for (const port_map of [{ http: 'x' }, { http: 0 }, { http: true }, { http: [80] }, { http: '1e3' }, 'http', [1]]) {
    const { networks, tasks } = group('docker', { image: 'a', port_map });
    t.deepEqual(networks[0]?.['dynamicPorts'], [{ label: 'http', task: 't' }]);
    t.deepEqual(tasks[0]?.['config'], { image: 'a', ports: ['http'], port_map });
  }
});

test("another driver's config stays as it is", (t) => {
  for (const driver of ['qemu', 'exec']) {
    const config = { image_path: 'a', port_map: { http: 80 } };
    const { networks, tasks } = group(driver, config);
    t.deepEqual(networks[0]?.['dynamicPorts'], [{ label: 'http', task: 't' }]);
    t.deepEqual(tasks[0]?.['config'], config);
  }
});

test('the networks of several tasks become one, and a group that has one keeps it', (t) => {
  const one = { name: 'a', driver: 'exec', resources: { networks: [{ dynamicPorts: [{ label: 'http' }] }] } };
  const other = { name: 'b', driver: 'exec', resources: { networks: [{ dynamicPorts: [{ label: 'rpc' }] }] } };
  const made: ModelRecord = { networks: [{ mode: 'bridge', dynamicPorts: [{ label: 'own' }] }], tasks: [one, other] };
  hoistTaskNetworks(made);
  const [network, ...more] = made['networks'] as ModelRecord[];
  t.is(network?.['mode'], 'bridge');
  t.deepEqual(network?.['dynamicPorts'], [{ label: 'own' }, { label: 'http', task: 'a' }, { label: 'rpc', task: 'b' }]);
  t.deepEqual(more, []);
});

test('a port_map for ports that the task does not have is left out, with a warning', (t) => {
  const { tasks } = group('docker', { image: 'a', port_map: { http: 80, https: 443, rpc: 1 } });
  t.deepEqual(tasks[0]?.['config'], { image: 'a', ports: ['http'] });
  const text = `job "j" {
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image = "a"
        port_map {
          http  = 80
          https = 443
        }
      }
      resources {
        network {
          port "http" {}
        }
      }
    }
  }
}
`;
  const { diagnostics, warnings } = parseJob(text, { fileName: 'x' });
  t.deepEqual(diagnostics, []);
  const warning = warnings.find(({ detail }) => detail.includes('port_map'));
  t.is(warning?.detail, '"port_map" maps "https", and the task has no such port.');
  t.is(warning?.range?.start.line, 7);
});

test('tasks that call their ports the same have both, each known to its task by its own name', (t) => {
  const service = (name: string) => ({ name, port: 'http', checks: [{ type: 'tcp' }, { type: 'http', port: 'http' }] });
  const task = (name: string, port: number) => ({
    name,
    driver: 'docker',
    config: { image: 'a', port_map: { http: port } },
    resources: { networks: [{ dynamicPorts: [{ label: 'http' }] }] },
    kept: { service: [service(name), { name: 'plain' }] },
  });
  const made: ModelRecord = { tasks: [task('a', 80), task('b c', 90)] };
  hoistTaskNetworks(made);
  t.like(made, {
    networks: [
      {
        dynamicPorts: [
          { label: 'http', to: 80, task: 'a' },
          { label: 'b_c_http', to: 90, task: 'b c', taskLabel: 'http' },
        ],
      },
    ],
  });
  const [first, second] = made['tasks'] as ModelRecord[];
  t.like(first, { config: { ports: ['http'] }, kept: { service: [service('a'), { name: 'plain' }] } });
  t.like(second, {
    config: { ports: ['b_c_http'] },
    kept: {
      service: [
        { name: 'b c', port: 'b_c_http', checks: [{ type: 'tcp' }, { type: 'http', port: 'b_c_http' }] },
        { name: 'plain' },
      ],
    },
  });
});

test('labels that tasks share stay apart from all others, however long names are', (t) => {
  const task = (name: string, ...labels: string[]) => ({
    name,
    driver: 'docker',
    config: { ports: labels, port_map: {} },
    resources: { networks: [{ dynamicPorts: labels.map((label) => ({ label })) }] },
  });
  const long = 'x'.repeat(64);
  const made: ModelRecord = {
    tasks: [task('a', 'b_http', 'http', 'constructor'), task('b', 'http'), task(long, 'http')],
  };
  hoistTaskNetworks(made);
  const [network] = made['networks'] as { dynamicPorts: { label: string; to?: unknown }[] }[];
  const ports = network?.dynamicPorts ?? [];
  const labels = ports.map(({ label }) => label);
  t.deepEqual(labels, ['b_http', 'http', 'constructor', 'b2_http', `${'x'.repeat(59)}_http`]);
  t.true(
    ports.every(({ to }) => to === undefined),
    'no name has a meaning of its own',
  );
  const tasks = made['tasks'] as { config: { ports: string[] } }[];
  t.deepEqual(
    tasks.flatMap(({ config }) => config.ports),
    labels,
    'ports that the config names are renamed, too',
  );
});
