#!/usr/bin/env node
// Starts the built command line. `version` is answered here: nothing else needs to be loaded for it.
import * as platform from 'node:module';

const argv = process.argv.slice(2);
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `Error: orch needs Node 24 or newer, this is ${process.version}. In a checkout: export PATH="$PWD/node_modules/.bin:$PATH"\n`,
  );
  process.exitCode = 1;
} else if (argv.length === 1 && ['version', '--version', '-version', '-v'].includes(argv[0])) {
  const { readFileSync } = await import('node:fs');
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`orch v${manifest.version}\n`);
} else {
  // Without a place that is safe from others nothing is kept: starting takes a little longer then.
  const { compileCacheDirectory } = await import('../dist/compile-cache.js');
  const cache = compileCacheDirectory();
  if (cache !== undefined) platform.enableCompileCache(cache);
  const { main } = await import('../dist/orch.js');
  // Not awaited: when a reader such as `head` closes the pipe early, there is nothing left to wait for.
  main(argv, import.meta.url).catch((error) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
}
