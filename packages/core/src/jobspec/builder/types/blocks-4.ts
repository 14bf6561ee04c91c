// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { SidecarTaskOptions, TransparentProxyOptions, UpstreamsOptions } from './blocks-5.ts';
import type { GatewayOptions } from './blocks-6.ts';
import type { Duration, JsonObject, Repeated, TextMap } from './values.ts';

/** Identity with which a service is registered. */
export interface ServiceIdentityOptions {
  /** Name of the identity; given by the service. */
  readonly name?: string | undefined;
  /** Who the token is for; the default identity is always for this cluster. */
  readonly aud?: readonly string[] | undefined;
  /** How long a token is valid; it is renewed before. Without it the token is valid as long as the allocation. */
  readonly ttl?: Duration | undefined;
  /**
   * Whether the token is written to a file in the secrets directory.
   * @default false
   */
  readonly file?: boolean | undefined;
  /**
   * Whether the token is given to the task as an environment variable.
   * @default false
   */
  readonly env?: boolean | undefined;
  /** File the token is written to, in the task's directory; needs file = true. */
  readonly filepath?: string | undefined;
  /** What happens to the task when the token is renewed; nothing when it is not given. */
  readonly changeMode?: 'noop' | 'restart' | 'signal' | undefined;
  /** Signal sent for change_mode = "signal". */
  readonly changeSignal?: string | undefined;
  /** Service the identity belongs to; filled in for identities of services. */
  readonly serviceName?: string | undefined;
  /** Names of further claims in the token. */
  readonly extraClaims?: readonly string[] | undefined;
}

/** A health check of a service. */
export interface CheckOptions {
  /** Name of the check; made from the name of the service when it is not given. */
  readonly name?: string | undefined;
  /** How it is done: a request, a connection, or a script inside a task. */
  readonly type: 'grpc' | 'http' | 'script' | 'tcp';
  /** Path that an http check asks for. */
  readonly path?: string | undefined;
  /** Method of an http check; GET when it is not given. */
  readonly method?: string | undefined;
  /** Body that an http check sends. */
  readonly body?: string | undefined;
  /** Headers that an http check sends: every name with a list of values. */
  readonly header?: JsonObject | undefined;
  /** Protocol of an http check, "http" or "https"; http when it is not given. */
  readonly protocol?: string | undefined;
  /** Port that is checked when it is not the one of the service. */
  readonly port?: string | undefined;
  /** Time from one check to the next. */
  readonly interval: Duration;
  /** Longest wait for an answer; a later one counts as a failure. */
  readonly timeout: Duration;
  /** Program that a script check runs inside the task. */
  readonly command?: string | undefined;
  /** Arguments of the program of a script check. */
  readonly args?: readonly string[] | undefined;
  /** State before the first check is done. */
  readonly initialStatus?: 'passing' | 'warning' | 'critical' | undefined;
  /**
   * Opens a port of the sidecar proxy so that the check reaches the service past the mesh.
   * @default false
   */
  readonly expose?: boolean | undefined;
  /** Which address is checked: the node's (host), the allocation's (alloc) or the task's (driver). */
  readonly addressMode?: 'host' | 'driver' | 'alloc' | 'alloc_ipv6' | undefined;
  /** Address that is checked instead of the one found by address_mode. */
  readonly advertise?: string | undefined;
  /** Text for people, at most 255 characters. */
  readonly notes?: string | undefined;
  /** Name that the server's certificate must have. */
  readonly tlsServerName?: string | undefined;
  /**
   * Whether the server's certificate is not verified.
   * @default false
   */
  readonly tlsSkipVerify?: boolean | undefined;
  /** Service that a grpc check asks about. */
  readonly grpcService?: string | undefined;
  /**
   * Whether a grpc check uses TLS.
   * @default false
   */
  readonly grpcUseTls?: boolean | undefined;
  /**
   * Successes in a row before it passes.
   * @default 0
   */
  readonly successBeforePassing?: number | undefined;
  /**
   * Failures in a row before it is critical.
   * @default 0
   */
  readonly failuresBeforeCritical?: number | undefined;
  /**
   * Failures in a row before it is a warning.
   * @default 0
   */
  readonly failuresBeforeWarning?: number | undefined;
  /** Which states count as healthy during an update; that of the service when it is not given. */
  readonly onUpdate?: 'require_healthy' | 'ignore_warnings' | 'ignore' | undefined;
  /** Restarts the task when this check fails; completes that of the service. */
  readonly checkRestart?: CheckRestartOptions | undefined;
}

/** Restarts a task whose checks fail. */
export interface CheckRestartOptions {
  /**
   * Failures in a row after which the task is restarted; 0 = never.
   * @default 0
   */
  readonly limit?: number | undefined;
  /**
   * Time after a start during which failures do not count.
   * @default 1000 ms
   */
  readonly grace?: Duration | undefined;
  /**
   * Whether the state warning counts as passing.
   * @default false
   */
  readonly ignoreWarnings?: boolean | undefined;
}

/** Makes the service a member of Consul's service mesh. */
export interface ConnectOptions {
  /**
   * Whether the task speaks the mesh by itself, without a proxy.
   * @default false
   */
  readonly native?: boolean | undefined;
  /** A proxy beside the task. */
  readonly sidecarService?: SidecarServiceOptions | undefined;
  /** Changes the task that runs the proxy. */
  readonly sidecarTask?: SidecarTaskOptions | undefined;
  /** Makes the service a gateway of the mesh. */
  readonly gateway?: GatewayOptions | undefined;
}

/** A proxy beside the task that speaks for it in the mesh. */
export interface SidecarServiceOptions {
  /** Tags of the proxy in Consul. */
  readonly tags?: readonly string[] | undefined;
  /** Port of the group that the proxy listens on; a free one when it is not given. */
  readonly port?: string | undefined;
  /**
   * Whether the proxy goes without the TCP check it gets otherwise.
   * @default false
   */
  readonly disableDefaultTcpCheck?: boolean | undefined;
  /** Metadata of the proxy in Consul. */
  readonly meta?: TextMap | undefined;
  /** What the proxy does. */
  readonly proxy?: ProxyOptions | undefined;
}

/** What the proxy beside the task does. */
export interface ProxyOptions {
  /** Address at which the proxy reaches the task; 127.0.0.1 when it is not given. */
  readonly localServiceAddress?: string | undefined;
  /**
   * Port at which the proxy reaches the task; that of the service when it is not given.
   * @default 0
   */
  readonly localServicePort?: number | undefined;
  /** Paths that are reachable without the mesh. */
  readonly expose?: ExposeOptions | undefined;
  /** Services of the mesh that the task reaches at local ports. */
  readonly upstreams?: Repeated<UpstreamsOptions> | undefined;
  /** Leads all of the tasks' traffic through the proxy. */
  readonly transparentProxy?: TransparentProxyOptions | undefined;
  /** Options handed to Envoy as they are. */
  readonly config?: JsonObject | undefined;
}

/** Paths that are reachable without the mesh. */
export interface ExposeOptions {
  /** One path each. */
  readonly path?: Repeated<PathOptions> | undefined;
}

/** A path that is reachable without the mesh. */
export interface PathOptions {
  /** Path that is reachable. */
  readonly path?: string | undefined;
  /** "http" or "http2". */
  readonly protocol?: string | undefined;
  /**
   * Port of the task that answers.
   * @default 0
   */
  readonly localPathPort?: number | undefined;
  /** Port of the group at which the proxy listens for it. */
  readonly listenerPort?: string | undefined;
}
