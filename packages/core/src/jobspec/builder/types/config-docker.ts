// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { Repeated, RunTimeText } from './values.ts';

/** `config` of driver docker. */
export interface DockerConfig {
  /** Image reference, for example `redis:7` or `registry:5000/team/app@sha256:…`. */
  readonly image: string;
  /** Archive in the task directory (as `docker save` makes it) that holds the image. */
  readonly load?: string | undefined;
  /**
   * Pulls even when the image is there.
   * @default false
   */
  readonly force_pull?: boolean | RunTimeText | undefined;
  /**
   * Longest time a pull may take.
   * @default "5m"
   */
  readonly image_pull_timeout?: string | undefined;
  /** Credentials for the pull. */
  readonly auth?:
    | {
        /** User at the registry. */
        readonly username?: string | undefined;
        /** Password or token. */
        readonly password?: string | undefined;
        /** Address some registries ask for. */
        readonly email?: string | undefined;
        /** Registry; taken from the image when absent. */
        readonly server_address?: string | undefined;
      }
    | undefined;
  /**
   * Pulls without credentials when those of the node cannot be read.
   * @default false
   */
  readonly auth_soft_fail?: boolean | RunTimeText | undefined;
  /** Replaces the image's command. */
  readonly command?: string | undefined;
  /** Arguments of the command. */
  readonly args?: readonly string[] | undefined;
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Working directory in the container. */
  readonly work_dir?: string | undefined;
  /** Labels of the container. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * Runs an init as PID 1 that forwards signals and reaps.
   * @default false
   */
  readonly init?: boolean | RunTimeText | undefined;
  /**
   * Keeps standard input open.
   * @default false
   */
  readonly interactive?: boolean | RunTimeText | undefined;
  /**
   * Gives the container a terminal.
   * @default false
   */
  readonly tty?: boolean | RunTimeText | undefined;
  /** Further groups of the user. */
  readonly group_add?: readonly string[] | undefined;
  /** OCI runtime, one the node allows. */
  readonly runtime?: string | undefined;
  /** Labels of the group's ports to publish. */
  readonly ports?: readonly string[] | undefined;
  /** `bridge`, `host`, `none` or a network of the engine. Not in a group that has its own network. */
  readonly network_mode?: string | undefined;
  /** Further names in a network of the engine. */
  readonly network_aliases?: readonly string[] | undefined;
  /** Address in a network of the engine. */
  readonly ipv4_address?: string | undefined;
  /** Address in a network of the engine. */
  readonly ipv6_address?: string | undefined;
  /** Host name inside the container. */
  readonly hostname?: string | undefined;
  /** Name servers. */
  readonly dns_servers?: readonly string[] | undefined;
  /** Search domains. */
  readonly dns_search_domains?: readonly string[] | undefined;
  /** Resolver options. */
  readonly dns_options?: readonly string[] | undefined;
  /** Lines for /etc/hosts as `name:address`. */
  readonly extra_hosts?: readonly string[] | undefined;
  /** Binds as `source:target[:ro]`; see `mount`. */
  readonly volumes?: readonly string[] | undefined;
  /** A mount. */
  readonly mount?:
    | Repeated<{
        /**
         * Kind of mount.
         * @default "volume"
         */
        readonly type?: 'bind' | 'volume' | 'tmpfs' | RunTimeText | undefined;
        /** Absolute path in the container. */
        readonly target: string;
        /** For `bind` a path: relative ones lie in the task directory, absolute ones need `volumes.enabled` on the node. For `volume` its name. */
        readonly source?: string | undefined;
        /**
         * The container cannot write to it.
         * @default false
         */
        readonly readonly?: boolean | RunTimeText | undefined;
        /** Only for `bind`. */
        readonly bind_options?:
          | {
              /**
               * How mounts below travel between host and container.
               * @default "rprivate"
               */
              readonly propagation?:
                | 'private'
                | 'rprivate'
                | 'slave'
                | 'rslave'
                | 'shared'
                | 'rshared'
                | RunTimeText
                | undefined;
            }
          | undefined;
        /** Only for `tmpfs`. */
        readonly tmpfs_options?:
          | {
              /** Limit in bytes. */
              readonly size?: number | RunTimeText | undefined;
              /** Permission bits as a decimal number. */
              readonly mode?: number | RunTimeText | undefined;
            }
          | undefined;
        /** Only for `volume`. */
        readonly volume_options?:
          | {
              /**
               * A new volume does not get the image's files.
               * @default false
               */
              readonly no_copy?: boolean | RunTimeText | undefined;
              /** Labels of a volume made for the task. */
              readonly labels?: Readonly<Record<string, string>> | undefined;
              /** How a volume that does not exist yet is made. */
              readonly driver_config?:
                | {
                    /** Volume driver. */
                    readonly name?: string | undefined;
                    /** Options of the volume driver. */
                    readonly options?: Readonly<Record<string, string>> | undefined;
                  }
                | undefined;
            }
          | undefined;
      }>
    | undefined;
  /** Mounts as a list. */
  readonly mounts?:
    | Repeated<{
        /**
         * Kind of mount.
         * @default "volume"
         */
        readonly type?: 'bind' | 'volume' | 'tmpfs' | RunTimeText | undefined;
        /** Absolute path in the container. */
        readonly target: string;
        /** For `bind` a path: relative ones lie in the task directory, absolute ones need `volumes.enabled` on the node. For `volume` its name. */
        readonly source?: string | undefined;
        /**
         * The container cannot write to it.
         * @default false
         */
        readonly readonly?: boolean | RunTimeText | undefined;
        /** Only for `bind`. */
        readonly bind_options?:
          | {
              /**
               * How mounts below travel between host and container.
               * @default "rprivate"
               */
              readonly propagation?:
                | 'private'
                | 'rprivate'
                | 'slave'
                | 'rslave'
                | 'shared'
                | 'rshared'
                | RunTimeText
                | undefined;
            }
          | undefined;
        /** Only for `tmpfs`. */
        readonly tmpfs_options?:
          | {
              /** Limit in bytes. */
              readonly size?: number | RunTimeText | undefined;
              /** Permission bits as a decimal number. */
              readonly mode?: number | RunTimeText | undefined;
            }
          | undefined;
        /** Only for `volume`. */
        readonly volume_options?:
          | {
              /**
               * A new volume does not get the image's files.
               * @default false
               */
              readonly no_copy?: boolean | RunTimeText | undefined;
              /** Labels of a volume made for the task. */
              readonly labels?: Readonly<Record<string, string>> | undefined;
              /** How a volume that does not exist yet is made. */
              readonly driver_config?:
                | {
                    /** Volume driver. */
                    readonly name?: string | undefined;
                    /** Options of the volume driver. */
                    readonly options?: Readonly<Record<string, string>> | undefined;
                  }
                | undefined;
            }
          | undefined;
      }>
    | undefined;
  /** Paths that become empty memory file systems. */
  readonly tmpfs?: readonly string[] | undefined;
  /**
   * The root file system cannot be written.
   * @default false
   */
  readonly readonly_rootfs?: boolean | RunTimeText | undefined;
  /** Devices of the host. */
  readonly devices?:
    | Repeated<{
        /** Device of the host, one the node allows. */
        readonly host_path: string;
        /** Its path in the container; the same when absent. */
        readonly container_path?: string | undefined;
        /**
         * Any of r, w and m.
         * @default "rwm"
         */
        readonly cgroup_permissions?: string | undefined;
      }>
    | undefined;
  /**
   * CPU is a ceiling, not only a weight.
   * @default false
   */
  readonly cpu_hard_limit?: boolean | RunTimeText | undefined;
  /**
   * Period of the ceiling in microseconds.
   * @default 100000
   */
  readonly cpu_cfs_period?: number | RunTimeText | undefined;
  /** Ceiling in MiB; `memory` of the resources is then a reservation. */
  readonly memory_hard_limit?: number | RunTimeText | undefined;
  /** Most processes and threads at a time; 4096 when neither job nor node says. */
  readonly pids_limit?: number | RunTimeText | undefined;
  /** Bytes of /dev/shm. */
  readonly shm_size?: number | RunTimeText | undefined;
  /** Resource limits as `soft[:hard]` by name. */
  readonly ulimit?: Readonly<Record<string, string>> | undefined;
  /** Kernel settings of the container's namespaces. */
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  /** Above 0 the kernel prefers it as a victim when memory runs out. */
  readonly oom_score_adj?: number | RunTimeText | undefined;
  /**
   * All rights of the host; only where the node allows it.
   * @default false
   */
  readonly privileged?: boolean | RunTimeText | undefined;
  /** Capabilities to add; only those the node allows. */
  readonly cap_add?: readonly string[] | undefined;
  /** Capabilities to take away. */
  readonly cap_drop?: readonly string[] | undefined;
  /** `no-new-privileges=false`, `seccomp=<profile of the node>`; `apparmor=…` and `label=…` only where the node lists them. */
  readonly security_opt?: readonly string[] | undefined;
  /** Shares the host's processes; only where the node allows it. */
  readonly pid_mode?: 'host' | RunTimeText | undefined;
  /** Shared memory and queues. */
  readonly ipc_mode?: 'host' | 'private' | 'none' | RunTimeText | undefined;
}
