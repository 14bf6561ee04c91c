// What other rooms take from the state.

export { isOpen } from './draft.ts';
export type { Changes, Entry, EntryKind, WithoutIndexes } from './entry.ts';
export { allocatedUse } from './node-load.ts';
export { createState, createStateRestorer, restoreState, type State } from './state.ts';
export { sameContent } from './structural.ts';
export type { TableName } from './tables.ts';
