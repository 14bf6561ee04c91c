// Asks a running Nomad agent which of the bad jobs it refuses, when it reads the file or when it validates the job.
// Run by hand: node test/facts/schema/record-bad-jobs.ts HTTP-ADDRESS

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { badJobs } from './bad-jobs.ts';

const [address = ''] = process.argv.slice(2);

async function refusedAt(hcl: string): Promise<'parse' | 'validate' | 'not'> {
  const post = (path: string, body: unknown) => fetch(address + path, { method: 'POST', body: JSON.stringify(body) });
  const parsed = await post('/v1/jobs/parse', { JobHCL: hcl, Canonicalize: true });
  if (!parsed.ok) return 'parse';
  const answer = await post('/v1/validate/job', { Job: await parsed.json() });
  if (!answer.ok) return 'validate';
  const { ValidationErrors: errors } = (await answer.json()) as { ValidationErrors?: readonly string[] | null };
  const isConfigured = (text: string) => /not enabled but used|requires Nomad Enterprise/.test(text);
  const real = (errors ?? []).filter((text) => !isConfigured(text));
  if (process.env['SHOW'] !== undefined) console.log(hcl.split('\n').slice(1, -1).join(' ; '), '→', real);
  return real.length > 0 ? 'validate' : 'not';
}

const facts: Record<string, string> = {};
for (const { name, hcl } of badJobs) facts[name] = await refusedAt(hcl);
writeFileSync(join(import.meta.dirname, 'bad-jobs.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
console.log(Object.entries(facts).filter(([, at]) => at === 'not'));
