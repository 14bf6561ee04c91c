import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Header, pack } from 'tar-stream';
import { ConfinedDirectory } from '../files/confined-directory.ts';
import { unpackTar } from './unpack.ts';

type Entry = Partial<Header> & { readonly name: string; readonly text?: string };

async function unpacked(
  t: ExecutionContext,
  entries: readonly Entry[],
  limits = { maxBytes: 1e7, maxEntries: 1e3 },
  signal = new AbortController().signal,
) {
  const base = await mkdtemp(join(tmpdir(), 'orch-links-'));
  t.teardown(() => rm(base, { recursive: true, force: true }));
  const archive = pack();
  for (const { text, ...header } of entries) archive.entry(header, text ?? '');
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part as Uint8Array);
  await writeFile(join(base, 'archive.tar'), Buffer.concat(parts));
  const above = await ConfinedDirectory.open(base);
  const root = await above.make('root');
  const error = await unpackTar(join(base, 'archive.tar'), 'tar', root, limits, {
    signal,
  }).then(
    () => undefined,
    (reason: Error) => reason.message,
  );
  for (const directory of [root, above]) await directory.close();
  return { root: join(base, 'root'), error };
}

/** Where a link leads, followed by hand as the kernel does it; undefined when it leads above the root. */
async function wayOf(root: string, link: string): Promise<string | undefined> {
  let at: string[] = dirname(link)
    .split('/')
    .filter((name) => name !== '.' && name !== '');
  let pending = [link.split('/').at(-1) ?? ''];
  for (let links = 0; pending.length > 0; ) {
    const [name = '', ...rest] = pending;
    pending = rest;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.pop() === undefined) return undefined;
      continue;
    }
    const target = await readlink(join(root, ...at, name)).catch(() => undefined);
    if (target === undefined) at = [...at, name];
    else if (target.startsWith('/') || links > 40) return undefined;
    else {
      pending = [...target.split('/'), ...pending];
      links += 1;
    }
  }
  return at.join('/');
}

async function linksThatLeadOut(root: string, below = '.'): Promise<readonly string[]> {
  const out: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    if (entry.isDirectory()) out.push(...(await linksThatLeadOut(root, name)));
    if (!entry.isSymbolicLink() || (await wayOf(root, name)) !== undefined) continue;
    out.push(`${name} -> ${await readlink(join(root, name))}`);
  }
  return out;
}

const deep = Array.from({ length: 12 }, (_, index) => `d${index}`).join('/');
const up = (times: number) => Array(times).fill('..').join('/');
const directory: Entry = { name: deep, type: 'directory' };
const toRoot: Entry = { name: `${deep}/s`, type: 'symlink', linkname: up(12) };
const chain: Entry = { name: 'q', type: 'symlink', linkname: `${deep}/s/${up(12)}/etc/hostname` };
const second: Entry = { name: 's2', type: 'link', linkname: `${deep}/s` };

test('no order of links in an archive makes one that leads out', async (t) => {
  for (const entries of [
    [directory, toRoot, chain],
    [chain, directory, toRoot],
    [directory, chain, toRoot],
    [directory, toRoot, second],
    [directory, toRoot, { name: 'other', type: 'directory' }, { ...second, name: 'other/s2' }],
  ] as Entry[][]) {
    const { root, error } = await unpacked(t, entries);
    t.deepEqual(
      await linksThatLeadOut(root),
      [],
      `${entries.map(({ name }) => name).join(', ')}: ${error ?? 'unpacked'}`,
    );
  }
});

test('links of usual archives are kept: up and down, and a second name of a link', async (t) => {
  const { root, error } = await unpacked(t, [
    { name: 'lib/node/cli.js', text: 'the program' },
    { name: 'bin/cli', type: 'symlink', linkname: '../lib/node/cli.js' },
    { name: 'bin/again', type: 'link', linkname: 'bin/cli' },
    { name: 'share/./doc/x', type: 'symlink', linkname: '../man/../../lib/node/cli.js' },
  ]);
  t.is(error, undefined);
  for (const name of ['bin/cli', 'bin/again', 'share/doc/x'])
    t.is(await readFile(join(root, name), 'utf8'), 'the program', name);
});

test('the bytes of all entries count together', async (t) => {
  const entries = Array.from({ length: 4 }, (_, index) => ({ name: `f${index}`, text: 'x'.repeat(30_000) }));
  const { error } = await unpacked(t, entries, { maxBytes: 100_000, maxEntries: 10 });
  t.regex(error ?? '', /more than 10 entries or 100000 bytes/);
});

test('a stop is heard in the middle of one large file', async (t) => {
  let looks = 0;
  const signal = {
    throwIfAborted() {
      looks += 1;
      if (looks > 3) throw new Error('stopped');
    },
    aborted: true,
  } as AbortSignal;
  const { error, root } = await unpacked(t, [{ name: 'large', text: 'x'.repeat(5_000_000) }], undefined, signal);
  t.is(error, 'stopped');
  t.true((await lstat(join(root, 'large'))).size < 5_000_000);
});
