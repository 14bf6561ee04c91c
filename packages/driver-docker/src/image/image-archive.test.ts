// Hostile and ordinary image archives: what the engine gets never sets a name.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import tar from 'tar-stream';
import { ARCHITECTURE } from '../engine/architecture.ts';
import type { ArchiveImage } from './archive-manifest.ts';
import { type ArchiveEntry, rewriteArchive } from './image-archive.ts';

interface Made {
  readonly name: string;
  readonly text?: string | Buffer;
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'fifo';
  readonly linkname?: string;
  readonly pax?: Record<string, string>;
}

const OTHERS = 'redis:7';
const MINE = 'mine:1';
const manifest = (tags: readonly string[] | null, more: object = {}) =>
  JSON.stringify([{ Config: 'config.json', RepoTags: tags, Layers: ['layer.tar'], ...more }]);
const digest = (bytes: string | Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const configOf = (...layers: readonly (string | Buffer)[]) =>
  JSON.stringify({ rootfs: { diff_ids: layers.map(digest) } });
const CONFIG = configOf('layer');
const content: readonly Made[] = [
  { name: 'config.json', text: CONFIG },
  { name: 'layer.tar', text: 'layer' },
];

function packed(entries: readonly Made[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { text = '', ...header } of entries) {
    if (header.type === undefined || header.type === 'file') pack.entry(header, text);
    else pack.entry(header);
  }
  pack.finalize();
  return bytesOf(pack as unknown as AsyncIterable<Uint8Array>);
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function rewritten(archive: Buffer, wanted: Partial<ArchiveImage> = {}): Promise<Buffer> {
  const reader = tar.extract();
  Readable.from([archive]).pipe(reader);
  const entries = reader as unknown as AsyncIterable<ArchiveEntry>;
  return bytesOf(rewriteArchive(entries, { reference: MINE, id: undefined, ...wanted }));
}

async function filesOf(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const reader = tar.extract();
  Readable.from([archive]).pipe(reader);
  for await (const entry of reader) {
    if (files.has(entry.header.name)) throw new Error(`${entry.header.name} twice`);
    if (entry.header.type !== 'file') throw new Error(`${entry.header.name} is a ${entry.header.type}`);
    files.set(entry.header.name, (await bytesOf(entry as AsyncIterable<Uint8Array>)).toString('utf8'));
  }
  return files;
}

/** What engines may take a name from. */
async function namesIn(archive: Buffer): Promise<string> {
  const files = await filesOf(archive);
  const shown = execFileSync('tar', ['-t'], { input: archive, encoding: 'utf8' }).trim().split('\n');
  if (shown.join() !== [...files.keys()].join()) throw new Error(`tar shows ${shown.join()}`);
  const read = (name: string) => JSON.parse(files.get(name) ?? '[]') as unknown;
  return JSON.stringify([files.get('repositories'), read('manifest.json'), read('index.json')]);
}

test('an archive of docker save goes on with the wanted image alone, under no name', async (t) => {
  const other = { Config: 'other.json', RepoTags: [OTHERS], Layers: ['layer.tar'] };
  const [mine] = JSON.parse(manifest(['docker.io/library/mine:1', 'orch/door:1', OTHERS])) as object[];
  const made = await packed([
    ...content,
    { name: 'other.json', text: '{}' },
    { name: 'repositories', text: `{"redis":{"7":"x"}}` },
    { name: 'manifest.json', text: JSON.stringify([{ ...other, RepoTags: ['a:1'] }, mine]) },
  ]);
  const files = await filesOf(await rewritten(made));
  t.deepEqual([...files.keys()], ['0', '1', '2', 'manifest.json']);
  t.deepEqual(JSON.parse(files.get('manifest.json') ?? ''), [{ Config: '0', RepoTags: null, Layers: ['1'] }]);
  t.is(files.get('0'), CONFIG);
});

test('layers that old archives share by links are found', async (t) => {
  const made = await packed([
    { name: 'config.json', text: configOf('one', 'one') },
    { name: 'a/', type: 'directory' },
    { name: 'a/layer.tar', text: 'one' },
    { name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar' },
    { name: './manifest.json', text: manifest([MINE], { Layers: ['a/layer.tar', './b/layer.tar'] }) },
  ]);
  const files = await filesOf(await rewritten(made));
  t.deepEqual(JSON.parse(files.get('manifest.json') ?? ''), [{ Config: '0', RepoTags: null, Layers: ['1', '1'] }]);
});

const blob = (text: string | Buffer): Made => ({ name: `blobs/sha256/${digest(text).slice(7)}`, text });
const pointer = (text: string | Buffer, more: object = {}) => ({ digest: digest(text), size: text.length, ...more });
const layout = (index: object): readonly Made[] => [
  { name: 'index.json', text: JSON.stringify(index) },
  { name: 'oci-layout', text: '{"imageLayoutVersion":"1.0.0"}' },
];

test('of an OCI layout the image of this machine goes on as docker save has it', async (t) => {
  const layer = gzipSync('layer');
  const mine = JSON.stringify({ config: pointer(CONFIG), layers: [pointer(layer)] });
  const platform = { os: 'linux', architecture: ARCHITECTURE };
  const other = pointer('gone', { platform: { os: 'unknown', architecture: 'unknown' } });
  const machines = JSON.stringify({ manifests: [other, pointer(mine, { platform })] });
  const named = (name: string) =>
    pointer(machines, { annotations: { 'io.containerd.image.name': name, evil: OTHERS } });
  const index = { annotations: { evil: OTHERS }, manifests: [named(OTHERS), named('library/mine:1')] };
  const files = await filesOf(
    await rewritten(await packed([...[machines, mine, CONFIG, layer].map(blob), ...layout(index)])),
  );
  t.deepEqual([...files.keys()], ['0', '1', '2', '3', 'manifest.json']);
  t.deepEqual(JSON.parse(files.get('manifest.json') ?? ''), [{ Config: '2', RepoTags: null, Layers: ['3'] }]);
});

test('an OCI layout that does not hold what it names, or turns in a circle, is refused', async (t) => {
  const manifests = (text: string) => ({
    manifests: [pointer(text, { annotations: { 'org.opencontainers.image.ref.name': '1' } })],
  });
  const mine = JSON.stringify({ config: pointer(CONFIG), layers: [pointer('layer')] });
  const lacking = packed([blob(mine), blob(CONFIG), ...layout(manifests(mine))]);
  await t.throwsAsync(rewritten(await lacking), { message: /does not hold/ });
  const circle = { name: blob('x').name, text: JSON.stringify({ manifests: [pointer('x')] }) };
  await t.throwsAsync(rewritten(await packed([circle, ...layout(manifests('x'))])), { message: /not understood/ });
});

const LAYER_DIGEST = digest('layer');
const configs: readonly [title: string, text: string][] = [
  ['a layer that the archive does not hold is refused', configOf('of another image')],
  ['a second list of layers is refused', `{"rootfs":{"diff_ids":["${LAYER_DIGEST}"]},"RootFS":{"diff_ids":["x"]}}`],
  [
    'a second list under the same key is refused',
    `{"rootfs":{"diff_ids":["x"]},"rootfs":{"diff_ids":["${LAYER_DIGEST}"]}}`,
  ],
  [
    'a key that engines read as the list is refused',
    `{"rootf\u017f":{"diff_ids":["x"]},"rootfs":{"diff_ids":["${LAYER_DIGEST}"]}}`,
  ],
  [
    'a second list within is refused',
    `{"rootfs":{"diff_ids":["${LAYER_DIGEST}"],"diff_ids":["x"]}}`.replace('"diff_ids":["x"]', '"DIFF_IDS":["x"]'),
  ],
  ['more layers than the archive has is refused', configOf('layer', 'layer')],
];

for (const [title, text] of configs) {
  test(title, async (t) => {
    const made = packed([
      { name: 'config.json', text },
      ...content.slice(1),
      { name: 'manifest.json', text: manifest([MINE]) },
    ]);
    await t.throwsAsync(rewritten(await made), { code: 'invalid-config', message: /layer|key/ });
  });
}

test('a layer may be packed, and a broken one is none', async (t) => {
  const ordinary = { name: 'manifest.json', text: manifest([MINE]) };
  const layer = gzipSync('layer');
  const made = (text: Buffer) => packed([{ name: 'config.json', text: CONFIG }, { name: 'layer.tar', text }, ordinary]);
  t.is((await filesOf(await rewritten(await made(layer)))).size, 3);
  await t.throwsAsync(rewritten(await made(layer.subarray(0, 15))), { message: /is not the layer/ });
});

test('an image may be named by the id its configuration has', async (t) => {
  const hex = 'cd'.repeat(32);
  const made = await packed([
    { name: `${hex}.json`, text: configOf() },
    { name: 'manifest.json', text: JSON.stringify([{ Config: `${hex}.json`, RepoTags: [OTHERS], Layers: [] }]) },
  ]);
  t.false((await namesIn(await rewritten(made, { id: `sha256:${hex}` }))).includes(OTHERS));
  await t.throwsAsync(rewritten(made, { id: `sha256:${'00'.repeat(32)}` }), { message: /holds no image/ });
});

const refusals: readonly [title: string, entries: readonly Made[], message: RegExp][] = [
  ['a second manifest is refused', [{ name: 'manifest.json', text: manifest([OTHERS]) }], /"manifest.json" twice/],
  ['a second manifest under another spelling is refused', [{ name: './/manifest.json', text: '[]' }], /twice/],
  ['a manifest named by a PAX header is refused', [{ name: 'x', pax: { path: 'manifest.json' }, text: '[]' }], /twice/],
  ['a manifest that is a link is refused', [{ name: './manifest.json', type: 'symlink', linkname: 'x' }], /twice/],
  ['a hard link is refused', [{ name: 'x', type: 'link', linkname: 'manifest.json' }], /of kind "link"/],
  ['a device is refused', [{ name: 'x', type: 'character-device' }], /of kind "character-device"/],
  ['a FIFO is refused', [{ name: 'x', type: 'fifo' }], /of kind "fifo"/],
  ['a name that leads out is refused', [{ name: '../manifest.json', text: '[]' }], /holds the name/],
  ['an absolute name is refused', [{ name: '/manifest.json', text: '[]' }], /holds the name/],
  ['a name with a line feed is refused', [{ name: 'a\nb', text: '' }], /holds the name/],
];

for (const [title, entries, message] of refusals) {
  test(title, async (t) => {
    const made = await packed([...content, { name: 'manifest.json', text: manifest([MINE]) }, ...entries]);
    await t.throwsAsync(rewritten(made), { message });
  });
}

const manifests: readonly [title: string, text: string, message: RegExp][] = [
  ['is not JSON', '[{]', /is not JSON/],
  ['is no list', '{}', /not understood/],
  ['has names that are no text', manifest([7 as unknown as string]), /not understood/],
  ['names a configuration that is not there', manifest([MINE], { Config: 'none' }), /does not hold "none"/],
  ['names a layer outside', manifest([MINE], { Layers: ['../layer.tar'] }), /holds the name/],
  ['names a layer that is the manifest', manifest([MINE], { Layers: ['manifest.json'] }), /does not hold/],
  ['has the image twice', `[${manifest([MINE]).slice(1, -1)},${manifest([MINE]).slice(1, -1)}]`, /2 images called/],
  ['holds another image only', manifest([OTHERS]), /holds no image mine:1/],
];

for (const [title, text, message] of manifests) {
  test(`a manifest that ${title} is refused`, async (t) => {
    await t.throwsAsync(rewritten(await packed([...content, { name: 'manifest.json', text }])), { message });
  });
}

test('an archive that is cut off is refused', async (t) => {
  const made = await packed([...content, { name: 'manifest.json', text: manifest([MINE]) }]);
  await t.throwsAsync(rewritten(made.subarray(0, 700)));
  await t.throwsAsync(rewritten(await packed(content)), { message: /neither a manifest.json nor an OCI layout/ });
});

test('a header that says it is huge is refused before it is read', async (t) => {
  const made = await packed([{ name: 'x', pax: { comment: 'y' }, text: '' }]);
  made.write('77777777777\0', 124, 'latin1');
  const sum = made
    .subarray(0, 512)
    .fill(0x20, 148, 156)
    .reduce((total, byte) => total + byte, 0);
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  await t.throwsAsync(rewritten(made), { message: /max size/ });
});

test('a layer of more than 8 GiB keeps its length', async (t) => {
  const bytes = 9 * 1024 ** 3;
  const chunk = new Uint8Array(64 * 1024 * 1024);
  const layer = {
    header: { name: 'layer.tar', size: bytes, type: 'file' },
    async *[Symbol.asyncIterator]() {
      for (let left = bytes; left > 0; left -= chunk.length) yield chunk;
    },
  };
  const output = rewriteArchive(Readable.from([layer]) as AsyncIterable<ArchiveEntry>, {
    reference: MINE,
    id: undefined,
  });
  const { value: header } = await output.next();
  const { stdout: listed } = spawnSync('tar', ['-tv'], { input: header as Uint8Array, encoding: 'utf8' });
  t.true(listed.includes(String(bytes)));
  await output.return(undefined);
});

const word = fc.constantFrom(
  'manifest.json',
  'repositories',
  'index.json',
  'oci-layout',
  'layer.tar',
  'config.json',
  'x',
);
const name = fc
  .tuple(fc.constantFrom('', './', 'a/', 'a/../', '/', '../', 'x/', './/'), word)
  .map(([before, after]) => `${before}${after}`);
const evil = fc.constantFrom(
  manifest([OTHERS, MINE]),
  manifest([MINE], { repotags: [OTHERS], REPOTAGS: [OTHERS], Parent: OTHERS, LayerSources: { [OTHERS]: {} } }),
  `{"redis":{"7":"x"}}`,
  JSON.stringify({ manifests: [{ annotations: { 'io.containerd.image.name': OTHERS } }], annotations: { a: OTHERS } }),
);
const entry = fc.oneof(
  fc.record({ name, text: evil }),
  fc.record({ name, text: evil, pax: fc.record({ path: name }) }),
  fc.record({ name, type: fc.constant('symlink' as const), linkname: name }),
  fc.record({ name, type: fc.constant('directory' as const) }),
);

test('whatever is in an archive, no name goes on', async (t) => {
  let passed = 0;
  const random = fc.asyncProperty(
    fc.shuffledSubarray([...content, { name: 'manifest.json', text: manifest([MINE, OTHERS]) }] as Made[], {
      minLength: 3,
    }),
    fc.array(entry, { maxLength: 3 }),
    async (base, more) => {
      const made = await packed([...base, ...more]);
      const output = await rewritten(made).catch((error: { name?: string }) => {
        if (error.name === 'DriverError') return undefined;
        throw error;
      });
      if (output === undefined) return true;
      passed += 1;
      return !(await namesIn(output)).includes(OTHERS);
    },
  );
  await fc.assert(random, { numRuns: 300 });
  t.true(passed > 20);
});
