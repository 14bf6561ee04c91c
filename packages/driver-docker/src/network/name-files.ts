// /etc/hosts and /etc/resolv.conf of a container that joined the group's namespace: the engine writes none for it.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskConfig, TaskDns } from '@orch/driver-api';
import type { MountSettings } from 'dockerode';
import type { TaskBlock } from '../container/task-config.ts';
import { configError } from '../engine/errors.ts';

/** Text of /etc/hosts. `extraHosts` are `name:address`. */
export function renderHosts(hostname: string, extraHosts: readonly string[]): string {
  const lines = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', `127.0.0.1 ${hostname}`];
  for (const [index, entry] of extraHosts.entries()) {
    const split = entry.indexOf(':');
    if (split < 1 || /[\s\0]/.test(entry))
      throw configError(['extra_hosts', String(index)], `"${entry}" is not name:address`);
    lines.push(`${entry.slice(split + 1)} ${entry.slice(0, split)}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Text of /etc/resolv.conf: what `dns` names, else the node's own without name servers on its loopback, which nobody
 * answers on inside the namespace.
 */
export function renderResolvConf(dns: TaskDns, nodeResolvConf: string): string {
  const lines = nodeResolvConf.split('\n').map((line) => line.replace(/[#;].*/, '').trim());
  const words = (keyword: string) =>
    lines.filter((line) => line.startsWith(`${keyword} `)).flatMap((line) => line.split(/\s+/).slice(1));
  const reachable = words('nameserver').filter((server) => !server.startsWith('127.') && server !== '::1');
  const servers = dns.servers.length > 0 ? dns.servers : reachable;
  const searches = dns.searches.length > 0 ? dns.searches : words('search');
  const options = dns.options.length > 0 ? dns.options : words('options');
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

/** The task's own DNS fields over the group's. */
export function taskDns(block: TaskBlock, group: TaskDns | undefined): TaskDns {
  const choose = (own: readonly string[], fallback: readonly string[] | undefined) =>
    own.length > 0 ? own : (fallback ?? []);
  return {
    servers: choose(block.texts('dns_servers'), group?.servers),
    searches: choose(block.texts('dns_search_domains'), group?.searches),
    options: choose(block.texts('dns_options'), group?.options),
  };
}

/** Writes both files into the driver's directory of the task and answers the mounts that put them in place. */
export async function nameFileMounts(
  task: TaskConfig,
  hostname: string,
  dns: TaskDns,
  extraHosts: readonly string[],
): Promise<readonly MountSettings[]> {
  const hosts = join(task.directories.driver, 'hosts');
  const resolvConf = join(task.directories.driver, 'resolv.conf');
  const nodeResolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  await mkdir(task.directories.driver, { recursive: true });
  await writeFile(hosts, renderHosts(hostname, extraHosts));
  await writeFile(resolvConf, renderResolvConf(dns, nodeResolvConf));
  await Promise.all([chmod(hosts, 0o644), chmod(resolvConf, 0o644)]);
  return [
    { Type: 'bind', Source: hosts, Target: '/etc/hosts' },
    { Type: 'bind', Source: resolvConf, Target: '/etc/resolv.conf' },
  ];
}
