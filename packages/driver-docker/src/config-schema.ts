// The `config` block of a docker task. A field that is not here is refused by name.
import type { ConfigField, ConfigSchema, ConfigType } from '@orch/driver-api';

const listOf = (of: ConfigType): ConfigType => ({ kind: 'list', of });
const mapOf = (of: ConfigType): ConfigType => ({ kind: 'map', of });
const block = (fields: Readonly<Record<string, ConfigField>>, many: boolean): ConfigType => ({
  kind: 'block',
  schema: { fields },
  many,
});
const strings = listOf('string');

const MOUNT = block(
  {
    type: { type: 'string', values: ['bind', 'volume', 'tmpfs'], default: 'volume', doc: 'Kind of mount.' },
    target: { type: 'string', required: true, doc: 'Absolute path in the container.' },
    source: {
      type: 'string',
      doc: 'For `bind` a path: relative ones lie in the task directory, absolute ones need `volumes.enabled` on the node. For `volume` its name.',
    },
    readonly: { type: 'bool', default: false, doc: 'The container cannot write to it.' },
    bind_options: {
      type: block(
        {
          propagation: {
            type: 'string',
            values: ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'],
            default: 'rprivate',
            doc: 'How mounts below travel between host and container.',
          },
        },
        false,
      ),
      doc: 'Only for `bind`.',
    },
    tmpfs_options: {
      type: block(
        {
          size: { type: 'number', min: 0, doc: 'Limit in bytes.' },
          mode: { type: 'number', min: 0, doc: 'Permission bits as a decimal number.' },
        },
        false,
      ),
      doc: 'Only for `tmpfs`.',
    },
    volume_options: {
      type: block(
        {
          no_copy: { type: 'bool', default: false, doc: "A new volume does not get the image's files." },
          labels: { type: mapOf('string'), doc: 'Labels of a volume made for the task.' },
          driver_config: {
            type: block(
              {
                name: { type: 'string', doc: 'Volume driver.' },
                options: { type: mapOf('string'), doc: 'Options of the volume driver.' },
              },
              false,
            ),
            doc: 'How a volume that does not exist yet is made.',
          },
        },
        false,
      ),
      doc: 'Only for `volume`.',
    },
  },
  true,
);

const IMAGE_FIELDS: Readonly<Record<string, ConfigField>> = {
  image: {
    type: 'string',
    required: true,
    doc: 'Image reference, for example `redis:7` or `registry:5000/team/app@sha256:…`.',
  },
  load: { type: 'string', doc: 'Archive in the task directory (as `docker save` makes it) that holds the image.' },
  force_pull: { type: 'bool', default: false, doc: 'Pulls even when the image is there.' },
  image_pull_timeout: { type: 'duration', default: '5m', doc: 'Longest time a pull may take.' },
  auth: {
    type: block(
      {
        username: { type: 'string', doc: 'User at the registry.' },
        password: { type: 'string', doc: 'Password or token.' },
        email: { type: 'string', doc: 'Address some registries ask for.' },
        server_address: { type: 'string', doc: 'Registry; taken from the image when absent.' },
      },
      false,
    ),
    doc: 'Credentials for the pull.',
  },
  auth_soft_fail: {
    type: 'bool',
    default: false,
    doc: 'Pulls without credentials when those of the node cannot be read.',
  },
};

const PROCESS_FIELDS: Readonly<Record<string, ConfigField>> = {
  command: { type: 'string', doc: "Replaces the image's command." },
  args: { type: strings, doc: 'Arguments of the command.' },
  entrypoint: { type: strings, doc: "Replaces the image's entrypoint." },
  work_dir: { type: 'string', doc: 'Working directory in the container.' },
  labels: { type: mapOf('string'), doc: 'Labels of the container.' },
  init: { type: 'bool', default: false, doc: 'Runs an init as PID 1 that forwards signals and reaps.' },
  interactive: { type: 'bool', default: false, doc: 'Keeps standard input open.' },
  tty: { type: 'bool', default: false, doc: 'Gives the container a terminal.' },
  group_add: { type: strings, doc: 'Further groups of the user.' },
  runtime: { type: 'string', doc: 'OCI runtime, one the node allows.' },
};

