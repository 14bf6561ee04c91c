// Guards of the ways out of a disk that a task filled.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const journal = 'packages/server/src/journal/embedded';
const link = 'packages/server/src/link';
const reserveTest = 'test/e2e/state/full-disk-reserve.e2e.ts';

const reserve =
  'a journal whose disk is full to the last block takes reports, then only what frees things, and a restart has them';
const records = 'the records of a node are written, rewritten and opened on a full disk';
const waits =
  'what a node reports while the journal has no room waits, its link stays, and it is kept when there is room';

export const diskMutants: readonly Mutant[] = [
  {
    against: 'full disk',
    guard: 'what makes more leaves the reserve of the journal alone',
    file: `${journal}/reserve.ts`,
    find: 'if (this.#rows < floor) return false;',
    put: '',
    test: { file: reserveTest, title: reserve },
  },
  {
    against: 'full disk',
    guard: 'the write-ahead log keeps its blocks over a restart',
    file: `${journal}/wal-file.ts`,
    find: 'const isKept = size > 0 && linkKept(file);',
    put: 'const isKept = size < 0 && linkKept(file);',
    test: { file: reserveTest, title: reserve },
  },
  {
    against: 'full disk',
    guard: "a node's records have room in their own files",
    file: 'packages/core/src/client/store/record-log.ts',
    find: 'options.roomBytes ?? roomBytes',
    put: 'options.roomBytes ?? 0 * roomBytes',
    test: { file: reserveTest, title: records },
  },
  {
    against: 'full disk',
    guard: 'a report that finds no room does not end the link',
    file: `${link}/keep.ts`,
    find: 'if (!mayWorkLater(error))',
    put: 'if (mayWorkLater(error))',
    test: { file: `${link}/link.test.ts`, title: waits },
  },
];
