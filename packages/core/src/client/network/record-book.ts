// All network records of the node, in memory and in the store alike.
import type { JsonObject } from '@orch/driver-api';
import {
  type NetworkRecord,
  type NetworkRecordStore,
  type NodeNetworkRecord,
  readNetworkRecord,
} from './network-record.ts';

const nodeKey = 'node';

export interface RecordBook {
  /** All allocations' records, by id. Reads the store once. @throws OrchError `network-record-invalid` */
  all(): Promise<ReadonlyMap<string, NetworkRecord>>;
  save(record: NetworkRecord): Promise<void>;
  remove(allocationId: string): Promise<void>;
  node(): Promise<NodeNetworkRecord | undefined>;
  saveNode(record: NodeNetworkRecord): Promise<void>;
  removeNode(): Promise<void>;
}

export function recordBook(store: NetworkRecordStore): RecordBook {
  let loading: Promise<Map<string, NetworkRecord>> | undefined;

  async function load(): Promise<Map<string, NetworkRecord>> {
    const keys = (await store.list()).filter((key) => key !== nodeKey);
    const records = await Promise.all(
      keys.map(async (key) => {
        const value = await store.load(key);
        return value === undefined ? undefined : readNetworkRecord(key, value);
      }),
    );
    return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.allocationId, record] as const])));
  }

  function all(): Promise<Map<string, NetworkRecord>> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  return {
    all,
    async save(record) {
      const records = await all();
      await store.save(record.allocationId, record as unknown as JsonObject);
      records.set(record.allocationId, record);
    },
    async remove(allocationId) {
      const records = await all();
      await store.remove(allocationId);
      records.delete(allocationId);
    },
    async node() {
      return (await store.load(nodeKey)) as unknown as NodeNetworkRecord | undefined;
    },
    saveNode: (record) => store.save(nodeKey, record as unknown as JsonObject),
    removeNode: () => store.remove(nodeKey),
  };
}
