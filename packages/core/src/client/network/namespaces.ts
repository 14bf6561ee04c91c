// Network namespaces under /run/netns, where `ip netns` and everybody else look for them.
import { type CommandRunner, runTool, tryTool } from './command-runner.ts';
import type { HostNetworkFiles } from './host-files.ts';

export const namespaceDir = '/run/netns';

export function namespacePath(name: string): string {
  return `${namespaceDir}/${name}`;
}

/** Makes a namespace with loopback up: CNI does not raise it. What is left of an earlier one of the name goes first. */
export async function createNamespace(runner: CommandRunner, name: string): Promise<void> {
  const added = await tryTool(runner, ['ip', 'netns', 'add', name]);
  if (added.exitCode !== 0) {
    await deleteNamespace(runner, name);
    await runTool(runner, ['ip', 'netns', 'add', name]);
  }
  await runTool(runner, ['ip', '-n', name, 'link', 'set', 'lo', 'up']);
}

/** Unmounts and removes it; one that is not there is success. Processes inside keep it alive, unnamed. */
export async function deleteNamespace(runner: CommandRunner, name: string): Promise<void> {
  const deleted = await tryTool(runner, ['ip', 'netns', 'delete', name]);
  if (deleted.exitCode === 0 || /no such file/i.test(deleted.stderr)) return;
  await runTool(runner, ['ip', 'netns', 'delete', name]);
}

const allocationId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names made of the prefix and an allocation's id, mounted or not. Other names are other programs'. */
export async function listNamespaces(files: HostNetworkFiles, prefix: string): Promise<string[]> {
  const names = await files.list(namespaceDir);
  return names.filter((name) => name.startsWith(prefix) && allocationId.test(name.slice(prefix.length)));
}

/** True when a process is inside. */
export async function isNamespaceInUse(runner: CommandRunner, name: string): Promise<boolean> {
  const found = await tryTool(runner, ['ip', 'netns', 'pids', name]);
  return found.exitCode === 0 && found.stdout.trim() !== '';
}

/** The host's device that leads to an address on a directly connected network; undefined behind a gateway or without a route. */
export async function deviceTowards(runner: CommandRunner, address: string): Promise<string | undefined> {
  const found = await tryTool(runner, ['ip', '-json', 'route', 'get', address]);
  if (found.exitCode !== 0) return undefined;
  const [route] = JSON.parse(found.stdout) as { readonly dev?: string; readonly gateway?: string }[];
  return route?.gateway === undefined ? route?.dev : undefined;
}
