// What orch's tests and main job need of the machine: how to tell that it is there, and the Debian package that brings it.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Need {
  readonly name: string;
  /** One of these commands on PATH (or in the sbin directories), or one of these files. */
  readonly anyOf: readonly string[];
  readonly debianPackage: string;
  readonly why: string;
}

export const needs: readonly Need[] = [
  { name: 'Docker engine', anyOf: ['dockerd'], debianPackage: 'docker.io', why: 'driver docker' },
  { name: 'Docker client', anyOf: ['docker'], debianPackage: 'docker.io', why: 'checks of the engine in tests' },
  {
    name: 'Java compiler and runtime',
    anyOf: ['javac'],
    debianPackage: 'openjdk-17-jdk-headless',
    why: 'driver java and its demonstration jar',
  },
  { name: 'QEMU', anyOf: ['qemu-system-x86_64'], debianPackage: 'qemu-system-x86', why: 'driver qemu' },
  { name: 'qemu-img', anyOf: ['qemu-img'], debianPackage: 'qemu-utils', why: 'overlays of VM images' },
  {
    name: 'CNI plugins',
    anyOf: ['/usr/lib/cni/bridge', '/opt/cni/bin/bridge', '/usr/libexec/cni/bridge'],
    debianPackage: 'containernetworking-plugins',
    why: 'group networks',
  },
  { name: 'nft', anyOf: ['nft'], debianPackage: 'nftables', why: 'published ports' },
  { name: 'iptables', anyOf: ['iptables'], debianPackage: 'iptables', why: 'the firewall CNI plugin' },
  { name: 'ip', anyOf: ['ip'], debianPackage: 'iproute2', why: 'network namespaces' },
  {
    name: 'unshare, nsenter, setpriv',
    anyOf: ['setpriv'],
    debianPackage: 'util-linux',
    why: 'isolation of host processes',
  },
  { name: 'mkfs.ext4', anyOf: ['mkfs.ext4'], debianPackage: 'e2fsprogs', why: 'test disks' },
  {
    name: 'static busybox',
    anyOf: ['/bin/busybox', '/usr/bin/busybox'],
    debianPackage: 'busybox-static',
    why: 'the demonstration image and VM',
  },
  { name: 'C++ compiler', anyOf: ['g++'], debianPackage: 'g++', why: 'node-pty, for terminals in host tasks' },
  { name: 'make', anyOf: ['make'], debianPackage: 'make', why: 'node-pty' },
  { name: 'Python 3', anyOf: ['python3'], debianPackage: 'python3', why: 'node-pty' },
  { name: 'docker-registry', anyOf: ['docker-registry'], debianPackage: 'docker-registry', why: 'pulls in tests' },
  { name: 'curl', anyOf: ['curl'], debianPackage: 'curl', why: 'checks in tests' },
];

/**
 * Absolute path of a command, also in the sbin directories a plain user's PATH leaves out. Commands of npm packages do
 * not count: npm puts them first on PATH, and one of them is called `nft` without being nftables.
 */
export function findCommand(command: string, path = process.env['PATH'] ?? ''): string | undefined {
  if (command.startsWith('/')) return existsSync(command) ? command : undefined;
  const ofSystem = path.split(delimiter).filter((directory) => !directory.includes('node_modules'));
  const directories = [...ofSystem, '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, command)).find((candidate) => existsSync(candidate));
}

export function missingNeeds(): readonly Need[] {
  return needs.filter((need) => !need.anyOf.some((candidate) => findCommand(candidate) !== undefined));
}
