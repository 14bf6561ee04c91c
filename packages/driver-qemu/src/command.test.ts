import test from 'ava';
import { portForwards, qemuArguments, type VmConfig } from './command.ts';

const vm: VmConfig = {
  emulator: '/usr/bin/qemu-system-x86_64',
  machineType: 'pc',
  accelerator: 'tcg',
  cpuModel: 'qemu64',
  cores: 1,
  forwards: [],
  qmpSocket: '/vm/qmp',
  extraArgs: [],
};
const task = { name: 'vm', resources: { cpuMhz: 100, nodeCpuMhz: 1000, memoryMiB: 192 } };
const port = { label: 'http', hostIp: '10.0.0.5', hostPort: 21000, to: 8082 };

test('portForwards listens inside the namespace on the inside port and on the host on the published one', (t) => {
  t.deepEqual(portForwards({ network: { kind: 'namespace', path: '/run/netns/x', ports: [port] } }, { http: 80 }), [
    { listenAddress: '0.0.0.0', listen: 8082, guest: 80 },
  ]);
  t.deepEqual(portForwards({ network: { kind: 'host', ports: [port] } }, { http: 80 }), [
    { listenAddress: '10.0.0.5', listen: 21000, guest: 80 },
  ]);
  t.deepEqual(portForwards({ network: { kind: 'host', ports: [port] } }, {}), []);
  t.deepEqual(portForwards({ network: { kind: 'none' } }, { http: 80 }), []);
});

test('qemuArguments forwards both protocols, keeps the console on stdout and locks itself in', (t) => {
  const argv = qemuArguments(task, { ...vm, forwards: [{ listenAddress: '0.0.0.0', listen: 8082, guest: 80 }] });
  const after = (flag: string) => argv[argv.indexOf(flag) + 1];
  t.is(after('-netdev'), 'user,id=net0,hostfwd=tcp:0.0.0.0:8082-:80,hostfwd=udp:0.0.0.0:8082-:80');
  t.is(after('-serial'), 'chardev:console');
  t.is(after('-m'), '192M');
  t.is(after('-sandbox'), 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny');
  t.is(argv.indexOf('-drive'), -1);
  t.is(argv.indexOf('-kernel'), -1);
});

test('qemuArguments doubles commas in paths, so that a file name cannot add options', (t) => {
  const argv = qemuArguments(task, {
    ...vm,
    disk: { path: '/a/b,readonly=on.img', format: 'raw', interface: 'virtio' },
    kernel: { path: '/k', initrd: '/i', append: 'a b' },
  });
  t.true(argv.includes('if=none,id=disk0,file=/a/b,,readonly=on.img,format=raw,snapshot=on,discard=unmap'));
  t.true(argv.includes('virtio-blk-pci,drive=disk0'));
  t.deepEqual(argv.slice(argv.indexOf('-kernel')), ['-kernel', '/k', '-initrd', '/i', '-append', 'a b']);
});