const NETWORK_FIELDS: Readonly<Record<string, ConfigField>> = {
  ports: { type: strings, doc: "Labels of the group's ports to publish." },
  network_mode: {
    type: 'string',
    doc: '`bridge`, `host`, `none` or a network of the engine. Not in a group that has its own network.',
  },
  network_aliases: { type: strings, doc: 'Further names in a network of the engine.' },
  ipv4_address: { type: 'string', doc: 'Address in a network of the engine.' },
  ipv6_address: { type: 'string', doc: 'Address in a network of the engine.' },
  hostname: { type: 'string', doc: 'Host name inside the container.' },
  dns_servers: { type: strings, doc: 'Name servers.' },
  dns_search_domains: { type: strings, doc: 'Search domains.' },
  dns_options: { type: strings, doc: 'Resolver options.' },
  extra_hosts: { type: strings, doc: 'Lines for /etc/hosts as `name:address`.' },
};

const FILE_FIELDS: Readonly<Record<string, ConfigField>> = {
  volumes: { type: strings, doc: 'Binds as `source:target[:ro]`; see `mount`.' },
  mount: { type: MOUNT, doc: 'A mount.' },
  mounts: { type: MOUNT, doc: 'Mounts as a list.' },
  tmpfs: { type: strings, doc: 'Paths that become empty memory file systems.' },
  readonly_rootfs: { type: 'bool', default: false, doc: 'The root file system cannot be written.' },
  devices: {
    type: block(
      {
        host_path: { type: 'string', required: true, doc: 'Device of the host, one the node allows.' },
        container_path: { type: 'string', doc: 'Its path in the container; the same when absent.' },
        cgroup_permissions: { type: 'string', default: 'rwm', doc: 'Any of r, w and m.' },
      },
      true,
    ),
    doc: 'Devices of the host.',
  },
};

const LIMIT_FIELDS: Readonly<Record<string, ConfigField>> = {
  cpu_hard_limit: { type: 'bool', default: false, doc: 'CPU is a ceiling, not only a weight.' },
  cpu_cfs_period: {
    type: 'number',
    min: 1000,
    max: 1_000_000,
    default: 100_000,
    doc: 'Period of the ceiling in microseconds.',
  },
  memory_hard_limit: {
    type: 'number',
    min: 0,
    doc: 'Ceiling in MiB; `memory` of the resources is then a reservation.',
  },
  pids_limit: {
    type: 'number',
    min: 0,
    doc: 'Most processes and threads at a time; 4096 when neither job nor node says.',
  },
  shm_size: { type: 'number', min: 0, doc: 'Bytes of /dev/shm.' },
  ulimit: { type: mapOf('string'), doc: 'Resource limits as `soft[:hard]` by name.' },
  sysctl: { type: mapOf('string'), doc: "Kernel settings of the container's namespaces." },
  oom_score_adj: {
    type: 'number',
    min: 0,
    max: 1000,
    doc: 'Above 0 the kernel prefers it as a victim when memory runs out.',
  },
};

const SECURITY_FIELDS: Readonly<Record<string, ConfigField>> = {
  privileged: { type: 'bool', default: false, doc: 'All rights of the host; only where the node allows it.' },
  cap_add: { type: strings, doc: 'Capabilities to add; only those the node allows.' },
  cap_drop: { type: strings, doc: 'Capabilities to take away.' },
  security_opt: {
    type: strings,
    doc: '`no-new-privileges=false`, `seccomp=<profile of the node>`; `apparmor=…` and `label=…` only where the node lists them.',
  },
  pid_mode: { type: 'string', values: ['host'], doc: "Shares the host's processes; only where the node allows it." },
  ipc_mode: { type: 'string', values: ['host', 'private', 'none'], doc: 'Shared memory and queues.' },
};

export const DOCKER_CONFIG_SCHEMA: ConfigSchema = {
  fields: {
    ...IMAGE_FIELDS,
    ...PROCESS_FIELDS,
    ...NETWORK_FIELDS,
    ...FILE_FIELDS,
    ...LIMIT_FIELDS,
    ...SECURITY_FIELDS,
  },
};
