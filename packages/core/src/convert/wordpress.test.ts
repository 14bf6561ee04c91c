// The example in its three languages: the same job, but for what the test lists.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import type { Job } from '../model/job.ts';
import { convertText } from './testing/convert-text.ts';

const read = (name: string) => readFileSync(`${import.meta.dirname}/../../../../examples/wordpress/${name}`, 'utf8');
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

function jobOf(result: ReturnType<typeof parseJob>): Job {
  if (result.job === undefined) throw new Error(JSON.stringify(result.diagnostics));
  return result.job;
}

const native = jobOf(parseJob(read('wordpress.nomad.hcl'), { fileName: 'wordpress.nomad.hcl' }));
const compose = jobOf(convertText(read('compose.yaml'), { fileName: 'compose.yaml' }));
const kubernetes = jobOf(convertText(read('kubernetes.yaml'), { fileName: 'kubernetes.yaml' }));

/** Replaces texts, each of which must be there. */
function replaced(job: Job, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  let json = JSON.stringify(job);
  for (const [from, to] of Object.entries(texts)) {
    if (!json.includes(from)) throw new Error(`there is no ${from} any more: take it off the list`);
    json = json.replaceAll(from, to);
  }
  return JSON.parse(json) as Record<string, unknown>;
}

test('the Compose file becomes the job of the job file; only the ports are named by their numbers', (t) => {
  t.deepEqual(replaced(compose, { '"port3306"': '"mysql"', '"port80"': '"http"' }), plain(native));
});

test('the manifests become the job of the job file, but for labels, the strategy, and the names of the volume and of unused neighbours', (t) => {
  const job = replaced(kubernetes, { '"default_wordpress-data"': '"wordpress_data"' }) as unknown as Job;
  const groups = job.taskGroups.map((group, index) => {
    const own = native.taskGroups[index];
    t.deepEqual(group.meta, { app: 'wordpress', tier: group.name }, 'labels are metadata');
    t.is(group.update?.maxParallel, group.name === 'database' ? 0 : 1, 'Recreate replaces all at once');
    const tasks = group.tasks.map((task) => {
      const config = Object.fromEntries(Object.entries(task.config).filter(([name]) => name !== 'extra_hosts'));
      const hosts = own?.tasks[0]?.config['extra_hosts'];
      if (group.name === 'web') t.deepEqual(task.config['extra_hosts'], hosts);
      return { ...task, config: hosts === undefined ? config : { ...config, extra_hosts: hosts } };
    });
    return { ...group, meta: {}, update: own?.update, tasks };
  });
  t.deepEqual(plain({ ...job, taskGroups: groups }), plain(native));
});
