// What the attacks on the docker driver share: image archives taken apart and put together, the tags of
// the engine.
import { writeFile } from 'node:fs/promises';
import type { Driver, TaskConfig } from '@orch/driver-api';
import tar from 'tar-stream';
import type { DockerHarness } from '../e2e/docker/docker-harness.ts';

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
