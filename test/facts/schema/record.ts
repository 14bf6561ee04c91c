// Asks a running Nomad agent what it makes of the job files here, and writes its answers beside them as JSON.
// Run by hand: node test/facts/schema/record.ts NOMAD-BINARY HTTP-ADDRESS [file…]

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [binary = '', address = '', ...only] = process.argv.slice(2);
const here = import.meta.dirname;

async function call(path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(address + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: text };
  }
}

function output(file: string): unknown {
  try {
    return JSON.parse(execFileSync(binary, ['job', 'run', '-output', file], { encoding: 'utf8', stdio: 'pipe' })).Job;
  } catch (error) {
    return { error: String((error as { stderr?: string }).stderr ?? error) };
  }
}

/** What differs from one run to the next. What is null says nothing and is left out. */
const VOLATILE = ['SubmitTime', 'CreateIndex', 'ModifyIndex', 'JobModifyIndex', 'Status', 'Version'];

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== null && !VOLATILE.includes(key))
      .map(([key, item]) => [key, steady(item)]),
  );
}

for (const name of readdirSync(here).filter((file) => file.endsWith('.nomad.hcl'))) {
  if (only.length > 0 && !only.includes(name)) continue;
  const path = join(here, name);
  const text = readFileSync(path, 'utf8');
  const canonical = (await call('/v1/jobs/parse', 'POST', { JobHCL: text, Canonicalize: true })) as { ID?: string };
  const validated = await call('/v1/validate/job', 'POST', { Job: canonical });
  const id = canonical.ID ?? '';
  const registration = await call('/v1/jobs', 'POST', { Job: canonical });
  const isKnown = !JSON.stringify(registration).includes('"error"');
  const registered = isKnown ? await call(`/v1/job/${encodeURIComponent(id)}`) : registration;
  if (isKnown) await call(`/v1/job/${encodeURIComponent(id)}?purge=true`, 'DELETE');
  const facts = steady({ output: output(path), canonical, validated, registered });
  writeFileSync(path.replace(/\.nomad\.hcl$/, '.json'), `${JSON.stringify(facts, undefined, 1)}\n`);
  console.log(name, isKnown ? '' : JSON.stringify(registration).slice(0, 300));
}
