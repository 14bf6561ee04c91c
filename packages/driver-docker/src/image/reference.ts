// Image references: `[registry[:port]/]path[:tag][@digest]`, and the long form in which two of them can be compared.

const HOST = /^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d{1,5})?$/;
const ADDRESS = /^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/;
const PART = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*([+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/;
const MOST_NAME = 255;

export interface ImageName {
  /** The registry's host; Docker Hub when none is written. */
  readonly registry: string;
  /** Registry and path: `docker.io/library/redis`. */
  readonly name: string;
  /** `latest` when neither tag nor digest is written. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Undefined for what is no reference. */
export function parseReference(text: string): ImageName | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  const tag = hasTag ? rest.slice(colon + 1) : undefined;
  const written = hasTag ? rest.slice(0, colon) : rest;
  const [first = '', ...others] = written.split('/');
  const hasHost = others.length > 0 && isHost(first);
  const registry = !hasHost || first === 'index.docker.io' ? 'docker.io' : first;
  const parts = hasHost ? others : [first, ...others];
  const path = registry === 'docker.io' && parts.length === 1 ? ['library', ...parts] : parts;
  const isWhole =
    (!hasHost || HOST.test(first) || ADDRESS.test(first)) &&
    parts.every((part) => PART.test(part)) &&
    written.length <= MOST_NAME &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!isWhole) return undefined;
  const meant = tag ?? (digest === undefined ? 'latest' : undefined);
  return { registry, name: [registry, ...path].join('/'), tag: meant, digest };
}

/** What two references to one image have in common. Undefined for what is no reference. */
export function longReference(text: string): string | undefined {
  const parsed = parseReference(text);
  if (parsed === undefined) return undefined;
  const tag = parsed.tag === undefined ? '' : `:${parsed.tag}`;
  return `${parsed.name}${tag}${parsed.digest === undefined ? '' : `@${parsed.digest}`}`;
}

/** The id an engine knows an image by, in full: `sha256:…`. Undefined for names. */
export function imageId(text: string): string | undefined {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(text)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/** As the engine decides it; upper-case letters are those of a host, too. */
function isHost(first: string): boolean {
  return /[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
}
