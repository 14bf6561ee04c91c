// Whether an archive holds the layers that its image is made of. An engine takes a layer that it has already without a look
// at the archive's: a job could name another one's layers by their digests, and read them.
import { parsed, quote, refused, strings } from './archive-faults.ts';
import type { ImageFiles } from './archive-manifest.ts';
import type { Parts } from './archive-parts.ts';

/** @throws DriverError `invalid-config` */
export function requireOwnLayers({ config, layers }: ImageFiles, parts: Parts): void {
  const digests = layerDigests(parts.text(config));
  if (digests.length !== layers.length) {
    throw refused(`the archive has ${layers.length} layers, and its image ${digests.length}`);
  }
  for (const [index, layer] of layers.entries()) {
    if (!parts.is(layer, digests[index] ?? '')) {
      throw refused(
        `${quote(layer)} of the archive is not the layer that its image names, or is packed otherwise than with gzip or zstd`,
      );
    }
  }
}

/** @throws DriverError when an engine could read other digests than these */
function layerDigests(text: string): readonly string[] {
  const config = parsed(text, 'configuration') as { rootfs?: { diff_ids?: unknown } };
  for (const [path, keys] of keysByObject(text)) {
    if (path !== '' && fold(path) !== 'rootfs') continue;
    const folded = keys.map(fold);
    if (new Set(folded).size !== keys.length) throw refused('the configuration of the archive has a key twice');
    const odd = keys.find((key) => ['rootfs', 'diff_ids'].includes(fold(key)) && key !== fold(key));
    if (odd !== undefined) throw refused(`the configuration of the archive has the key ${quote(odd)}`);
  }
  return strings(config?.rootfs?.diff_ids ?? [], 'configuration');
}

/** Engines find keys whatever their case, by Unicode's rules. */
function fold(key: string): string {
  return key.normalize('NFKC').toLowerCase();
}

/** The keys of the outermost object under '', and of each object in it under its own key: with those that come twice. */
function* keysByObject(text: string): Generator<readonly [path: string, keys: readonly string[]]> {
  const open: { readonly path: string; readonly keys: string[] }[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[')
      open.push({ path: open.length === 1 ? (open[0]?.keys.at(-1) ?? '') : open.length === 0 ? '' : '[]', keys: [] });
    else if (token === '}' || token === ']') {
      const { path, keys } = open.pop() ?? { path: '', keys: [] };
      if (token === '}' && open.length < 2) yield [path, keys];
    } else if (colon !== undefined) {
      open.at(-1)?.keys.push(JSON.parse(token.slice(0, token.length - colon.length)) as string);
    }
  }
}
