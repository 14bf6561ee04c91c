// /v1/agent/…, /v1/status/…, /v1/regions, /v1/namespaces: this agent and its cluster.

import type {
  AgentHealthWire,
  AgentMembersWire,
  AgentMemberWire,
  AgentSelfWire,
  NamespaceWire,
} from '@orch/api/types/agent';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { HttpError, notFound } from './http-error.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read } from './router.ts';

export function agentEndpoint(api: Api): readonly Route[] {
  return [
    { methods: read, path: '/v1/agent/self', access: 'read', handle: () => json(self(api)) },
    { methods: read, path: '/v1/agent/members', access: 'read', handle: () => json(members(api)) },
    { methods: read, path: '/v1/agent/servers', access: 'read', handle: () => json([placeOf(api)]) },
    { methods: read, path: '/v1/agent/health', access: 'open', handle: (request) => health(api, request) },
    { methods: read, path: '/v1/status/leader', access: 'open', handle: () => json(placeOf(api)) },
    { methods: read, path: '/v1/status/peers', access: 'open', handle: () => json([placeOf(api)]) },
    { methods: read, path: '/v1/regions', access: 'open', handle: () => json([api.context.config.region]) },
    { methods: read, path: '/v1/namespaces', access: 'read', handle: (request) => listNamespaces(request) },
    { methods: read, path: '/v1/namespace/:name', access: 'read', handle: (request) => readNamespace(request) },
  ];
}

/** `host:port`, as the field has it; without TCP the URL of a socket: an empty text would say that nobody leads. */
function placeOf(api: Api): string {
  return api.agent.httpAddress() || (api.agent.addresses()[0] ?? '');
}

function member(api: Api): AgentMemberWire {
  const { config } = api.context;
  const [host = '', port = ''] = splitAddress(api.agent.httpAddress());
  return {
    Name: config.name,
    Addr: host,
    Port: Number(port),
    Status: 'alive',
    Tags: { role: 'orch', region: config.region, dc: config.datacenter, build: config.version, bootstrap: '1' },
  };
}

function splitAddress(address: string): readonly string[] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), address.slice(colon + 1)];
}

function self(api: Api): AgentSelfWire {
  const { config, store } = api.context;
  const { broker, blocked } = api.leader;
  const nodeId = api.agent.nodeId();
  const count = (value: number) => String(value);
  return {
    member: member(api),
    config: {
      Region: config.region,
      Datacenter: config.datacenter,
      NodeName: config.name,
      Version: { Version: config.version },
      Server: { Enabled: true },
      Client: { Enabled: nodeId !== undefined },
      ACL: { Enabled: false },
    },
    stats: {
      orch: { server: 'true', leader: 'true', index: count(store.index) },
      broker: {
        ready: count(broker.counts.ready),
        outstanding: count(broker.counts.outstanding),
        waiting_for_job: count(broker.counts.waitingForJob),
        delayed: count(broker.counts.delayed),
        blocked: count(blocked.count),
      },
      ...(nodeId === undefined ? {} : { client: { node_id: nodeId } }),
    },
  };
}

function members(api: Api): AgentMembersWire {
  const { name, region, datacenter } = api.context.config;
  return { ServerName: name, ServerRegion: region, ServerDC: datacenter, Members: [member(api)] };
}

/** 200 when everything asked for is well, else 500 with the same body. */
function health(api: Api, request: ApiRequest): Reply {
  const types = request.query.getAll('type');
  const wants = (type: string) => types.length === 0 || types.includes(type);
  const nodeId = api.agent.nodeId();
  const linked = nodeId !== undefined && api.links.isLinked(nodeId);
  const isClient = nodeId !== undefined;
  const body: AgentHealthWire = {
    ...(wants('server') ? { server: { ok: true, message: 'ok' } } : {}),
    ...(wants('client') && isClient ? { client: { ok: linked, message: linked ? 'ok' : 'no link to a server' } } : {}),
  };
  if (body.client?.ok === false) throw new HttpError(500, JSON.stringify(body));
  return json(body);
}

const defaultNamespace: NamespaceWire = {
  Name: 'default',
  Description: 'Default shared namespace',
  CreateIndex: 1,
  ModifyIndex: 1,
};

function listNamespaces(request: ApiRequest): Reply {
  const prefix = request.query.get('prefix') ?? '';
  return json([defaultNamespace].filter((namespace) => namespace.Name.startsWith(prefix)));
}

function readNamespace(request: ApiRequest): Reply {
  if (request.param('name') !== 'default') throw notFound('namespace');
  return json(defaultNamespace);
}
