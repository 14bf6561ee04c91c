// What a service runs: image, command, environment, user, signals.

import { configure, give, giveEnv, open } from '../draft.ts';
import { type KeyTable, reads, refuses, warns } from '../read/key-table.ts';
import { readDuration, readFlag, readInteger, readOneOrMore, readPairs, readText, readTexts } from '../read/values.ts';
import { entryOf, type Tree } from '../yaml/tree.ts';
import { parseEnvFile } from './env-file.ts';
import { readLogging } from './logging.ts';
import { readRestart } from './restart.ts';
import type { ServiceContext } from './service-context.ts';
import { splitWords } from './words.ts';

type Row = KeyTable<ServiceContext>[string];

const configText = (doc: string, option: string): Row =>
  reads(doc, (value, { run, task }, { keySpan }) => {
    const text = readText(run, value);
    if (text !== undefined) configure(run, task, option, text, keySpan);
  });
export const configFlag = (doc: string, option: string): Row =>
  reads(doc, (value, { run, task }, { keySpan }) => {
    const flag = readFlag(run, value);
    if (flag !== undefined) configure(run, task, option, flag, keySpan);
  });
export const configTexts = (doc: string, option: string): Row =>
  reads(doc, (value, { run, task }, { keySpan }) => {
    configure(run, task, option, readOneOrMore(run, value), keySpan);
  });

/** The longest wait for a task to end that a node allows when it is not configured otherwise. */
const NODE_KILL_TIMEOUT_MS = 30_000;

function words(value: Tree, context: ServiceContext): string[] | undefined {
  if (value.kind === 'list') return readTexts(context.run, value);
  const text = readText(context.run, value);
  const split = text === undefined ? undefined : splitWords(text);
  if (text !== undefined && split === undefined)
    context.run.error(value, 'Invalid command', 'A quote is not closed.', 'write the command as a list');
  return split;
}

function readEnvironment(value: Tree, context: ServiceContext): void {
  const { run, task } = context;
  for (const [name, given, at] of readPairs(run, value)) {
    const environment = run.options.environment ?? {};
    const text = given ?? (Object.hasOwn(environment, name) ? environment[name] : undefined);
    if (text !== undefined) giveEnv(run, task, name, text, at);
    else
      run.warn(
        at,
        'Variable not set',
        `"${name}" takes its value from the environment, where it is not set; it is left out.`,
        `set it, or write ${name}=value`,
      );
  }
}

function readEnvFiles(value: Tree, context: ServiceContext): void {
  const { run } = context;
  const items = value.kind === 'list' ? value.items : [value];
  for (const item of items) {
    const path = item.kind === 'map' ? entryOf(item, 'path')?.value : item;
    let required = true;
    if (item.kind === 'map') {
      for (const { key, keySpan, value: inner } of item.entries) {
        if (key === 'required') required = readFlag(run, inner) ?? true;
        else if (key === 'format')
          run.warn(
            keySpan,
            'Not converted',
            '"format" of an env_file has no effect: values are taken as they are, nothing is substituted in them.',
          );
        else if (key !== 'path') run.error(keySpan, 'Unknown key', `An env_file has no key "${key}".`);
      }
    }
    const name = path === undefined ? undefined : readText(run, path);
    if (name !== undefined) addEnvFile(name, required, item, context);
    else if (path === undefined) run.error(item, 'Missing key', 'An env_file needs a path.');
  }
}

