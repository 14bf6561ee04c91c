import test from 'ava';
import type { Job } from '../../model/job.ts';
import { makeGroup, makeJob, makeNetwork, makePort, makeTask, oneGroup } from '../testing/fixtures.ts';
import { tasksUpdated, type UpdateKind } from './tasks-updated.ts';

const task = (changes: Parameters<typeof makeTask>[0]) => oneGroup({ tasks: [makeTask(changes)] });
const old = oneGroup({});

const rows: readonly (readonly [string, UpdateKind, Job])[] = [
  ['nothing', 'same', oneGroup({})],
  ['the count', 'in-place', oneGroup({ count: 9 })],
  ['a constraint', 'in-place', oneGroup({ constraints: [{ attribute: 'a', operator: '=', value: 'a' }] })],
  ['the priority', 'in-place', oneGroup({}, { priority: 80 })],
  ['the kill time-out', 'in-place', task({ killTimeoutMs: 1 })],
  ['the log size', 'in-place', task({ logs: { maxFiles: 2, maxFileSizeMb: 1, disabled: false } })],
  ['restart attempts', 'in-place', oneGroup({ restart: { ...makeGroup().restart, attempts: 9 } })],
  ['a service', 'in-place', task({ kept: { service: [{ name: 'x' }] } })],
  ['the driver', 'destructive', task({ driver: 'docker' })],
  ['the user', 'destructive', task({ user: 'daemon' })],
  ['the config', 'destructive', task({ config: { command: '/bin/false' } })],
  ['the environment', 'destructive', task({ env: { A: '1' } })],
  ['the memory', 'destructive', task({ resources: { cpuMhz: 500, memoryMiB: 1, devices: [] } })],
  ['the name of a task', 'destructive', task({ name: 'other' })],
  ['logs.disabled', 'destructive', task({ logs: { maxFiles: 10, maxFileSizeMb: 10, disabled: true } })],
  ['the job meta', 'destructive', oneGroup({}, { meta: { version: '2' } })],
  ['a template', 'destructive', task({ kept: { template: [{ data: 'x' }] } })],
  ['the disk', 'destructive', oneGroup({ ephemeralDisk: { sizeMiB: 1, sticky: false, migrate: false } })],
  ['a port', 'destructive', oneGroup({ networks: [makeNetwork({ dynamicPorts: [makePort()] })] })],
  ['render_templates', 'destructive', oneGroup({ restart: { ...makeGroup().restart, renderTemplates: true } })],
  ['a further task', 'destructive', oneGroup({ tasks: [makeTask(), makeTask({ name: 'side' })] })],
  ['the name of the group', 'destructive', makeJob({ taskGroups: [makeGroup({ name: 'other' })] })],
];

for (const [what, kind, job] of rows) {
  test(`tasksUpdated: changing ${what} is ${kind}`, (t) => {
    t.is(tasksUpdated(old, job, 'web'), kind);
  });
}
