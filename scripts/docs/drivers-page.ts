// The page of the drivers: what a task's `config` may hold, from the drivers' own schemas, and what a node says for them.

import type { ConfigSchema, ConfigType } from '@orch/driver-api';
import { drivers } from './driver-types.ts';

/** What a node may say, `plugin "NAME" { config { … } }`: name → option → what it is. A test holds the names. */
export const nodeOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  docker: {
    endpoint: '`unix:///path` or `tcp://host:port`; else `$DOCKER_HOST`, else the socket of the system.',
    auth: '`auth { config = "/root/.docker/config.json" }`: passwords of registries.',
    allow_privileged: 'Whether jobs may ask for `privileged`. `false`.',
    allow_caps: 'Capabilities that `cap_add` may name; `ALL` allows every one.',
    allow_runtimes: 'Runtimes. `["runc", "nvidia"]`.',
    allow_devices: 'Devices of the host, or directories of them, that `devices` may name. None.',
    seccomp_profiles_dir: 'Directory of seccomp profiles that jobs may name.',
    allow_security_opts: 'Options of `security_opt` that jobs may set, written as they write them. None.',
    allowed_modes: '`allowed_modes { pid = ["host"] }`, `ipc` as well. None.',
    volumes: '`volumes { enabled = true }`: absolute paths of the host and named volumes may be mounted. `false`.',
    pids_limit: 'Most processes of a container. 0: no bound for jobs that say a number, 4096 for those that do not.',
    gc: '`gc { image = true, image_delay = "3m" }`, one a line: images that orch brought go that long after their last use.',
  },
  exec: isolating(),
  java: isolating(),
  raw_exec: {
    enabled: 'Whether there is this driver. `false`; `--dev` enables it.',
    denied_envvars: 'Variables of the agent that tasks do not inherit.',
    ...denied(),
  },
  qemu: {
    image_paths: 'Directories of the host whose images jobs may name.',
    args_allowlist: 'Arguments that `args` may hold. None.',
    emulators_allowlist: 'Emulators that jobs may choose.',
    user: 'User of all emulators, instead of one for each VM.',
  },
};

function isolating(): Readonly<Record<string, string>> {
  return {
    allow_caps: 'Capabilities that `cap_add` may name. Those of the default list of Docker, without `net_raw`.',
    default_pid_mode: '`private` or `host`. With `private`, which is the default, jobs may not ask for `host`.',
    default_ipc_mode: 'The same for IPC.',
    allow_seccomp_unconfined: 'Whether jobs may say `seccomp = "unconfined"`. `false`.',
    pids_limit: 'Most processes and threads of a task. `4096`; 0: no limit.',
    ...denied(),
  };
}

function denied(): Readonly<Record<string, string>> {
  return {
    denied_host_uids: 'Ids that tasks may not be: `"1-999,5000"`.',
    denied_host_gids: 'The same for groups.',
  };
}

export function driversPage(): string {
  const parts = Object.entries(drivers).map(
    ([name, schema]) => `## ${name}

In a job:

| Field | Type | Default | |
| --- | --- | --- | --- |
${fieldRows(schema).join('\n')}

On a node:

| Option | |
| --- | --- |
${Object.entries(nodeOptions[name] ?? {})
  .map(([option, text]) => `| \`${option}\` | ${text} |`)
  .join('\n')}
`,
  );
  return `<!-- Written by \`npm run docs\` from the schemas of the drivers. Do not edit. -->

[Job file](job-file.md)

# Drivers

What a task's \`config\` may hold, and what the configuration of an agent may say for all tasks of a driver, in \`plugin "NAME" { config { … } }\`. Who a task may be: \`client { options }\`, see \`docs/differences/users.md\`. What the boundary refuses: \`docs/differences/isolation.md\` and \`docker.md\`.

${parts.join('\n')}`;
}

/** Fields of blocks stand below them, with the names of the blocks before theirs. */
function fieldRows(schema: ConfigSchema, before = ''): readonly string[] {
  return Object.entries(schema.fields).flatMap(([name, field]) => {
    const required = field.required === true ? ' (required)' : '';
    const shown = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
    const idle = field.noEffect === undefined ? '' : ` No effect here: ${field.noEffect}.`;
    const values = field.values === undefined ? '' : ` One of ${field.values.map((one) => `\`${one}\``).join(', ')}.`;
    const row = `| \`${before}${name}\`${required} | ${typeWords(field.type)} | ${shown} | ${`${field.doc}${values}${idle}`.replaceAll('|', '\\|')} |`;
    const inner = typeof field.type === 'object' && field.type.kind === 'block' ? field.type.schema : undefined;
    return [row, ...(inner === undefined ? [] : fieldRows(inner, `${before}${name} › `))];
  });
}

function typeWords(type: ConfigType): string {
  if (typeof type === 'string') return { string: 'text', bool: 'true or false' }[type as string] ?? type;
  if (type.kind === 'list') return `list of ${typeWords(type.of)}`;
  if (type.kind === 'map') return `map of ${typeWords(type.of)}`;
  return type.many ? 'blocks' : 'block';
}
