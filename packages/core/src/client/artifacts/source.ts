// What an artifact block asks for, read and checked before anything is fetched.

import { OrchError } from '../../lib/errors.ts';
import { presentableUrl } from '../../lib/presentable.ts';
import type { Artifact } from '../../model/task.ts';

export type ArtifactArchive = 'tar' | 'tar.gz' | 'none';

export interface ArtifactPlan {
  readonly source: { readonly kind: 'http'; readonly url: string } | { readonly kind: 'file'; readonly path: string };
  readonly checksum?: Checksum;
  readonly archive: ArtifactArchive;
  /** Name of the file where it is not unpacked. */
  readonly fileName: string;
}

export interface Checksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

const hexLength = { md5: 32, sha1: 40, sha256: 64, sha512: 128 } as const;
const refusedEndings = [
  '.zip',
  '.tar.bz2',
  '.tbz2',
  '.tar.xz',
  '.txz',
  '.tar.zst',
  '.tzst',
  '.bz2',
  '.xz',
  '.zst',
  '.gz',
];
const knownOptions = ['checksum', 'archive', 'filename'];

/** @param artifact with its texts already interpolated. @throws OrchError `artifact-unsupported`, `artifact-invalid` */
export function planArtifact(artifact: Artifact): ArtifactPlan {
  const { source, query } = readSource(artifact.source);
  const options = { ...query, ...artifact.options };
  for (const name of Object.keys(artifact.options)) {
    if (!knownOptions.includes(name))
      throw unsupported(artifact, `the option "${name}" is not supported`, `use ${knownOptions.join(', ')}`);
  }
  if (artifact.insecure) {
    throw unsupported(artifact, 'insecure = true is not supported', 'let the node trust the certificate of the server');
  }
  const path = source.kind === 'http' ? decodeURIComponent(new URL(source.url).pathname) : source.path;
  const fileName = options['filename'] ?? path.split('/').filter(Boolean).at(-1) ?? 'artifact';
  if (fileName.includes('/') || fileName === '.' || fileName === '..')
    throw invalid(artifact, `its file name ${JSON.stringify(fileName)} is not a plain name`);
  const archive = artifact.mode === 'file' ? 'none' : findArchive(artifact, path, options['archive']);
  const checksum = options['checksum'];
  return {
    source,
    archive,
    fileName,
    ...(checksum === undefined ? {} : { checksum: readChecksum(artifact, checksum) }),
  };
}

function readSource(text: string): { readonly source: ArtifactPlan['source']; readonly query: Record<string, string> } {
  if (/^https?:\/\//i.test(text)) {
    const url = URL.parse(text);
    if (url === null) throw new OrchError('artifact-invalid', `the artifact source ${shown(text)} is not a URL`);
    const query: Record<string, string> = {};
    for (const name of knownOptions) {
      const value = url.searchParams.get(name);
      if (value === null) continue;
      query[name] = value;
      url.searchParams.delete(name);
    }
    return { source: { kind: 'http', url: url.href }, query };
  }
  if (text.startsWith('file://'))
    return { source: { kind: 'file', path: decodeURIComponent(text.slice(7)) }, query: {} };
  if (text.startsWith('/')) return { source: { kind: 'file', path: text }, query: {} };
  const scheme = /^([a-z0-9+.-]+)::?/i.exec(text)?.[1];
  throw new OrchError(
    'artifact-unsupported',
    scheme === undefined
      ? `the artifact source ${shown(text)} names no way to fetch it`
      : `artifact sources of kind "${scheme}" are not supported: ${shown(text)}`,
    { hint: 'use http://, https://, file:// or an absolute path' },
  );
}

function findArchive(artifact: Artifact, path: string, option: string | undefined): ArtifactArchive {
  if (option === 'false' || option === '0') return wholeFile(artifact);
  const name = (option === undefined || option === 'true' ? path : `.${option}`).toLowerCase();
  if (name.endsWith('.tar.gz') || name.endsWith('.tgz')) return 'tar.gz';
  if (name.endsWith('.tar')) return 'tar';
  const refused = refusedEndings.find((ending) => name.endsWith(ending));
  if (refused !== undefined) {
    const hint = 'use .tar, .tar.gz or .tgz, or keep the file as it is with options { archive = "false" }';
    throw unsupported(artifact, `archives of kind "${refused.slice(1)}" are not supported`, hint);
  }
  if (option !== undefined && option !== 'true')
    throw unsupported(artifact, `the archive kind "${option}" is not supported`, 'use tar, tar.gz or tgz');
  return wholeFile(artifact);
}

function wholeFile(artifact: Artifact): 'none' {
  if (artifact.mode !== 'dir') return 'none';
  throw invalid(artifact, 'mode = "dir" needs an archive (.tar, .tar.gz, .tgz)');
}

function readChecksum(artifact: Artifact, text: string): Checksum {
  const [algorithm = '', hex = ''] = text.includes(':') ? text.split(':', 2) : [algorithmByLength(text.length), text];
  if (!(algorithm in hexLength))
    throw unsupported(artifact, `the checksum kind "${algorithm}" is not supported`, 'use sha256:<hex>');
  const known = algorithm as Checksum['algorithm'];
  if (!/^[0-9a-f]+$/i.test(hex) || hex.length !== hexLength[known]) {
    throw invalid(artifact, `its checksum is not ${hexLength[known]} hexadecimal digits of ${known}`);
  }
  return { algorithm: known, hex: hex.toLowerCase() };
}

function algorithmByLength(length: number): string {
  return Object.entries(hexLength).find(([, digits]) => digits === length)?.[0] ?? 'unknown';
}

/** A source as messages name it: what is secret in it often stands in the query. */
function shown(source: string): string {
  return JSON.stringify(presentableUrl(source));
}

function unsupported(artifact: Artifact, message: string, hint: string): OrchError {
  return new OrchError('artifact-unsupported', `artifact ${shown(artifact.source)}: ${message}`, { hint });
}

function invalid(artifact: Artifact, message: string): OrchError {
  return new OrchError('artifact-invalid', `artifact ${shown(artifact.source)}: ${message}`);
}
