// What the file calls tell about one file: listing and describing, inside an allocation.

import type { Stats } from 'node:fs';
import { OrchError } from '../../lib/errors.ts';
import type { FileInfo } from '../../link/methods.ts';
import { logsName } from '../alloc-dir/layout.ts';
import { fewNamesIn, lstatIn, openConfined } from './confined.ts';

type Refuse = (place: readonly string[]) => void;

/** Entries of one listing; a directory with more is cut and says so. */
const maxEntries = 10_000;

export async function listFiles(root: string, path: string, refuse: Refuse): Promise<readonly FileInfo[]> {
  const { handle, stats } = await openConfined(root, path, refuse);
  try {
    if (!stats.isDirectory()) throw new OrchError('not-a-directory', `${path} is not a directory`);
    const names = await fewNamesIn(handle, maxEntries);
    if (names === undefined)
      throw new OrchError('too-many-files', `${path} holds more entries than are listed, which are ${maxEntries}`);
    const infos: FileInfo[] = [];
    for (const name of names) {
      const found = await lstatIn(handle, name).catch(() => undefined);
      if (found !== undefined) infos.push(describeFile(name, found));
    }
    return infos;
  } finally {
    await handle.close();
  }
}

export async function statFile(root: string, path: string, refuse: Refuse): Promise<FileInfo> {
  const { handle, stats } = await openConfined(root, path, refuse);
  try {
    const name = path.split('/').filter(Boolean).at(-1) ?? '/';
    const head = stats.isFile() ? await readHead(handle) : undefined;
    return { ...describeFile(name, stats), ...(head === undefined ? {} : { contentType: contentType(name, head) }) };
  } finally {
    await handle.close();
  }
}

/**
 * Refuses the secrets directories of the tasks, for `openConfined`: secrets are neither listed nor read. What is not the
 * group's own (log files lie there, shown elsewhere) is not there.
 */
export function refuseSecrets(taskNames: readonly string[]): (place: readonly string[]) => void {
  return ([first, second]) => {
    if (first === logsName) throw new OrchError('not-found', `there is no file "${logsName}" in this allocation`);
    if (first === undefined || second !== 'secrets' || !taskNames.includes(first)) return;
    throw new OrchError('secrets', `the secrets directory of task "${first}" cannot be read from outside the task`, {
      hint: 'look at it from inside the task with "alloc exec"',
    });
  };
}

function describeFile(name: string, stats: Stats): FileInfo {
  return {
    name,
    isDirectory: stats.isDirectory(),
    sizeBytes: stats.size,
    mode: modeText(stats),
    modifiedAtMs: Math.floor(stats.mtimeMs),
  };
}

function modeText(stats: Stats): string {
  const kind = stats.isDirectory()
    ? 'd'
    : stats.isSymbolicLink()
      ? 'L'
      : stats.isFIFO()
        ? 'p'
        : stats.isSocket()
          ? 'S'
          : '-';
  const bits = [...'rwxrwxrwx'].map((letter, index) => (stats.mode & (1 << (8 - index)) ? letter : '-'));
  return kind + bits.join('');
}

async function readHead(handle: Awaited<ReturnType<typeof openConfined>>['handle']): Promise<Uint8Array> {
  const buffer = new Uint8Array(512);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

const typeByExtension: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
  gz: 'application/gzip',
  zip: 'application/zip',
  tar: 'application/x-tar',
};

function contentType(name: string, head: Uint8Array): string {
  const known = typeByExtension[name.split('.').at(-1) ?? ''];
  if (known !== undefined) return known;
  return head.includes(0) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}
