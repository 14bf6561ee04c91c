import test from 'ava';
import { convertText, messages } from '../testing/convert-text.ts';
import { otherKinds } from './manifest.ts';

test('a CronJob becomes a periodic job, which is converted though no server runs it yet', (t) => {
  const text = `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: ops }\nspec:\n  schedule: "0 3 * * *"\n  timeZone: Europe/Berlin\n  concurrencyPolicy: Forbid\n  suspend: true\n  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: i:1 }] } } } }\n`;
  const { job } = convertText(text);
  t.deepEqual(JSON.parse(JSON.stringify(job?.kept['periodic'])), {
    crons: ['0 3 * * *'],
    specType: 'cron',
    timeZone: 'Europe/Berlin',
    prohibitOverlap: true,
    enabled: false,
  });
  t.deepEqual([job?.id, job?.namespace, job?.type], ['nightly', 'ops', 'batch']);
  const refused = convertText(text, { allowNotYetRunnable: false });
  t.is(refused.job, undefined);
  t.true(
    messages(refused).some((line) => /^error 5:3 .*periodic/i.test(line)),
    messages(refused).join('\n'),
  );
});

test('several workloads are groups of one job, named after what they are part of', (t) => {
  const two = ['a', 'b']
    .map(
      (name) =>
        `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: { app.kubernetes.io/part-of: shop } }\nspec: { containers: [{ name: ${name}, image: i:1 }] }\n`,
    )
    .join('---\n');
  const { job } = convertText(two);
  t.deepEqual([job?.id, job?.taskGroups.map(({ name }) => name)], ['shop', ['a', 'b']]);
});

test('containers of a pod are tasks of one group in one network', (t) => {
  const { job } = convertText(
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: x, image: i:1 }, { name: y, image: i:2 }] }\n',
  );
  t.deepEqual(
    job?.taskGroups.map(({ tasks, networks }) => [tasks.map(({ name }) => name), networks.map(({ mode }) => mode)]),
    [[['x', 'y'], ['bridge']]],
  );
});

test('a List and JSON are read as well', (t) => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', image: 'i:1' }] },
  };
  t.is(
    convertText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod] }), { fileName: '<stdin>' }).job?.id,
    'a',
  );
});

for (const [what, text, expected] of [
  [
    'an unknown kind',
    'apiVersion: v1\nkind: Deploymnt\nmetadata: { name: a }',
    /^error 2:7 Cannot be converted: .*Deploymnt.*\(did you mean "Deployment"/,
  ],
  [
    'an old version',
    'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: { name: a }',
    /^error 1:13 Unknown version: .*\(write apps\/v1\)/,
  ],
  [
    'two types',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: i }] }\n---\napiVersion: batch/v1\nkind: Job\nmetadata: { name: b }\nspec: { template: { spec: { containers: [{ name: b, image: i }] } } }',
    /^error 8:19 Different types: .*of type service/,
  ],
  [
    'two namespaces',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: x }\nspec: { containers: [{ name: a, image: i }] }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b, namespace: y }',
    /^error 8:33 Two namespaces/,
  ],
  [
    'a missing ConfigMap',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: i, envFrom: [{ configMapRef: { name: gone } }] }] }',
    /^error 4:69 Unknown ConfigMap: .*"gone"/,
  ],
  [
    'a selector that does not match',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  selector: { matchLabels: { app: b } }\n  template: { metadata: { labels: { app: a } }, spec: { containers: [{ name: a, image: i }] } }',
    /^error 5:28 Selector does not match/,
  ],
  [
    'binary data',
    'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { k: "/w==" }',
    /^error 4:12 Cannot be converted: .*base64/,
  ],
  ['nothing to run', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }', /^error 1:1 No workload/],
] as const) {
  test(`${what} is an error with its place and its mend`, (t) => {
    const said = messages(convertText(text));
    t.true(
      said.some((line) => expected.test(line)),
      said.join('\n'),
    );
  });
}

for (const [kind, why] of Object.entries(otherKinds)) {
  test(`a ${kind} is named in a warning`, (t) => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: i }] }\n---\napiVersion: x/v1\nkind: ${kind}\nmetadata: { name: b }\nspec: { anything: true }\n`;
    const result = convertText(text);
    t.truthy(result.job);
    t.true(messages(result).some((line) => line.startsWith('warning 8:19') && line.includes(why)));
  });
}
