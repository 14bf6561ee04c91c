// `npm run docs`: writes what is generated in the documents. The check fails when they differ.

import { fileURLToPath } from 'node:url';
import { writeArrows } from './arrows.ts';

writeArrows(fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url)));
console.log('ARCHITECTURE.md: arrows written');
