// The image of doors: nothing. Its id follows from its bytes, so all agents of an engine share it, and it has no name that
// anybody could set.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { DriverError } from '@orch/driver-api';
import type Docker from 'dockerode';
import { ARCHITECTURE } from '../engine/architecture.ts';
import { rewriteArchive } from '../image/image-archive.ts';
import { loadStream } from '../image/image-load.ts';

/** An empty tar archive. */
const LAYER = Buffer.alloc(1024);
const LAYER_DIGEST = digest(LAYER);

/** Loads it and answers the id the engine knows it by. @throws DriverError `start-failed` */
export async function loadDoorImage(client: Docker): Promise<string> {
  const id = await loadStream(client, doorArchive());
  const { RootFS: root, Config: config } = await client.getImage(id).inspect();
  const isOurs =
    root.Layers?.length === 1 && root.Layers[0] === LAYER_DIGEST && !config?.Entrypoint && !config?.Volumes;
  if (isOurs) return id;
  throw new DriverError('start-failed', 'the engine answered the import of the door with an image that is not ours');
}

function doorArchive(): Readable {
  const config = Buffer.from(
    JSON.stringify({
      architecture: ARCHITECTURE,
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [LAYER_DIGEST] },
    }),
  );
  const manifest = Buffer.from(JSON.stringify([{ Config: 'config', RepoTags: ['orch/door:1'], Layers: ['layer'] }]));
  const entry = (name: string, bytes: Buffer) => ({
    header: { name, size: bytes.length, type: 'file' as const },
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  });
  const entries = async function* () {
    yield entry('config', config);
    yield entry('layer', LAYER);
    yield entry('manifest.json', manifest);
  };
  return Readable.from(rewriteArchive(entries(), { reference: 'orch/door:1', id: undefined }), { objectMode: false });
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
