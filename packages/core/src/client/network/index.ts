// What the agent needs of this room.
export type { CniRunner } from './cni-runner.ts';
export type { CommandRunner } from './command-runner.ts';
export { fileNetworkRecordStore } from './file-record-store.ts';
export { type CniFingerprint, cniFingerprint } from './fingerprint.ts';
export type {
  GroupNetworkCheck,
  GroupNetworkRequest,
  GroupNetworkSpec,
  GroupNetworkStatus,
  GroupNetworks,
  GroupPort,
  NetworkReconcileReport,
} from './group-networks.ts';
export type { NetworkRecordStore } from './network-record.ts';
export { createGroupNetworks, type NodeNetworksOptions } from './node-networks.ts';
