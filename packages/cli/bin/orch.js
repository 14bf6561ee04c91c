#!/usr/bin/env node
// Starts the built command line. `version` is answered here: nothing else needs to be loaded for it.
import { enableCompileCache } from 'node:module';

const argv = process.argv.slice(2);
if (argv.length === 1 && ['version', '--version', '-version', '-v'].includes(argv[0])) {
  const { readFileSync } = await import('node:fs');
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`orch v${manifest.version}\n`);
} else {
  enableCompileCache();
  const { main } = await import('../dist/orch.js');
  await main(argv, import.meta.url);
}
