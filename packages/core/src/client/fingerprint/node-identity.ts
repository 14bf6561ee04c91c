// Who this node is: an id and a secret made once and kept in the data directory.

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchError } from '../../lib/errors.ts';
import type { IdSource } from '../../lib/random.ts';
import { syncDirectory } from '../store/record-log.ts';

export interface NodeIdentity {
  readonly id: string;
  readonly secret: string;
}

/** @throws OrchError `identity-damaged` rather than becoming another node. */
export async function nodeIdentity(dataDir: string, ids: IdSource): Promise<NodeIdentity> {
  const directory = join(dataDir, 'client');
  const path = join(directory, 'node.json');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined) return parse(found, path);
  const identity: NodeIdentity = { id: ids(), secret: ids() };
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(identity));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
  return identity;
}

function parse(text: string, path: string): NodeIdentity {
  try {
    const { id, secret } = JSON.parse(text) as Partial<NodeIdentity>;
    if (typeof id === 'string' && typeof secret === 'string') return { id, secret };
  } catch {
    // Reported below: a file that is no JSON and one without an id are the same trouble.
  }
  throw new OrchError('identity-damaged', `the node's identity ${path} cannot be read`, {
    hint: 'restore the file, or remove it to join as a new node (its allocations are then lost)',
  });
}
