// Finds network configurations in a list of directories.
import { CniError } from './cni-error.ts';
import type { CniFiles } from './files.ts';
import { nearest } from './nearest.ts';
import { type CniNetwork, parseNetwork } from './network.ts';

export interface NetworkListing {
  readonly networks: readonly CniNetwork[];
  /** Files that are not configurations. They hide no other network. */
  readonly problems: readonly CniError[];
}

const extensions = ['.conflist', '.conf', '.json'];

/**
 * All networks of `dirs`: directories in the given order, files in name order, the first of a name wins. A directory
 * that does not exist is empty.
 */
export async function listNetworks(dirs: readonly string[], files: CniFiles): Promise<NetworkListing> {
  const networks = new Map<string, CniNetwork>();
  const problems: CniError[] = [];
  for (const dir of dirs) {
    const names = (await files.list(dir)) ?? [];
    for (const name of [...names].sort()) {
      if (!extensions.some((extension) => name.endsWith(extension))) continue;
      const file = `${dir}/${name}`;
      try {
        const network = parseNetwork(await read(file, files), file);
        if (!networks.has(network.name)) networks.set(network.name, network);
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
        problems.push(error);
      }
    }
  }
  return { networks: [...networks.values()], problems };
}

/**
 * The network called `name`.
 * @throws CniError `network-unknown` (directories searched, names known, nearest name), `config-invalid` when no file
 * gives the name and one of the files that cannot be read is called so.
 */
export async function findNetwork(name: string, dirs: readonly string[], files: CniFiles): Promise<CniNetwork> {
  const { networks, problems } = await listNetworks(dirs, files);
  const found = networks.find((network) => network.name === name);
  if (found !== undefined) return found;
  const namesake = problems.find((problem) => fileStem(problem.configFile ?? '').includes(name));
  if (namesake !== undefined) throw namesake;
  const known = networks.map((network) => network.name).sort();
  const near = nearest(name, known);
  const unread =
    problems.length === 0 ? '' : `; not readable: ${problems.map((problem) => problem.message).join(' | ')}`;
  throw new CniError(
    'network-unknown',
    `no CNI network "${name}" in ${dirs.join(', ')}; known: ${known.length === 0 ? 'none' : known.join(', ')}${unread}`,
    { hint: near === undefined ? `put a file with "name": "${name}" into ${dirs[0]}` : `did you mean "${near}"?` },
  );
}

function fileStem(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

async function read(file: string, files: CniFiles): Promise<string> {
  try {
    return await files.read(file);
  } catch (error) {
    throw new CniError('config-invalid', `${file}: cannot be read`, { configFile: file, cause: error });
  }
}
