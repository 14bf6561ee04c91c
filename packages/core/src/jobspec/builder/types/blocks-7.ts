// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { ChangeScriptOptions, WaitOptions } from './blocks-8.ts';
import type { Duration, JsonObject, TextMap } from './values.ts';

/** Storage the tasks of the group can mount. */
export interface VolumeOptions {
  /** Storage of the node (host) or of a CSI plugin (csi). */
  readonly type: 'host' | 'csi';
  /** Name of the host volume on the node, or id of the CSI volume. */
  readonly source: string;
  /**
   * Whether nothing is written to it.
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /** From how many nodes it is read and written. */
  readonly accessMode?:
    | 'single-node-reader-only'
    | 'single-node-writer'
    | 'single-node-single-writer'
    | 'single-node-multi-writer'
    | 'multi-node-reader-only'
    | 'multi-node-single-writer'
    | 'multi-node-multi-writer'
    | undefined;
  /** Whether it is mounted as a file system or given as a device. */
  readonly attachmentMode?: 'file-system' | 'block-device' | undefined;
  /**
   * Whether every allocation has its own: the number of the allocation is added to the source, as in data[0].
   * @default false
   */
  readonly perAlloc?: boolean | undefined;
  /**
   * Whether a replacement gets the volume that the allocation before it had.
   * @default false
   */
  readonly sticky?: boolean | undefined;
  /** How the volume is mounted on the node. */
  readonly mountOptions?: MountOptionsOptions | undefined;
}

/** How the volume is mounted on the node. */
export interface MountOptionsOptions {
  /** File system of the volume, such as ext4. */
  readonly fsType?: string | undefined;
  /** Options of mount, such as "noatime". */
  readonly mountFlags?: readonly string[] | undefined;
}

/** Bounds within which an autoscaler may change the count. */
export interface ScalingOptions {
  /**
   * Whether the autoscaler acts on it.
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /** Lowest count. */
  readonly min?: number | undefined;
  /** Highest count. */
  readonly max: number;
  /**
   * Kind of scaling: that of a group changes its count.
   * @default "horizontal"
   */
  readonly type?: 'horizontal' | undefined;
  /** How the autoscaler decides; read by the autoscaler only. */
  readonly policy?: JsonObject | undefined;
}

/** Which Consul the group or task uses. */
export interface ConsulOptions {
  /** Consul namespace that services and templates use. */
  readonly namespace?: string | undefined;
  /**
   * Which of several configured Consul clusters is used.
   * @default "default"
   */
  readonly cluster?: string | undefined;
  /** Consul partition that the node must belong to. */
  readonly partition?: string | undefined;
}

/** Makes the task run before, beside or after the main tasks. */
export interface LifecycleOptions {
  /** When the task starts. */
  readonly hook: 'prestart' | 'poststart' | 'poststop';
  /**
   * The task runs on as long as the main tasks do.
   * @default false
   */
  readonly sidecar?: boolean | undefined;
}

/** A file or archive fetched before the task starts. */
export interface ArtifactOptions {
  /** Where it comes from: an http, https or file URL, or a path. */
  readonly source: string;
  /**
   * Whether it is a file, a directory or an archive to unpack.
   * @default "any"
   */
  readonly mode?: 'any' | 'file' | 'dir' | undefined;
  /**
   * Where it is put, in the task's directory; a single file keeps its name below local/.
   * @default "local/"
   */
  readonly destination?: string | undefined;
  /** Options of the source, such as `checksum` or `archive`. */
  readonly options?: TextMap | undefined;
  /** HTTP headers of the request that fetches it. */
  readonly headers?: TextMap | undefined;
  /**
   * Whether the server's certificate is not verified.
   * @default false
   */
  readonly insecure?: boolean | undefined;
  /**
   * Whether the files are given to the task's user.
   * @default false
   */
  readonly chown?: boolean | undefined;
}

/** Where the payload of a dispatch is written. */
export interface DispatchPayloadOptions {
  /** File under local/ of the task. */
  readonly file: string;
}

/** A file rendered from variables, services and secrets. */
export interface TemplateOptions {
  /** File with the template, such as one fetched by an artifact. */
  readonly source?: string | undefined;
  /** The template itself. */
  readonly data?: string | undefined;
  /** File that is written, in the task's directory. */
  readonly destination: string;
  /**
   * What happens to the task when the file changes.
   * @default "restart"
   */
  readonly changeMode?: 'restart' | 'noop' | 'signal' | 'script' | undefined;
  /** Signal for change_mode = "signal"; SIGHUP when it is not given. */
  readonly changeSignal?: string | undefined;
  /** Command for change_mode = "script". */
  readonly changeScript?: ChangeScriptOptions | undefined;
  /**
   * Whether the lines of the file, KEY=value, become environment variables of the task.
   * @default false
   */
  readonly env?: boolean | undefined;
  /**
   * Longest random wait before a change takes effect, so that not all tasks restart at once.
   * @default 5000 ms
   */
  readonly splay?: Duration | undefined;
  /**
   * Mode of the file, in octal digits.
   * @default "0644"
   */
  readonly perms?: string | undefined;
  /** Owner of the file, by number; the agent's when it is not given. */
  readonly uid?: number | undefined;
  /** Group of the file, by number; the agent's when it is not given. */
  readonly gid?: number | undefined;
  /**
   * What opens an action in the template.
   * @default "{{"
   */
  readonly leftDelimiter?: string | undefined;
  /**
   * What closes an action in the template.
   * @default "}}"
   */
  readonly rightDelimiter?: string | undefined;
  /** How long changes are gathered before the file is rendered again. */
  readonly wait?: WaitOptions | undefined;
  /**
   * Whether a member of a map that does not exist is an error.
   * @default false
   */
  readonly errorOnMissingKey?: boolean | undefined;
  /**
   * Whether it is rendered once and then left alone.
   * @default false
   */
  readonly once?: boolean | undefined;
  /**
   * Once the time before a lease ends at which it was renewed.
   * @deprecated it has no effect; remove it
   */
  readonly vaultGrace?: Duration | undefined;
}
