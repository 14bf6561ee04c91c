// WordPress and MariaDB from a Compose file, from Kubernetes manifests and from a job file, through the command line to
// real containers, which are asked for real pages. The images are made of Debian's packages, see wordpress-rig.

import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { agentConfig, allocation, closeAgent } from '../agent/agent-kit.ts';
import { type DevAgent, runOrch, startDevAgent } from '../shared/dev-agent.ts';
import { frontPage, installSite, makeWordpressImages, type WordpressImages } from './wordpress-rig.ts';

const example = (name: string) => fileURLToPath(new URL(`../../../examples/wordpress/${name}`, import.meta.url));

let agent: DevAgent;
let images: WordpressImages;
test.before(async () => {
  images = makeWordpressImages();
  agent = await startDevAgent({
    config: agentConfig({
      client: '  meta {\n    disk = "ssd"\n  }',
      more: 'plugin "docker" {\n  config {\n    volumes {\n      enabled = true\n    }\n  }\n}',
    }),
  });
});
test.after.always(async () => {
  try {
    await closeAgent(agent);
  } finally {
    images?.remove();
  }
});

/** One node takes port 8080 once: the first instance runs, the second is told to wait for a node. */
async function runsOnOneNode(t: ExecutionContext, file: string): Promise<void> {
  const outcome = await agent.orch(['job', 'run', '-no-color', '-timeout', '60', file]);
  t.is(outcome.exitCode, 2, outcome.text);
  t.regex(outcome.text, /\b8080\b/, 'the reason names the port');
  const { value } = await agent.api.jobs.allocations('wordpress');
  t.deepEqual(
    value
      .filter((item) => item.ClientStatus === 'running')
      .map((item) => item.TaskGroup)
      .sort(),
    ['database', 'web'],
  );
}

const stop = async (t: ExecutionContext) =>
  t.is((await agent.orch(['job', 'stop', '--purge', 'wordpress'])).exitCode, 0);

test.serial('a Compose file runs as it is: WordPress finds the database by name, which keeps its data', async (t) => {
  await runsOnOneNode(t, example('compose.yaml'));
  await installSite('Made by Compose');
  t.regex(await frontPage('Made by Compose'), /Hello world!/);
  const source = await agent.orch(['job', 'inspect', '-hcl', 'wordpress']);
  t.regex(
    source.stdout,
    /# Converted from compose\.yaml[\s\S]*job "wordpress" \{/,
    'the server keeps the job file it became',
  );
  await stop(t);
  await runsOnOneNode(t, example('compose.yaml'));
  t.regex(await frontPage('Made by Compose'), /Hello world!/, 'a new database on the same volume has the same data');
  await stop(t);
});

test.serial('Kubernetes manifests run as they are', async (t) => {
  await runsOnOneNode(t, example('kubernetes.yaml'));
  await installSite('Made by manifests');
  t.regex(await frontPage('Made by manifests'), /Hello world!/);
  await stop(t);
});

test.serial(
  'the job file runs, and so does what the Compose file is converted to: both on the volume of the Compose file',
  async (t) => {
    await runsOnOneNode(t, example('wordpress.nomad.hcl'));
    t.regex(await frontPage('Made by Compose'), /Hello world!/);
    await stop(t);
    const file = join(agent.dir, 'converted.nomad.hcl');
    t.is((await runOrch(['job', 'convert', '-no-color', '-o', file, example('compose.yaml')])).exitCode, 0);
    await runsOnOneNode(t, file);
    t.regex(await frontPage('Made by Compose'), /Hello world!/);
    await stop(t);
  },
);

test.serial('two instances run on one node when no port of it is asked for', async (t) => {
  const text =
    'name: two\nservices:\n  web:\n    image: wordpress:6.8\n    environment: { WORDPRESS_DB_HOST: "127.0.0.1:1" }\n    ports: ["80"]\n    deploy: { replicas: 2, update_config: { monitor: 0s }, resources: { limits: { memory: 96M } } }\n';
  const outcome = await agent.orch(['job', 'run', '-no-color', await agent.file('compose.yaml', text)]);
  t.is(outcome.exitCode, 0, outcome.text);
  await allocation(agent, 'two', 'running');
  t.is((await agent.api.jobs.allocations('two')).value.filter((item) => item.ClientStatus === 'running').length, 2);
});

