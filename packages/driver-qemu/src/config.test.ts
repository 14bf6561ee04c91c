import test from 'ava';
import { readNodeConfig, readTaskConfig } from './config.ts';

test('readTaskConfig fills the defaults in', (t) => {
  t.deepEqual(readTaskConfig({ image_path: 'local/disk.qcow2' }), {
    imagePath: 'local/disk.qcow2',
    emulator: 'x86_64',
    machineType: 'pc',
    accelerator: 'auto',
    driveInterface: 'ide',
    guestAgent: false,
    gracefulShutdown: true,
    portMap: {},
    args: [],
  });
});

test('readTaskConfig takes port_map as a map or as a block', (t) => {
  t.deepEqual(readTaskConfig({ kernel: 'k', port_map: { http: 80 } }).portMap, { http: 80 });
  t.deepEqual(readTaskConfig({ kernel: 'k', port_map: [{ http: 80 }, { ssh: 22 }] }).portMap, { http: 80, ssh: 22 });
});

for (const [config, field, message] of [
  [{}, 'image_path', /needs image_path, kernel, or both/],
  [{ image_path: 'a', initrd: 'b' }, 'initrd', /goes with kernel/],
  [{ image_path: 'a', append: 'b' }, 'append', /goes with kernel/],
  [{ image_path: 'a', accelerator: 'xen' }, 'accelerator', /"xen", not one of auto, kvm, tcg/],
  [{ image_path: 'a', emulator: '../../bin/sh' }, 'emulator', /not an architecture name/],
  [{ image_path: 'a', machine_type: 'pc -monitor' }, 'machine_type', /characters/],
  [{ image_path: 'a', port_map: { http: 70000 } }, 'port_map', /port_map.http is 70000/],
  [{ image_path: 'a', args: 'x' }, 'args', /list of strings/],
  [{ image_path: 5 }, 'image_path', /5, not a string/],
] as const) {
  test(`readTaskConfig refuses ${JSON.stringify(config)} naming ${field}`, (t) => {
    const error = t.throws(() => readTaskConfig(config), { name: 'DriverError', code: 'invalid-config', message });
    t.deepEqual((error as unknown as { path: string[] }).path, [field]);
  });
}

test('readNodeConfig refuses options it does not know', (t) => {
  t.deepEqual(readNodeConfig({ image_paths: ['/srv'] }), {
    imagePaths: ['/srv'],
    argsAllowlist: [],
    emulatorsAllowlist: [],
  });
  t.throws(() => readNodeConfig({ image_path: ['/srv'] }), { message: /no option "image_path"; known: image_paths/ });
  t.throws(() => readNodeConfig({ image_paths: '/srv' }), { message: /list of strings/ });
});
