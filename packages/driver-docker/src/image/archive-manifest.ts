// Which files of an archive are the wanted image, by the archive's manifests: those of docker save, else of an OCI layout.
import { DriverError } from '@orch/driver-api';
import { ARCHITECTURE } from '../engine/architecture.ts';
import { isRecord, type JsonRecord, parsed, quote, records, refused, strings } from './archive-faults.ts';
import type { Parts } from './archive-parts.ts';
import { longReference } from './reference.ts';

export interface ArchiveImage {
  /** The image as the job names it. */
  readonly reference: string;
  /** Set when it names an id. */
  readonly id: string | undefined;
}

/** Names of files in the archive. */
export interface ImageFiles {
  readonly config: string;
  readonly layers: readonly string[];
}

/** Names of images that an error lists. */
const MOST_LISTED = 5;
/** An index may point to another one. */
const MOST_DEEP = 4;
const NAME = 'io.containerd.image.name';
const REF_NAME = 'org.opencontainers.image.ref.name';

/** @throws DriverError `invalid-config` for what is not understood, `not-found` */
export function wantedFiles(manifests: ReadonlyMap<string, string>, parts: Parts, wanted: ArchiveImage): ImageFiles {
  const manifest = manifests.get('manifest.json');
  if (manifest !== undefined) return ofDocker(parsed(manifest, 'manifest.json'), wanted);
  const index = manifests.get('index.json');
  if (index !== undefined && manifests.has('oci-layout')) return ofLayout(parsed(index, 'index.json'), parts, wanted);
  throw refused('the archive has neither a manifest.json nor an OCI layout');
}

function ofDocker(manifest: unknown, wanted: ArchiveImage): ImageFiles {
  const images = records(manifest, 'manifest.json');
  const tagsOf = (image: JsonRecord) => strings(image['RepoTags'] ?? [], 'manifest.json');
  const idOf = ({ Config }: JsonRecord) => /([0-9a-f]{64})(\.json)?$/.exec(String(Config))?.[1];
  const found = images.filter((image) =>
    wanted.id === undefined ? isNamed(tagsOf(image), wanted.reference) : `sha256:${idOf(image)}` === wanted.id,
  );
  const [image] = found;
  if (image === undefined) throw missing(wanted, images.flatMap(tagsOf));
  if (found.length > 1) throw refused(`the archive has ${found.length} images called ${quote(wanted.reference)}`);
  return { config: String(image['Config']), layers: strings(image['Layers'] ?? [], 'manifest.json') };
}

function ofLayout(index: unknown, parts: Parts, wanted: ArchiveImage): ImageFiles {
  const listed = records(isRecord(index) ? index['manifests'] : undefined, 'index.json');
  const named = listed.filter((image) => wanted.id !== undefined || isNamed(namesOf(image), wanted.reference));
  const images = named.flatMap((image) => manifestsBehind(image, parts, 0));
  const found = images.filter(({ config }) => wanted.id === undefined || config === blobName(wanted.id));
  const [image] = found;
  if (image === undefined) throw missing(wanted, listed.flatMap(namesOf));
  if (found.length === 1) return image;
  throw refused(`the archive has ${found.length} images called ${quote(wanted.reference)} for this machine`);
}

function namesOf(image: JsonRecord): readonly string[] {
  const annotations = isRecord(image['annotations']) ? image['annotations'] : {};
  return strings([annotations[NAME] ?? annotations[REF_NAME] ?? []].flat(), 'index.json');
}

/** The images of this machine's kind that a descriptor leads to. */
function manifestsBehind(descriptor: JsonRecord, parts: Parts, deep: number): readonly ImageFiles[] {
  const platform = descriptor['platform'];
  const isOther = isRecord(platform) && (platform['os'] !== 'linux' || platform['architecture'] !== ARCHITECTURE);
  if (isOther) return [];
  const manifest = parsed(parts.text(blobName(descriptor['digest'])), 'OCI layout');
  if (!isRecord(manifest) || deep > MOST_DEEP) throw refused('the OCI layout of the archive is not understood');
  if (manifest['manifests'] !== undefined) {
    return records(manifest['manifests'], 'OCI layout').flatMap((one) => manifestsBehind(one, parts, deep + 1));
  }
  const config = isRecord(manifest['config']) ? manifest['config']['digest'] : undefined;
  const layers = records(manifest['layers'], 'OCI layout').map(({ digest }) => blobName(digest));
  return [{ config: blobName(config), layers }];
}

function blobName(digest: unknown): string {
  const hex = typeof digest === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  if (hex === undefined) throw refused('the OCI layout of the archive has a digest that is not understood');
  return `blobs/sha256/${hex}`;
}

/** Whether one of `given` means `reference`. A word without a path is a tag, as OCI layouts have it. */
function isNamed(given: readonly string[], reference: string): boolean {
  const long = longReference(reference);
  const tag = long?.split(':').at(-1);
  return given.some((name) => longReference(name) === long || (!/[/:]/.test(name) && name === tag));
}

function missing({ reference }: ArchiveImage, listed: readonly string[]): DriverError {
  const known = listed.filter((name) => longReference(name) !== undefined);
  const shown = known.slice(0, MOST_LISTED).join(', ') + (known.length > MOST_LISTED ? ', …' : '');
  const hint = `Set \`image\` to the name inside the archive${shown === '' ? '' : `; it holds ${shown}`}.`;
  return new DriverError('not-found', `the archive holds no image ${reference}`, { path: ['load'], hint });
}
