// `npm run docs`: writes what is generated in the documents. The check fails when they differ: `main.ts --check`.

import { fileURLToPath } from 'node:url';
import { writeArrows } from './arrows.ts';
import { staleJobTypes, writeJobTypes } from './job-types.ts';
import { staleReferences, writeReferences } from './reference.ts';

if (process.argv.includes('--check')) {
  const stale = [...staleReferences(), ...staleJobTypes()];
  for (const file of stale) console.log(`${file}: out of date, run: npm run docs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  writeArrows(fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url)));
  console.log('ARCHITECTURE.md: arrows written');
  writeJobTypes();
  console.log('core/jobspec/builder/types: options of jobs in TypeScript written');
  writeReferences();
  console.log('docs/reference: job file, drivers, functions, variables and JSON Schemas written');
}
