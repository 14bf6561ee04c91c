// Job files from before groups had networks run as they are.

import test from 'ava';
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

test('a port_map that is not about the ports of the task stays, for the driver to refuse by name', (t) => {
  for (const port_map of [{ https: 443 }, { http: 'x' }, { http: 0 }, 'http', [1]]) {
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
