// Which text of a variable the node evaluates, and which it hands on as it is.

import test from 'ava';
import { convertText, messages } from '../testing/convert-text.ts';

function convert(container: string, workload = 'apps/v1 Deployment', spec = 'replicas: 1') {
  const [version, kind] = workload.split(' ');
  const pod = `template: { spec: { containers: [{ name: a, image: i:1, ${container} }] } }`;
  const inner =
    kind === 'CronJob' ? `schedule: "0 3 * * *", jobTemplate: { spec: { ${pod}, ${spec} } }` : `${pod}, ${spec}`;
  const result = convertText(`apiVersion: ${version}\nkind: ${kind}\nmetadata: { name: web }\nspec: { ${inner} }\n`);
  const task = result.job?.taskGroups[0]?.tasks[0];
  const filledIn = messages(result).filter((line) => line.includes('Filled in by the node'));
  return { args: task?.config['args'], env: task?.env, filledIn, said: messages(result).join('\n') };
}

const pod = '{ name: POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }';
const reference = '${NOMAD_GROUP_NAME}-${NOMAD_SHORT_ALLOC_ID}';

test('a reference stays one in values made of it, without a warning', (t) => {
  const { args, env, filledIn, said } = convert(
    `args: ["--fqdn=$(FQDN)", "$(AGAIN)"], env: [${pod}, { name: FQDN, value: "$(POD).db" }, { name: AGAIN, value: "<$(FQDN)>" }]`,
  );
  t.deepEqual(args, [`--fqdn=${reference}.db`, `<${reference}.db>`], said);
  t.deepEqual(env, { POD: reference, FQDN: `${reference}.db`, AGAIN: `<${reference}.db>` });
  t.deepEqual(filledIn, []);
});

test('text of the input beside a reference is text, and warned about where it cannot be written', (t) => {
  const { args, filledIn, said } = convert(
    `args: ["$(MIX)"], env: [${pod}, { name: MIX, value: "$(POD) \${NOMAD_TASK_NAME}" }]`,
  );
  t.deepEqual(args, [`${reference} $\${NOMAD_TASK_NAME}`], said);
  t.is(filledIn.length, 1);
  t.regex(filledIn[0] ?? '', /"\$\{NOMAD_TASK_NAME\}" in MIX/);
});

test('text that is the same as a reference is text', (t) => {
  const { args, filledIn, said } = convert('args: ["$(N)"], env: [{ name: N, value: "${node.unique.name}" }]');
  t.deepEqual(args, ['$${node.unique.name}'], said);
  t.is(filledIn.length, 1);
});

test('texts that are a reference only together are text', (t) => {
  const { args, filledIn } = convert(
    'args: ["$(D){NOMAD_TASK_NAME}"], env: [{ name: D, value: "$" }, { name: BOTH, value: "$(D){NOMAD_TASK_NAME}" }]',
  );
  t.deepEqual(args, ['$${NOMAD_TASK_NAME}']);
  t.is(filledIn.length, 1);
});

for (const workload of ['batch/v1 Job', 'batch/v1 CronJob']) {
  test(`${workload}: arguments may name the number of an indexed pod`, (t) => {
    const { args, env, filledIn, said } = convert(
      'args: ["--shard=$(JOB_COMPLETION_INDEX)"]',
      workload,
      'completionMode: Indexed',
    );
    t.deepEqual(args, ['--shard=${NOMAD_ALLOC_INDEX}'], said);
    t.deepEqual(env, { JOB_COMPLETION_INDEX: '${NOMAD_ALLOC_INDEX}' });
    t.deepEqual(filledIn, []);
  });
}

test('a number that the container sets itself stays', (t) => {
  const { args, env } = convert(
    'args: ["$(JOB_COMPLETION_INDEX)"], env: [{ name: JOB_COMPLETION_INDEX, value: "7" }]',
    'batch/v1 Job',
    'completionMode: Indexed',
  );
  t.deepEqual([args, env], [['7'], { JOB_COMPLETION_INDEX: '7' }]);
});