function addEnvFile(name: string, required: boolean, at: Tree, context: ServiceContext): void {
  const { run, task } = context;
  let text: string | undefined;
  try {
    text = run.options.readFile?.(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    run.error(at, 'File not read', `"${name}" cannot be read: ${reason}.`, 'name a file of lines like NAME=value');
    return;
  }
  if (text === undefined) {
    const why = run.options.readFile === undefined ? 'files cannot be read here' : 'there is no such file';
    (required ? run.error : run.warn)(
      at,
      'File not found',
      `"${name}" is not read: ${why}.`,
      'write its lines under environment',
    );
    return;
  }
  for (const [key, value] of parseEnvFile(text)) giveEnv(run, task, key, value, at);
}

/** Values of `environment` win over those of files, wherever they stand. */
export function readEnvironments(service: Tree, context: ServiceContext): void {
  const files = entryOf(service, 'env_file');
  const own = entryOf(service, 'environment');
  if (files !== undefined) readEnvFiles(files.value, context);
  if (own !== undefined) readEnvironment(own.value, context);
}

/** Read by `readEnvironments`, which knows their order. */
const elsewhere = () => undefined;

export const processKeys: KeyTable<ServiceContext> = {
  image: reads('task config `image`', (value, { run, task, facts }, { keySpan }) => {
    const image = readText(run, value);
    if (image === undefined) return;
    facts.hasImage = true;
    configure(run, task, 'image', image, keySpan);
  }),
  build: reads('an error without `image`; with it a warning: images are not built here', (_, { run }, { keySpan }) => {
    run.warn(
      keySpan,
      'Not converted',
      'Images are not built here; the one named by `image` is used.',
      'build and push it before',
    );
  }),
  command: reads('task config `args`', (value, context, { keySpan }) => {
    const list = words(value, context);
    if (list?.length === 0)
      context.run.warn(keySpan, 'Not converted', "An empty command cannot take the image's away; it stays.");
    else if (list !== undefined) configure(context.run, context.task, 'args', list, keySpan);
  }),
  entrypoint: reads('task config `entrypoint`', (value, context, { keySpan }) => {
    const list = words(value, context);
    if (list?.length === 0)
      context.run.warn(keySpan, 'Not converted', "An empty entrypoint cannot take the image's away; it stays.");
    else if (list !== undefined) configure(context.run, context.task, 'entrypoint', list, keySpan);
  }),
  environment: reads('task `env`', elsewhere),
  env_file: reads('task `env`; the files are read where the command runs', elsewhere),
  working_dir: configText('task config `work_dir`', 'work_dir'),
  user: reads('task `user`', (value, { run, task }, { keySpan }) => {
    const user = readText(run, value);
    if (user !== undefined) give(run, task, 'user', user, keySpan);
  }),
  group_add: configTexts('task config `group_add`', 'group_add'),
  init: configFlag('task config `init`', 'init'),
  tty: configFlag('task config `tty`', 'tty'),
  stdin_open: configFlag('task config `interactive`', 'interactive'),
  runtime: configText('task config `runtime`', 'runtime'),
  stop_signal: reads('task `kill_signal`', (value, { run, task }, { keySpan }) => {
    const signal = readText(run, value);
    if (signal !== undefined)
      give(run, task, 'kill_signal', /^(SIG|\d)/.test(signal) ? signal : `SIG${signal}`, keySpan);
  }),
  stop_grace_period: reads('task `kill_timeout`', (value, { run, task }, { keySpan }) => {
    const ms = readDuration(run, value);
    if (ms === undefined) return;
    give(run, task, 'kill_timeout', ms, keySpan);
    if (ms > NODE_KILL_TIMEOUT_MS) {
      run.warn(
        value,
        'Limited by the node',
        'A node waits at most 30s for a task to end, unless its max_kill_timeout is longer.',
      );
    }
  }),
  pull_policy: reads(
    '`always` becomes task config `force_pull`; `missing` is how images are pulled anyway; others are warned about',
    (value, { run, task }, { keySpan }) => {
      const policy = readText(run, value);
      if (policy === 'always') configure(run, task, 'force_pull', true, keySpan);
      else if (policy !== undefined && policy !== 'missing' && policy !== 'if_not_present')
        run.warn(
          value,
          'Not converted',
          `The pull policy "${policy}" has no effect: an image that is not there is pulled.`,
        );
    },
  ),
  platform: reads('constraint on `${attr.cpu.arch}`', (value, { run, group }, { keySpan }) => {
    const [system, architecture] = readText(run, value)?.split('/') ?? [];
    const constrain = (attribute: string, wanted: string) => {
      const part = open(run, group, 'constraint', keySpan);
      give(run, part, 'attribute', attribute, keySpan);
      give(run, part, 'value', wanted, keySpan);
    };
    if (system !== undefined) constrain('${attr.kernel.name}', system);
    if (architecture !== undefined) constrain('${attr.cpu.arch}', architecture);
  }),
  labels: reads('task config `labels`', (value, { run, task }, { keySpan }) => {
    const pairs = readPairs(run, value).map(([name, text]) => [name, text ?? ''] as const);
    configure(run, task, 'labels', Object.fromEntries(pairs), keySpan);
  }),
  logging: reads('task `logs` for the drivers json-file and local; others are warned about', readLogging),
  scale: reads('group `count`', (value, { run, facts }, { keySpan }) => {
    const count = readInteger(run, value);
    if (count === undefined) return;
    facts.count = count;
    facts.countAt = keySpan;
  }),
  restart: reads(
    '`no`: no restarts; `on-failure:N`: N restarts; `always`, `unless-stopped`: restart without end',
    readRestart,
  ),
  ...Object.fromEntries(
    Object.entries({
      annotations: 'tasks have no annotations; use labels',
      attach: 'output is collected of all tasks; see job logs',
      container_name: 'orch names containers',
      develop: 'there is no development mode',
      label_file: 'write its lines under labels',
      cgroup: 'orch makes the control groups',
      cgroup_parent: 'orch makes the control groups',
      domainname: 'tasks have a host name, no domain',
      isolation: 'it is for Windows',
      post_start: 'commands are not run inside a started task; use a task with lifecycle { hook = "poststart" }',
      pre_stop: 'commands are not run before the stop; handle the stop signal in the program',
      storage_opt: 'the disk of containers has no limit of its own',
      userns_mode: 'the engine decides about user namespaces',
      uts: 'the host name of the node is not shared',
    }).map(([key, why]) => [key, warns<ServiceContext>(why)]),
  ),
  credential_spec: refuses('it is for Windows containers'),
  extends: refuses('a service of another file cannot be taken over', 'copy the keys, or run: docker compose config'),
  models: refuses('AI models are not provided'),
  provider: refuses('services of other providers are not made'),
  use_api_socket: refuses("the engine's socket is not given to tasks"),
  volumes_from: refuses("another service's volumes cannot be taken over", 'name the volumes in both services'),
};
