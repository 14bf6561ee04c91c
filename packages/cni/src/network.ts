// A network configuration list: its shape, and how one is read from text.
import { CniError } from './cni-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** One network as its configuration file says, JSON-safe, so that it can be stored and used again at DEL. */
export interface CniNetwork {
  readonly name: string;
  readonly cniVersion: string;
  readonly disableCheck: boolean;
  /** Each with `type`; run in this order at ADD and CHECK, backwards at DEL. Never empty. */
  readonly plugins: readonly CniPluginConfig[];
  /** The file it came from; absent for a generated one. */
  readonly file?: string;
}

export interface CniPluginConfig extends JsonObject {
  readonly type: string;
}

/** Versions of the specification this package speaks. */
export const cniVersions: readonly string[] = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const typePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * Reads a `.conflist` or a single-plugin `.conf`/`.json` file's text. A single plugin becomes a list of one.
 * @throws CniError `config-invalid` naming the file and the field.
 */
export function parseNetwork(text: string, file: string): CniNetwork {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CniError('config-invalid', `${file}: not valid JSON: ${(error as Error).message}`, {
      configFile: file,
      hint: 'correct the file or remove it from the directory',
    });
  }
  return readNetwork(value, file);
}

/** As `parseNetwork`, from a value. */
export function readNetwork(value: unknown, file: string): CniNetwork {
  if (!isJsonObject(value)) throw invalid(file, '', 'expected an object', value);
  const name = value['name'];
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw invalid(file, 'name', 'expected letters, digits, ".", "_" or "-", beginning with a letter or digit', name);
  }
  const cniVersion = readVersion(value['cniVersion'], file);
  const isList = value['plugins'] !== undefined;
  const plugins = isList ? readPlugins(value['plugins'], file) : [readPlugin(value, '', file)];
  const disableCheck = isList ? value['disableCheck'] : undefined;
  if (disableCheck !== undefined && typeof disableCheck !== 'boolean') {
    throw invalid(file, 'disableCheck', 'expected true or false', disableCheck);
  }
  return { name, cniVersion, disableCheck: disableCheck ?? false, plugins, file };
}

function readVersion(value: JsonValue | undefined, file: string): string {
  if (typeof value === 'string' && cniVersions.includes(value)) return value;
  throw invalid(file, 'cniVersion', `expected one of ${cniVersions.join(', ')}`, value);
}

function readPlugins(value: JsonValue | undefined, file: string): CniPluginConfig[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid(file, 'plugins', 'expected a list of at least one plugin', value);
  return value.map((plugin: JsonValue, index: number) => {
    if (!isJsonObject(plugin)) throw invalid(file, `plugins[${index}]`, 'expected an object', plugin);
    return readPlugin(plugin, `plugins[${index}].`, file);
  });
}

function readPlugin(plugin: JsonObject, prefix: string, file: string): CniPluginConfig {
  const type = plugin['type'];
  if (typeof type !== 'string' || !typePattern.test(type)) {
    throw invalid(file, `${prefix}type`, "expected the name of a plugin's binary, without a path", type);
  }
  readPluginType(plugin['ipam'], `${prefix}ipam`, file);
  const capabilities = plugin['capabilities'];
  if (capabilities !== undefined) {
    if (!isJsonObject(capabilities)) throw invalid(file, `${prefix}capabilities`, 'expected an object', capabilities);
    for (const [key, wanted] of Object.entries(capabilities)) {
      if (typeof wanted !== 'boolean')
        throw invalid(file, `${prefix}capabilities.${key}`, 'expected true or false', wanted);
    }
  }
  return { ...plugin, type };
}

function readPluginType(ipam: JsonValue | undefined, field: string, file: string): void {
  if (ipam === undefined) return;
  if (!isJsonObject(ipam)) throw invalid(file, field, 'expected an object', ipam);
  const type = ipam['type'];
  // An empty object means "no addresses" to the layer-2 plugins.
  if (type === undefined && Object.keys(ipam).length === 0) return;
  if (typeof type !== 'string' || !typePattern.test(type)) {
    throw invalid(file, `${field}.type`, "expected the name of a plugin's binary, without a path", type);
  }
}

function invalid(file: string, field: string, expected: string, value: unknown): CniError {
  const at = field === '' ? file : `${file}: ${field}`;
  const got = value === undefined ? 'it is missing' : `got ${JSON.stringify(value)?.slice(0, 80)}`;
  return new CniError('config-invalid', `${at}: ${expected}; ${got}`, {
    configFile: file,
    hint: 'correct the file or remove it from the directory',
  });
}

/** Names of all binaries a network needs, plugins first, then their address managers, each once. */
export function pluginTypes(network: CniNetwork): string[] {
  const types = new Set(network.plugins.map((plugin) => plugin.type));
  for (const plugin of network.plugins) {
    const ipam = plugin['ipam'];
    if (isJsonObject(ipam) && typeof ipam['type'] === 'string') types.add(ipam['type']);
  }
  return [...types];
}
