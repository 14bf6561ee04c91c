// The reference of the variables a task finds in its environment. The names come from building one; the words from here.

import { buildTaskEnvironment, type TaskEnvironmentInput } from '../../packages/core/src/jobspec/task-environment.ts';
import { makeGroup, makeJob, makeNode, makeTask } from '../../packages/core/src/scheduler/testing/fixtures.ts';

/** What each is, by name; `<label>` and `<key>` stand for names of the job's own. */
const words: Readonly<Record<string, string>> = {
  NOMAD_ALLOC_DIR: "Directory shared by the group's tasks.",
  NOMAD_TASK_DIR: "The task's own directory.",
  NOMAD_SECRETS_DIR: 'Directory for secrets, in memory, private to the task.',
  NOMAD_ALLOC_ID: 'Id of the allocation.',
  NOMAD_SHORT_ALLOC_ID: 'Its first eight characters.',
  NOMAD_ALLOC_NAME: 'Name of the allocation: `job.group[index]`.',
  NOMAD_ALLOC_INDEX: 'Its index in the group, from 0.',
  NOMAD_TASK_NAME: 'Name of the task.',
  NOMAD_GROUP_NAME: 'Name of the group.',
  NOMAD_JOB_ID: 'Id of the job.',
  NOMAD_JOB_NAME: 'Name of the job.',
  NOMAD_JOB_PARENT_ID: 'Id of the periodic or parameterized job this one comes from.',
  NOMAD_DC: 'Datacenter of the node.',
  NOMAD_NAMESPACE: 'Namespace of the job.',
  NOMAD_REGION: 'Region of the job.',
  NOMAD_PARENT_CGROUP: 'The cgroup in which all tasks of the node are.',
  NOMAD_CPU_LIMIT: 'CPU the task may use, in MHz.',
  NOMAD_CPU_CORES: 'Cores reserved for the task, such as `0-2,5`.',
  NOMAD_MEMORY_LIMIT: 'Memory the task may use, in MB.',
  NOMAD_MEMORY_MAX_LIMIT: 'Memory it may use when the node has some to spare, in MB.',
  'NOMAD_META_<key>': 'Metadata of the job, the group and the task, the inner one first.',
  'NOMAD_META_<KEY>': 'The same, with the key in capitals.',
  'NOMAD_PORT_<label>': 'Port the task listens on.',
  'NOMAD_IP_<label>': 'Address of the node under which the port is reached.',
  'NOMAD_ADDR_<label>': 'Address and port of the node.',
  'NOMAD_HOST_IP_<label>': 'Address of the node.',
  'NOMAD_HOST_PORT_<label>': "The node's port.",
  'NOMAD_HOST_ADDR_<label>': 'Address and port of the node.',
  'NOMAD_ALLOC_PORT_<label>': 'Port inside the network namespace of the group.',
  'NOMAD_ALLOC_IP_<label>': 'Address inside the network namespace of the group.',
  'NOMAD_ALLOC_ADDR_<label>': 'Address and port inside the network namespace of the group.',
  'NOMAD_ALLOC_INTERFACE_<label>': 'Network interface inside the network namespace of the group.',
  ORCH_GROUP_ADDRESS: "Where the group's other tasks are reached, also from a virtual machine. Not in Nomad.",
};

/** Names that a task with one port and one key of metadata gets. */
export function variableNames(): readonly string[] {
  const group = makeGroup({ meta: { demo: 'x' } });
  const paths = { alloc: '/alloc', local: '/local', secrets: '/secrets' };
  const input: TaskEnvironmentInput = {
    allocation: { id: '11111111-2222-3333-4444-555555555555', name: 'app.web[0]', namespace: 'default' },
    job: makeJob({ taskGroups: [group] }),
    group,
    node: makeNode('node'),
    ports: [{ label: 'demo', value: 20_000, to: 80, hostIp: '192.0.2.1' }] as unknown as TaskEnvironmentInput['ports'],
    network: { interfaceName: 'eth0', address: '172.26.64.2' } as unknown as NonNullable<
      TaskEnvironmentInput['network']
    >,
    parentCgroup: 'orch.slice',
    parentJobId: 'parent',
    task: makeTask(),
    resources: {
      cpuMhz: 100,
      memoryMiB: 64,
      memoryMaxMiB: 128,
      cores: [0],
    } as unknown as TaskEnvironmentInput['resources'],
    taskPaths: paths,
    hostPaths: paths,
    groupAddress: '127.0.0.1',
  };
  const names = Object.keys(buildTaskEnvironment(input).env).filter((name) => /^(NOMAD|ORCH)_/.test(name));
  return names.map((name) =>
    name
      .replace(/^(NOMAD_META_)demo$/, '$1<key>')
      .replace(/^(NOMAD_META_)DEMO$/, '$1<KEY>')
      .replace(/_demo$/, '_<label>'),
  );
}

/** @throws when a variable has no words, or words no variable */
export function variablesPage(): string {
  const names = variableNames();
  const without = names.filter((name) => words[name] === undefined);
  const gone = Object.keys(words).filter((name) => !names.includes(name));
  if (without.length + gone.length > 0) {
    throw new Error(
      `variables-page.ts: no words for ${without.join(', ') || 'none'}; no variable ${gone.join(', ') || 'none'}`,
    );
  }
  const rows = Object.entries(words).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return `<!-- Written by \`npm run docs\`; the names are those that a task gets. Do not edit. -->

# Variables of a task

[Job file](job-file.md)

A task finds these in its environment. Most fields of a task may refer to them, as in \`\${NOMAD_PORT_http}\`, and to facts about the node: \`\${node.unique.id}\`, \`\${node.unique.name}\`, \`\${node.datacenter}\`, \`\${node.class}\`, \`\${node.pool}\`, \`\${node.region}\`, \`\${attr.…}\`, \`\${meta.…}\`. What is not known stays as it is written. \`<label>\` is the name of a port, \`<key>\` a key of \`meta\`; signs that a shell cannot read become \`_\`.

When names meet, the later wins: these variables, metadata, the environment of the agent, the \`env\` of the task.

| Variable | |
| --- | --- |
${rows.join('\n')}
`;
}
