// The agent and the cluster on the wire.

export interface AgentSelfWire {
  readonly member: AgentMemberWire;
  readonly config: {
    readonly Region: string;
    readonly Datacenter: string;
    readonly NodeName: string;
    readonly Version: { readonly Version: string };
    readonly Server: { readonly Enabled: boolean };
    readonly Client: { readonly Enabled: boolean };
    readonly ACL: { readonly Enabled: boolean };
    readonly [field: string]: unknown;
  };
  readonly stats: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface AgentMemberWire {
  readonly Name: string;
  readonly Addr: string;
  readonly Port: number;
  readonly Status: string;
  readonly Tags: Readonly<Record<string, string>>;
}

export interface AgentMembersWire {
  readonly ServerName: string;
  readonly ServerRegion: string;
  readonly ServerDC: string;
  readonly Members: readonly AgentMemberWire[];
}

export interface AgentHealthWire {
  readonly client?: { readonly ok: boolean; readonly message: string };
  readonly server?: { readonly ok: boolean; readonly message: string };
}

export interface NamespaceWire {
  readonly Name: string;
  readonly Description: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export const searchContexts = ['jobs', 'evals', 'allocs', 'nodes', 'deployment', 'namespaces'] as const;
export type SearchContext = (typeof searchContexts)[number];

export interface SearchRequest {
  readonly Prefix: string;
  /** One of `searchContexts`, or `all`. */
  readonly Context: string;
}

export interface SearchResponse {
  readonly Matches: Readonly<Record<string, readonly string[]>>;
  /** Context → whether more matched than are listed. */
  readonly Truncations: Readonly<Record<string, boolean>>;
}

export interface SchedulerConfigWire {
  readonly SchedulerConfig: {
    readonly SchedulerAlgorithm: 'binpack' | 'spread';
    readonly MemoryOversubscriptionEnabled: boolean;
    readonly ModifyIndex: number;
  };
}
