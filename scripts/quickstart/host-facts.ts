// What the machine holds that orch could have left behind, and the processes of a network namespace: read from the kernel, not from orch.

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

export interface HostProcess {
  readonly pid: number;
  /** Start time in clock ticks since boot: with the pid it identifies the process. */
  readonly startTicks: string;
  readonly command: string;
}

/** Processes inside a named network namespace, by the inode of the namespace. */
export function processesIn(namespaceInode: string): readonly HostProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (readlinkSync(`/proc/${name}/ns/net`) !== `net:[${namespaceInode}]`) return [];
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), startTicks: fields[19] ?? '', command }];
      } catch {
        // The process ended while it was being looked at.
        return [];
      }
    });
}

/** Inodes of the namespaces orch made, by name. */
export async function orchNamespaces(): Promise<ReadonlyMap<string, string>> {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => /^orch[a-p]?-/.test(name)) : [];
  const entries = await Promise.all(
    names.map(async (name) => [name, (await execa('stat', ['-L', '-c', '%i', `/run/netns/${name}`])).stdout] as const),
  );
  return new Map(entries);
}

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Facts by kind; each a list of lines that must be the same before a job and after it. */
export type HostFacts = Readonly<Record<string, readonly string[]>>;

export async function hostFacts(dataDir: string): Promise<HostFacts> {
  const lines = async (command: string, args: readonly string[]) => {
    // npm puts its own programs first on PATH, and one of them is called nft.
    const { stdout } = await execa(command, [...args], { reject: false, env: { PATH: systemPath } });
    return stdout
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
  };
  return {
    'network namespaces': [...(await orchNamespaces()).keys()],
    interfaces: (await lines('ip', ['-o', 'link']))
      .map((line) => line.split(': ')[1]?.split('@')[0] ?? '')
      .filter((name) => !/^(veth|docker)/.test(name)),
    'nftables tables': (await lines('nft', ['list', 'tables'])).filter((line) => line.includes('orch')),
    'iptables rules': (await lines('iptables-save', [])).filter(
      (line) => line.startsWith('-A') && /orch|CNI/i.test(line),
    ),
    containers: await lines('docker', ['ps', '-a', '--filter', 'label=orch.task-id', '--format', '{{.Names}}']),
    images: await lines('docker', ['images', '--filter', 'reference=orch*', '--format', '{{.Repository}}:{{.Tag}}']),
    cgroups: orchCgroups(),
    mounts: readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(dataDir)),
    processes: taskProcesses(dataDir),
  };
}

/** cgroups below orch's own, in every hierarchy. */
function orchCgroups(): readonly string[] {
  const root = '/sys/fs/cgroup';
  const hierarchies = existsSync(join(root, 'cgroup.controllers'))
    ? [root]
    : readdirSync(root).map((name) => join(root, name));
  const children = (directory: string) =>
    existsSync(directory) ? readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  return hierarchies.flatMap((hierarchy) =>
    children(hierarchy)
      .filter((entry) => /^orch[a-p]?$/.test(entry.name))
      .flatMap((own) => children(join(hierarchy, own.name)).map((entry) => join(hierarchy, own.name, entry.name)))
      .filter((path) => !path.endsWith('/agent') && !path.endsWith('/supervisors')),
  );
}

/** Processes whose command line names an allocation of this data directory. */
function taskProcesses(dataDir: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(`${dataDir}/allocations/`) ? [command.trim()] : [];
      } catch {
        return [];
      }
    });
}

/** What is there after and was not there before. */
export function leftovers(before: HostFacts, after: HostFacts): readonly string[] {
  return Object.entries(after).flatMap(([kind, lines]) =>
    lines.filter((line) => !(before[kind] ?? []).includes(line)).map((line) => `${kind}: ${line}`),
  );
}
