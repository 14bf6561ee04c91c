// The files `fmt` works on: which ones, and how one takes its new text.

import { constants, isUtf8 } from 'node:buffer';
import { chmod, chown, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { wrongUtf8At } from '@orch/core/lib/utf8';

/** Names that end so are files of the job language, as in Nomad. */
const extensions = ['.hcl', '.nomad'];

export interface FoundFiles {
  readonly files: readonly string[];
  /** One sentence for each path that is none. */
  readonly problems: readonly string[];
}

/** The files below `paths`, each as it is shown. A directory stands for its own files, with `recursive` for all below it. */
export async function findFiles(paths: readonly string[], recursive: boolean): Promise<FoundFiles> {
  const files: string[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) files.push(...(await filesOf(path, recursive, problems)));
      else if (isFormatted(path)) files.push(path);
      else problems.push(`${path}: only files named *.hcl and *.nomad are formatted`);
    } catch (error) {
      problems.push(describe(path, error));
    }
  }
  return { files, problems };
}

async function filesOf(dir: string, recursive: boolean, problems: string[]): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const path = join(dir, entry.name);
    if (!entry.isDirectory()) {
      if (isFormatted(path) && (entry.isFile() || entry.isSymbolicLink())) files.push(path);
    } else if (recursive) {
      try {
        files.push(...(await filesOf(path, true, problems)));
      } catch (error) {
        problems.push(describe(path, error));
      }
    }
  }
  return files;
}

function isFormatted(path: string): boolean {
  return extensions.some((extension) => path.endsWith(extension));
}

/** Why a path cannot be used, as a sentence that begins with the path. */
export function describe(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path}: there is no such file or directory`;
  if (code === 'EACCES' || code === 'EPERM') return `${path}: this user may not read or change it`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `${path}: the disk is full; the file is as it was`;
  if (code === 'EROFS') return `${path}: the file system is read-only`;
  return `${path}: ${message}`;
}

/** The text of a file. @throws Error when it is no UTF-8: formatting would lose its bytes */
export async function readText(path: string): Promise<string> {
  return decodeText(await readFile(path));
}

export function decodeText(bytes: Buffer): string {
  if (bytes.length > constants.MAX_STRING_LENGTH) throw new Error('it is too large');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const line = bytes.toString('utf8', 0, wrongUtf8At(bytes)).split('\n').length;
  throw new Error(`it is not UTF-8: line ${line} has bytes that are no character; save it as UTF-8`);
}

/**
 * Gives a file a new text in one step: whoever reads it, also after a crash, sees the old one or the new one. Mode and
 * owner stay; a symbolic link stays one, the file it names is replaced.
 */
export async function replaceText(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { mode, uid, gid } = await stat(target);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Only root may give a file to somebody else; for others it is theirs already, or the new one is.
    await chown(part, uid, gid).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPERM') throw error;
    });
    await chmod(part, mode & 0o7777);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
