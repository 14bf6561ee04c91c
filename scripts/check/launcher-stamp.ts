// Whether the launchers that are shipped were built from the sources beside them.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is wrong, a line each. */
export function checkLaunchers(native: string): readonly string[] {
  const sources = sourcesDigest(native);
  const built = join(native, 'built');
  const places = readdirSync(built);
  if (places.length === 0) return [`${built} holds no launcher`];
  return places.flatMap((place) => {
    const stamp = readFileSync(join(built, place, 'sources.sha256'), 'utf8').trim();
    return stamp === sources ? [] : [`${join(built, place)} was built from other sources; run native/build.sh ship`];
  });
}

/** As build.sh makes it: all C files, all headers, the build itself, in the order of their names. */
export function sourcesDigest(native: string): string {
  const names = readdirSync(native).sort();
  const files = [
    ...names.filter((name) => name.endsWith('.c')),
    ...names.filter((name) => name.endsWith('.h')),
    'build.sh',
  ];
  const hash = createHash('sha256');
  for (const name of files) hash.update(readFileSync(join(native, name)));
  return hash.digest('hex');
}
