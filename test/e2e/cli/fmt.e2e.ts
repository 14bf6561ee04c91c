// `orch fmt` on real files: which it takes, what it writes and prints, exit codes.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { runOrch } from '../shared/dev-agent.ts';

const messy = 'job "x" {\ntype="batch" # now\n}\n';
const tidy = 'job "x" {\n  type = "batch" # now\n}\n';

/** A directory with files by name, removed at the end of the test. */
async function directory(t: import('ava').ExecutionContext, files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'orch-fmt-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(dir, name, '..'), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  return dir;
}

const read = (dir: string, name: string) => readFile(join(dir, name), 'utf8');

test('files are formatted in place, the changed ones are named, and nothing else is left in the directory', async (t) => {
  const dir = await directory(t, {
    'a.hcl': messy,
    'b.nomad': messy,
    'c.hcl': tidy,
    'd.txt': messy,
    'sub/e.hcl': messy,
  });
  await chmod(join(dir, 'a.hcl'), 0o640);
  const before = await stat(join(dir, 'c.hcl'));
  const { exitCode, stdout, text } = await runOrch(['fmt', dir]);
  t.is(exitCode, 0, text);
  t.is(stdout, `${join(dir, 'a.hcl')}\n${join(dir, 'b.nomad')}`);
  t.is(await read(dir, 'a.hcl'), tidy);
  t.is(await read(dir, 'b.nomad'), tidy);
  t.is(await read(dir, 'd.txt'), messy);
  t.is(await read(dir, 'sub/e.hcl'), messy);
  t.is((await stat(join(dir, 'a.hcl'))).mode & 0o7777, 0o640);
  const after = await stat(join(dir, 'c.hcl'));
  t.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs], 'a formatted file is not touched');
  t.deepEqual((await readdir(dir)).sort(), ['a.hcl', 'b.nomad', 'c.hcl', 'd.txt', 'sub']);
});

test('-recursive goes into the directories below', async (t) => {
  const dir = await directory(t, { 'sub/deep/e.hcl': messy, 'a.hcl': tidy });
  const { exitCode, stdout } = await runOrch(['fmt', '-recursive', dir]);
  t.is(exitCode, 0);
  t.is(stdout, join(dir, 'sub/deep/e.hcl'));
  t.is(await read(dir, 'sub/deep/e.hcl'), tidy);
});

test('-check writes nothing and says 1 as long as something is to do', async (t) => {
  const dir = await directory(t, { 'a.hcl': messy, 'b.hcl': tidy });
  const first = await runOrch(['fmt', '-check', dir]);
  t.deepEqual([first.exitCode, first.stdout], [1, join(dir, 'a.hcl')]);
  t.is(await read(dir, 'a.hcl'), messy);
  t.is((await runOrch(['fmt', '-check', join(dir, 'b.hcl')])).exitCode, 0);
});

test('-diff shows a unified diff, without colours where there is no terminal, with them when asked for', async (t) => {
  const dir = await directory(t, { 'a.hcl': messy });
  const file = join(dir, 'a.hcl');
  const plain = await runOrch(['fmt', '-diff', '-check', '-list=false', file]);
  t.is(plain.exitCode, 1);
  t.is(
    plain.stdout,
    `--- ${file}\n+++ ${file}\n@@ -1,3 +1,3 @@\n job "x" {\n-type="batch" # now\n+  type = "batch" # now\n }`,
  );
  const colored = await runOrch(['fmt', '-diff', '-check', file], { env: { FORCE_COLOR: '1' } });
  t.true(colored.stdout.includes('\u001b[31m-type="batch" # now\u001b[0m'));
  t.is(await read(dir, 'a.hcl'), messy);
});

test('standard input goes formatted to standard output', async (t) => {
  const { exitCode, stdout } = await runOrch(['fmt', '-'], { input: messy });
  t.deepEqual([exitCode, `${stdout}\n`], [0, tidy]);
  t.is((await runOrch(['fmt', '-check', '-'], { input: messy })).exitCode, 1);
});

test('-list=false -write=false prints the formatted text', async (t) => {
  const dir = await directory(t, { 'a.hcl': messy });
  const { exitCode, stdout } = await runOrch(['fmt', '-list=false', '-write=false', join(dir, 'a.hcl')]);
  t.deepEqual([exitCode, `${stdout}\n`], [0, tidy]);
  t.is(await read(dir, 'a.hcl'), messy);
});

test('a file with syntax errors is left as it is and told with its places; the others are formatted', async (t) => {
  const bad = 'job "x" {\n  a = = 1\n}\n';
  const dir = await directory(t, { 'a.hcl': bad, 'b.hcl': messy });
  const { exitCode, stderr } = await runOrch(['fmt', dir]);
  t.is(exitCode, 1);
  t.true(stderr.includes(`${join(dir, 'a.hcl')}:2:7: error`), stderr);
  t.regex(stderr, /a = = 1/);
  t.is(await read(dir, 'a.hcl'), bad);
  t.is(await read(dir, 'b.hcl'), tidy);
});

test('what is no job file, is not there or is not UTF-8 is refused by name', async (t) => {
  const dir = await directory(t, { 'a.txt': messy, 'c.hcl': messy });
  const latin = join(dir, 'b.hcl');
  await writeFile(latin, Buffer.from('a=1\n# gr\xfc\xdfe\n', 'latin1'));
  const { exitCode, stderr } = await runOrch([
    'fmt',
    join(dir, 'a.txt'),
    join(dir, 'none.hcl'),
    latin,
    join(dir, 'c.hcl'),
  ]);
  t.is(exitCode, 1);
  t.regex(stderr, /a\.txt: only files named \*\.hcl and \*\.nomad/);
  t.regex(stderr, /none\.hcl: there is no such file/);
  t.regex(stderr, /b\.hcl: it is not UTF-8: line 2/);
  t.is(await read(dir, 'c.hcl'), tidy);
});

test('a symbolic link stays one; the file it names is formatted', async (t) => {
  const dir = await directory(t, { 'real/a.hcl': messy });
  await symlink(join(dir, 'real/a.hcl'), join(dir, 'link.hcl'));
  t.is((await runOrch(['fmt', join(dir, 'link.hcl')])).exitCode, 0);
  t.is(await read(dir, 'real/a.hcl'), tidy);
  t.deepEqual(await readdir(join(dir, 'real')), ['a.hcl']);
});
