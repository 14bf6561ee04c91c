// What other rooms may use of this package.
export { type CniAttachment, formatArgs } from './attachment.ts';
export { type Cni, type CniOptions, createCni, defaultConfigDirs } from './cni.ts';
export { CniError, type CniErrorCode } from './cni-error.ts';
export { type CniFiles, hostFiles } from './files.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { type CniNetwork, type CniPluginConfig, parseNetwork, pluginTypes, readNetwork } from './network.ts';
export type { NetworkListing } from './network-dirs.ts';
export type { CniCallOptions, CniCheckProblem } from './operations.ts';
export { defaultBinDirs } from './plugin-dirs.ts';
export {
  type CniAddress,
  type CniInterface,
  type CniResult,
  readAddresses,
  readDns,
  readInterfaces,
} from './result.ts';
export type { CniRun, CniRunResult } from './run-plugin.ts';
export type { CniPluginVersion } from './version.ts';
