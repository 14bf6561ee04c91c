// What the attacks on the docker driver share: image archives taken apart and put together, a swap of two names in a loop,
// the tags of the engine.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Driver, TaskConfig } from '@orch/driver-api';
import tar from 'tar-stream';
import type { DockerHarness } from '../e2e/docker/docker-harness.ts';

/** Seconds a race is tried. */
export const RACE_S = Number(process.env['RACE_SECONDS'] ?? 5);

export interface SavedImage {
  readonly id: string;
  readonly config: Record<string, unknown>;
  readonly layers: readonly Buffer[];
}

export async function savedImage(harness: DockerHarness): Promise<SavedImage> {
  const client = await harness.engine.client();
  const files = new Map<string, Buffer>();
  const reader = tar.extract();
  (await client.getImage(harness.image).get()).pipe(reader as unknown as NodeJS.WritableStream);
  for await (const entry of reader) files.set(entry.header.name, await bytesOf(entry as AsyncIterable<Uint8Array>));
  const text = (name: string) => files.get(name)?.toString('utf8') ?? '';
  const [{ Config, Layers }] = JSON.parse(text('manifest.json')) as [{ Config: string; Layers: string[] }];
  const { Id: id } = await client.getImage(harness.image).inspect();
  const config = JSON.parse(text(Config)) as Record<string, unknown>;
  return { id, config, layers: Layers.map((name) => files.get(name) ?? Buffer.alloc(0)) };
}

export interface Entry {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly type?: 'file' | 'symlink' | 'link';
  readonly linkname?: string;
  readonly pax?: Record<string, string>;
}

/** The parts of an archive without its manifest. `config` goes over the image's `config` block. */
export function partsOf(image: SavedImage, config: object): readonly Entry[] {
  const changed = { ...image.config, config: { ...(image.config['config'] as object), ...config } };
  const layers = image.layers.map((content, index) => ({ name: `layer${index}.tar`, content }));
  return [{ name: 'config.json', content: JSON.stringify(changed) }, ...layers];
}

export function manifestOf(image: SavedImage, tags: readonly string[]): string {
  return JSON.stringify([
    { Config: 'config.json', RepoTags: tags, Layers: image.layers.map((_layer, index) => `layer${index}.tar`) },
  ]);
}

export async function writeArchive(path: string, entries: readonly Entry[]): Promise<void> {
  const pack = tar.pack();
  for (const { content, ...header } of entries) {
    if (content === undefined) pack.entry(header);
    else pack.entry(header, content);
  }
  pack.finalize();
  await writeFile(path, await bytesOf(pack as unknown as AsyncIterable<Uint8Array>));
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Every name the engine knows, and what it means. */
export async function tagsOf(harness: DockerHarness): Promise<Readonly<Record<string, string>>> {
  const images = await (await harness.engine.client()).listImages();
  return Object.fromEntries(images.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((tag) => [tag, Id])).sort());
}

/** Runs a task to its end; answers what it printed. */
export async function outputOf(driver: Driver, task: TaskConfig): Promise<string> {
  await driver.start(task, {});
  try {
    let text = '';
    for await (const { data } of driver.logs?.read(task.id, {}) ?? []) text += new TextDecoder().decode(data);
    await driver.wait(task.id, {});
    return text;
  } finally {
    await driver.destroy(task.id, { force: true });
  }
}

const EXCHANGE = `
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
one, other = sys.argv[1].encode(), sys.argv[2].encode()
print('ready', flush=True)
while True:
    if libc.renameat2(-100, one, -100, other, 2) != 0: sys.exit(ctypes.get_errno())
`;

export interface Swap {
  /** Ends it; says when it ended by itself. */
  end(): Promise<void>;
}

/** Exchanges two names as fast as it goes (renameat2 RENAME_EXCHANGE), in a process of its own. */
export async function swapping(one: string, other: string): Promise<Swap> {
  const child: ChildProcess = spawn('python3', ['-c', EXCHANGE, one, other], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return {
    async end() {
      if (child.exitCode !== null) throw new Error(`the swap ended by itself: ${child.exitCode}`);
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
