// The example job files are sound.

import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { formatDiagnosticLine, parseJob } from './index.ts';

const directory = new URL('../../../../examples/', import.meta.url);

for (const fileName of readdirSync(directory).filter((name) => name.endsWith('.nomad.hcl'))) {
  test(`examples/${fileName} is a valid job without warnings`, (t) => {
    const text = readFileSync(new URL(fileName, directory), 'utf8');
    // The demonstration's artifacts are made by the quickstart, which says where they are.
    const variables: Record<string, string> = text.includes('variable "artifacts"') ? { artifacts: '/tmp' } : {};
    const { job, diagnostics, warnings } = parseJob(text, { fileName, variables });
    t.deepEqual([...diagnostics, ...warnings].map(formatDiagnosticLine), []);
    t.truthy(job);
  });
}