test.serial('a constraint that no node fulfils keeps the database waiting, with its reason', async (t) => {
  const text =
    'name: pinned\nservices:\n  web:\n    image: wordpress:6.8\n    deploy: { placement: { constraints: ["node.labels.disk == tape"] } }\n';
  const outcome = await agent.orch(['job', 'run', '-no-color', await agent.file('compose.yaml', text)]);
  t.is(outcome.exitCode, 2, outcome.text);
  t.regex(outcome.text, /meta\.disk/);
});

test.serial('what the server refuses is shown at its line of the YAML', async (t) => {
  const text = 'services:\n  web:\n    image: wordpress:6.8\n    oom_score_adj: 5000\n';
  const file = await agent.file('compose.yaml', text);
  for (const verb of ['run', 'plan', 'validate']) {
    const outcome = await agent.orch(['job', verb, '-no-color', file]);
    t.is(outcome.exitCode, verb === 'plan' ? 255 : 1, outcome.text);
    t.regex(outcome.text, /compose\.yaml:4:5: .*[\s\S]*too large/, outcome.text);
  }
});

test.serial('variables that a language cannot use, and files beside it that are no text, are refused', async (t) => {
  const values = await agent.file('values.hcl', 'a = 1\n');
  for (const [file, flags, says] of [
    ['compose.yaml', ['-var-file', values], /--var-file is for job files; a Compose file cannot use it/],
    ['kubernetes.yaml', ['-var-file', values], /--var-file is for job files; Kubernetes manifests cannot use it/],
    ['kubernetes.yaml', ['-var', 'a=1'], /--var is for job files and Compose files/],
  ] as const) {
    const outcome = await runOrch(['job', 'validate', '-no-color', ...flags, example(file)]);
    t.is(outcome.exitCode, 1, outcome.text);
    t.regex(outcome.text, says);
  }
  const compose = await agent.file('compose.yaml', 'services:\n  web:\n    image: i:1\n');
  await writeFile(join(dirname(compose), '.env'), Buffer.from([0x41, 0x3d, 0xff]));
  const outcome = await runOrch(['job', 'validate', '-no-color', '-format', 'json', compose, example('compose.yaml')]);
  await rm(join(dirname(compose), '.env'));
  t.is(outcome.exitCode, 1, outcome.text);
  t.regex(outcome.stdout, /no UTF-8 text: the byte 0xFF at 2/);
});

test.serial('convert prints the job file on standard output and what was lost on standard error', async (t) => {
  const good = await runOrch(['job', 'convert', '-no-color', example('compose.yaml')]);
  t.is(good.exitCode, 0);
  t.regex(good.stdout, /^# Converted from compose\.yaml\.\n/);
  t.regex(good.stderr, /compose\.yaml:17:9: warning: Open on the node/);
  const bad = await runOrch(['job', 'convert', '-no-color', '-'], {
    input: 'services:\n  web:\n    build: .\n    porst: [80]\n',
  });
  t.is(bad.exitCode, 1);
  t.is(bad.stdout, '');
  t.regex(bad.stderr, /<stdin>:3:5: error: No image/);
  t.regex(bad.stderr, /<stdin>:4:5: error: Unknown key[\s\S]*did you mean "ports"/i);
  const cron = await runOrch(['job', 'convert', '-no-color', '-'], {
    input:
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly }\nspec:\n  schedule: "0 3 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers: [{ name: main, image: "i:1" }]\n',
  });
  t.is(cron.exitCode, 0, cron.text);
  t.regex(cron.stdout, /periodic \{\n\s+crons = \["0 3 \* \* \*"\]/);
  const json = await runOrch(['job', 'convert', '-no-color', '-'], {
    input:
      '{"ID":"j","TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"exec","Config":{"command":"/bin/true"}}]}]}',
  });
  t.regex(json.stdout, /^job "j" \{\n {2}group "g" \{\n {4}task "t" \{\n/);
});
