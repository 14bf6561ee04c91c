// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { Duration, JsonObject, Labelled, Repeated, TextMap } from './values.ts';

/** Where a volume of the group appears in the task's file system. */
export interface VolumeMountOptions {
  /** Name of the volume in the group. */
  readonly volume: string;
  /** Path in the task's file system. */
  readonly destination?: string | undefined;
  /**
   * Whether the task cannot write to it.
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /**
   * Whether mounts inside of it are seen on the other side.
   * @default "private"
   */
  readonly propagationMode?: 'private' | 'host-to-task' | 'bidirectional' | undefined;
  /** SELinux label of the mount: shared (z) or private (Z). */
  readonly selinuxLabel?: 'z' | 'Z' | undefined;
}

/** A signed token that says who the task is. */
export interface IdentityOptions {
  /**
   * Name of the identity; "default" is the one for this cluster itself.
   * @default "default"
   */
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

/** Makes the service a gateway of the mesh. */
export interface GatewayOptions {
  /** How the proxy of the gateway listens and connects. */
  readonly proxy?: GatewayProxyOptions | undefined;
  /** Leads into the mesh. */
  readonly ingress?: IngressOptions | undefined;
  /** Leads from the mesh to services outside of it. */
  readonly terminating?: TerminatingOptions | undefined;
  /** Leads to meshes of other datacenters. */
  readonly mesh?: MeshOptions | undefined;
}

/** How the proxy of the gateway listens and connects. */
export interface GatewayProxyOptions {
  /**
   * Longest wait for a connection to a service.
   * @default 5000 ms
   */
  readonly connectTimeout?: Duration | undefined;
  /**
   * Whether it listens on the tagged addresses of the service, too.
   * @default false
   */
  readonly envoyGatewayBindTaggedAddresses?: boolean | undefined;
  /** Further addresses it listens on. */
  readonly envoyGatewayBindAddresses?: Labelled<EnvoyGatewayBindAddressesOptions> | undefined;
  /**
   * Whether it does not listen on the address of the service.
   * @default false
   */
  readonly envoyGatewayNoDefaultBind?: boolean | undefined;
  /** How Envoy looks up names of services outside of the mesh. */
  readonly envoyDnsDiscoveryType?: 'STRICT_DNS' | 'LOGICAL_DNS' | undefined;
  /** Options handed to Envoy as they are. */
  readonly config?: JsonObject | undefined;
}

/** An address the gateway listens on. */
export interface EnvoyGatewayBindAddressesOptions {
  /** The address. */
  readonly address?: string | undefined;
  /**
   * The port; -1 = filled in.
   * @default 0
   */
  readonly port?: number | undefined;
}

/** Leads into the mesh. */
export interface IngressOptions {
  /** TLS for all listeners. */
  readonly tls?: TlsOptions | undefined;
  /** Ports through which the mesh is entered. */
  readonly listener?: Repeated<ListenerOptions> | undefined;
}

/** TLS for those who enter. */
export interface TlsOptions {
  /**
   * Whether the gateway serves TLS.
   * @default false
   */
  readonly enabled?: boolean | undefined;
  /** Oldest version of TLS that is spoken. */
  readonly tlsMinVersion?: string | undefined;
  /** Newest version of TLS that is spoken. */
  readonly tlsMaxVersion?: string | undefined;
  /** Cipher suites that are offered. */
  readonly cipherSuites?: readonly string[] | undefined;
  /** Where Envoy fetches the certificate. */
  readonly sds?: SdsOptions | undefined;
}

/** Where Envoy fetches the certificate. */
export interface SdsOptions {
  /** Cluster of Envoy that serves certificates. */
  readonly clusterName?: string | undefined;
  /** Name of the certificate there. */
  readonly certResource?: string | undefined;
}

/** A port through which the mesh is entered. */
export interface ListenerOptions {
  /**
   * Port through which the mesh is entered.
   * @default 0
   */
  readonly port?: number | undefined;
  /**
   * What is spoken there.
   * @default "tcp"
   */
  readonly protocol?: 'tcp' | 'http' | 'http2' | 'grpc' | undefined;
  /** Services that are reached there. */
  readonly service?: Repeated<IngressServiceOptions> | undefined;
}

/** A service that can be reached from outside. */
export interface IngressServiceOptions {
  /** Name of the service; "*" = all. */
  readonly name?: string | undefined;
  /** Host names that lead to the service. */
  readonly hosts?: readonly string[] | undefined;
  /** TLS for this service. */
  readonly tls?: TlsOptions | undefined;
  /** Changes of the headers of requests. */
  readonly requestHeaders?: HeaderModifiersOptions | undefined;
  /** Changes of the headers of answers. */
  readonly responseHeaders?: HeaderModifiersOptions | undefined;
  /** Most connections at a time. */
  readonly maxConnections?: number | undefined;
  /** Most requests that wait. */
  readonly maxPendingRequests?: number | undefined;
  /** Most requests at a time. */
  readonly maxConcurrentRequests?: number | undefined;
}

/** Changes of HTTP headers. */
export interface HeaderModifiersOptions {
  /** Headers that are added. */
  readonly add?: TextMap | undefined;
  /** Headers that are set, others replaced. */
  readonly set?: TextMap | undefined;
  /** Headers that are removed. */
  readonly remove?: readonly string[] | undefined;
}

/** Leads from the mesh to services outside of it. */
export interface TerminatingOptions {
  /** The services outside of the mesh. */
  readonly service?: Repeated<LinkedServiceOptions> | undefined;
}

/** A service outside of the mesh that the gateway leads to. */
export interface LinkedServiceOptions {
  /** Name of the service in Consul; "*" = all. */
  readonly name?: string | undefined;
  /** File with the certificates that the service is verified with. */
  readonly caFile?: string | undefined;
  /** File with the certificate of the gateway. */
  readonly certFile?: string | undefined;
  /** File with the key of that certificate. */
  readonly keyFile?: string | undefined;
  /** Name of the server that is asked for. */
  readonly sni?: string | undefined;
}

/** Leads to meshes of other datacenters. */
export type MeshOptions = Readonly<Record<string, never>>;
