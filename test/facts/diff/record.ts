// Asks a running Nomad server for the plans of all pairs and writes peer.jsonl: node test/facts/diff/record.ts ADDRESS

import { writeFileSync } from 'node:fs';
import { newJob, pairs } from './pairs.ts';

const address = process.argv[2];
if (address === undefined) throw new Error('usage: node test/facts/diff/record.ts http://127.0.0.1:4646');

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(address + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const parse = (hcl: string, id: string) =>
  call('POST', '/v1/jobs/parse', { JobHCL: hcl.replace('job "pair"', `job "${id}"`), Canonicalize: true });

/** Waits until the evaluation is done, so that the plan finds allocations. */
async function settled(id: unknown): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const evaluation = await call('GET', `/v1/evaluation/${String(id)}`);
    if (evaluation['Status'] !== 'pending') return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A job goes by its own id on the peer, so that pairs do not meet; the answer says "pair" again. */
function restored(value: unknown, id: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(id, 'pair'));
}

async function record(name: string, before: string | undefined, after: string, id: string): Promise<unknown> {
  try {
    let allocations = 0;
    if (before !== undefined) {
      const { EvalID } = await call('POST', '/v1/jobs', { Job: await parse(before, id) });
      if (EvalID !== '') await settled(EvalID);
      const list = (await call('GET', `/v1/job/${id}/allocations`)) as unknown as readonly unknown[];
      allocations = list.length;
    }
    const plan = await call('POST', `/v1/job/${id}/plan`, { Job: await parse(after, id), Diff: true });
    const { DesiredTGUpdates } = plan['Annotations'] as { DesiredTGUpdates: unknown };
    return { name, allocations, diff: restored(plan['Diff'], id), updates: DesiredTGUpdates };
  } finally {
    if (before !== undefined) await call('DELETE', `/v1/job/${id}?purge=true`).catch(() => {});
  }
}

const run = Date.now().toString(36);
const facts: unknown[] = [];
const all = [{ name: newJob.name, before: undefined, after: newJob.after }, ...pairs];
for (const [index, { name, before, after }] of all.entries()) {
  try {
    facts.push(await record(name, before, after, `pair-${run}-${index}`));
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`);
  }
}
const text = facts.map((fact) => `${JSON.stringify(fact)}\n`).join('');
writeFileSync(new URL('./peer.jsonl', import.meta.url), text);
console.log(`${facts.length} of ${all.length} pairs recorded`);
