import test from 'ava';
import { checkConfinedFiles, exceptions, staleExceptions } from './confined-files.ts';

const room = 'packages/core/src/client/alloc-dir/anything.ts';
const lines = (file: string, text: string) => checkConfinedFiles(file, text).map(({ line }) => line);

test('a room that touches directories of tasks may not import the file system, in any form', (t) => {
  for (const text of [
    "import { mkdir } from 'node:fs/promises';",
    "import { chmod } from 'fs/promises';",
    "import * as fs from 'node:fs';",
    "import fs from 'fs';",
    "import {\n  open,\n  constants,\n} from 'node:fs';",
    "import { execFile } from 'node:child_process';",
    "export { rm } from 'node:fs/promises';",
    "const { rm } = await import('node:fs/promises');",
    "const fs = require('node:fs');",
  ])
    t.is(lines(room, text).length, 1, text);
});

test('types and numbers touch nothing, and other rooms and tests are free', (t) => {
  const text = "import { mkdir } from 'node:fs/promises';\n";
  t.deepEqual(
    lines(room, "import type { FileHandle } from 'node:fs/promises';\nimport { constants } from 'node:fs';\n"),
    [],
  );
  t.deepEqual(lines(room, "import { constants, type Stats } from 'node:fs';\n"), []);
  for (const file of [
    'packages/core/src/client/files/confined-tree.ts',
    'packages/core/src/client/files/private-files.ts',
    'packages/core/src/client/store/record-log.ts',
    'packages/core/src/client/alloc-dir/build.test.ts',
    'packages/server/src/journal/journal.ts',
  ])
    t.deepEqual(lines(file, text), [], file);
});

test('programs that do it by path are refused like calls, with their line', (t) => {
  t.deepEqual(lines(room, "run({\n  argv: ['cp', '-a', from, to],\n});\nrun({ argv: ['ip', 'link'] });\n"), [2]);
  t.deepEqual(lines('packages/core/src/client/files/change-watch.ts', "run(['chown', 'root', path]);\n"), [1]);
});

test('an exception that is not needed any more must go', (t) => {
  const [first = '', ...others] = Object.keys(exceptions);
  const text = "import { readFile } from 'node:fs/promises';\n";
  t.deepEqual(
    staleExceptions((file) => (file === first ? '' : text)).map(({ file }) => file),
    [first],
  );
  t.is(staleExceptions(() => undefined).length, others.length + 1);
});
