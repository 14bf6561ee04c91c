// Finds plugin binaries in a list of directories.
import { CniError } from './cni-error.ts';
import type { CniFiles } from './files.ts';

/** Where Debian, the CNI project and Fedora put plugins. */
export const defaultBinDirs: readonly string[] = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** The first `<dir>/<type>` that can be executed. @throws CniError `plugin-missing` naming the directories. */
export async function findPlugin(
  type: string,
  dirs: readonly string[],
  files: CniFiles,
  configFile?: string,
): Promise<string> {
  for (const dir of dirs) {
    const path = `${dir}/${type}`;
    if (await files.isExecutable(path)) return path;
  }
  const wanted = configFile === undefined ? '' : ` that ${configFile} asks for`;
  throw new CniError('plugin-missing', `the CNI plugin "${type}"${wanted} is in none of ${dirs.join(', ')}`, {
    plugin: type,
    configFile,
    hint: 'install the package containernetworking-plugins or correct the plugin type',
  });
}

/** All executables of `dirs`; the first of a name wins. */
export async function listPlugins(dirs: readonly string[], files: CniFiles): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const dir of dirs) {
    for (const name of [...((await files.list(dir)) ?? [])].sort()) {
      const path = `${dir}/${name}`;
      if (!found.has(name) && (await files.isExecutable(path))) found.set(name, path);
    }
  }
  return found;
}
