// Everything under docs/reference, and whether it is what `npm run docs` would write.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driversPage } from './drivers-page.ts';
import { functionsPage } from './functions-page.ts';
import { jobPages } from './job/pages.ts';
import { hclJobSchema } from './json-schema/hcl-schema.ts';
import { wireJobSchema } from './json-schema/wire-schema.ts';
import { languagePage } from './language-page.ts';
import { variablesPage } from './variables-page.ts';

const directory = fileURLToPath(new URL('../../docs/reference/', import.meta.url));

/** Path below docs/reference → text. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...jobPages(),
    ['language.md', languagePage()],
    ['functions.md', functionsPage()],
    ['task-variables.md', variablesPage()],
    ['drivers.md', driversPage()],
    ['job.schema.json', `${JSON.stringify(wireJobSchema(), null, 2)}\n`],
    ['job-hcl.schema.json', `${JSON.stringify(hclJobSchema(), null, 2)}\n`],
  ]);
}

/** Files that are not as they would be written: other text, missing, or one page too many. */
export function staleReferences(): readonly string[] {
  const files = referenceFiles();
  const stale = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
  return [...stale, ...pagesOnDisk().filter((path) => !files.has(path))].map((path) => `docs/reference/${path}`);
}

export function writeReferences(): void {
  const files = referenceFiles();
  for (const [path, text] of files) {
    mkdirSync(dirname(directory + path), { recursive: true });
    if (read(path) !== text) writeFileSync(directory + path, text);
  }
  for (const path of pagesOnDisk()) if (!files.has(path)) rmSync(directory + path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(directory + path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Pages of blocks, of which one may be left over. Other pages of the directory may be written by hand. */
function pagesOnDisk(): readonly string[] {
  try {
    return readdirSync(`${directory}job`).map((name) => `job/${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
