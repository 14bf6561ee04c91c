// What oclif does at every start without need: modules of rare paths are bundled but evaluated on first use.

import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Module → the names oclif takes from it. */
const late: Readonly<Record<string, readonly string[]>> = {
  // Finds command files on disk; the built command line has a manifest.
  tinyglobby: ['glob'],
  // Expands plugin patterns of package.json.
  minimatch: ['minimatch'],
};

/** Asked at every start whether this is Linux inside Windows, by four modules; orch makes no difference. */
const wslAnswer = 'export const isWsl = false;';

/** Sorting a list of commands by the locale's rules loads them, at every start; ids are ASCII. */
const localeSort = 'a.id.localeCompare(b.id)';
const plainSort = '(a.id < b.id ? -1 : 1)';

/** Each module's exports become getters: CommonJS in a bundle runs when it is first required. */
export const oclifStart: Plugin = {
  name: 'oclif-start',
  setup(build) {
    const names = Object.keys(late).join('|');
    build.onResolve({ filter: new RegExp(`^(${names})$`) }, (args) =>
      args.importer.includes('/@oclif/core/') && args.namespace === 'file'
        ? { path: args.path, namespace: 'late', pluginData: { resolveDir: args.resolveDir } }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'late' }, (args) => ({
      contents: (late[args.path] ?? [])
        .map(
          (name) =>
            `Object.defineProperty(exports, '${name}', { enumerable: true, get: () => require('${args.path}').${name} });`,
        )
        .join('\n'),
      resolveDir: (args.pluginData as { resolveDir: string }).resolveDir,
    }));
    build.onLoad({ filter: /@oclif\/core\/lib\/config\/plugin\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(localeSort)) throw new Error(`${path} no longer has ${localeSort}; look whether it is needed`);
      return { contents: text.replace(localeSort, plainSort) };
    });
    build.onResolve({ filter: /^wsl-utils$/ }, () => ({ path: 'wsl-utils', namespace: 'wsl-answer' }));
    build.onLoad({ filter: /./, namespace: 'wsl-answer' }, () => ({ contents: wslAnswer }));
  },
};
