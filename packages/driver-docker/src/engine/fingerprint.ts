// The attributes this driver gives a node.
import type Docker from 'dockerode';
import type { DockerNodeConfig } from '../node-config.ts';

export async function describeEngine(
  client: Docker,
  config: DockerNodeConfig,
): Promise<Readonly<Record<string, string>>> {
  const [info, bridgeIp] = await Promise.all([client.info(), bridgeAddress(client)]);
  return {
    'driver.docker.version': String(info.ServerVersion),
    'driver.docker.os_type': String(info.OSType),
    'driver.docker.runtimes': Object.keys(info.Runtimes ?? {})
      .sort()
      .join(','),
    'driver.docker.cgroup_driver': String(info.CgroupDriver),
    'driver.docker.privileged.enabled': String(config.allowPrivileged),
    'driver.docker.volumes.enabled': String(config.volumesEnabled),
    ...(config.pidsLimit > 0 ? { 'driver.docker.pids.limit': String(config.pidsLimit) } : {}),
    ...(bridgeIp === undefined ? {} : { 'driver.docker.bridge_ip': bridgeIp }),
  };
}

/** Absent when the engine runs without its default bridge. */
async function bridgeAddress(client: Docker): Promise<string | undefined> {
  try {
    const bridge = await client.getNetwork('bridge').inspect();
    return bridge.IPAM?.Config?.[0]?.Gateway;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
