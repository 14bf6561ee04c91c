// /v1/system/…, /v1/operator/…: care of the cluster.

import type { SchedulerConfigWire } from '@orch/api/types/agent';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError } from './http-error.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function operatorEndpoint(api: Api): readonly Route[] {
  const scheduler = '/v1/operator/scheduler/configuration';
  return [
    { methods: write, path: '/v1/system/gc', access: 'write', handle: () => collect(api) },
    { methods: read, path: scheduler, access: 'read', handle: () => json(readConfig(api)) },
    { methods: write, path: scheduler, access: 'write', handle: (request) => writeConfig(api, request) },
  ];
}

async function collect(api: Api): Promise<Reply> {
  return json({ Collected: await api.leader.gc.force() });
}

function readConfig(api: Api): SchedulerConfigWire {
  const config = api.context.store.snapshot().schedulerConfig();
  return {
    SchedulerConfig: {
      SchedulerAlgorithm: config.algorithm,
      MemoryOversubscriptionEnabled: config.memoryOversubscription,
      ModifyIndex: config.modifyIndex,
    },
  };
}

/** Settings of the field that have no effect here yet, with the value that means "off". */
const offSettings: Readonly<Record<string, unknown>> = {
  RejectJobRegistration: false,
  PauseEvalBroker: false,
  NodeLimitForFeasibilityChecks: 0,
};

async function writeConfig(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  const present = api.context.store.snapshot().schedulerConfig();
  const cas = request.query.get('cas');
  if (cas !== null && request.integer('cas', 0) !== present.modifyIndex) return json({ Updated: false });
  const algorithm = body['SchedulerAlgorithm'] ?? present.algorithm;
  if (algorithm !== 'binpack' && algorithm !== 'spread') {
    throw new HttpError(400, 'SchedulerAlgorithm must be "binpack" or "spread"');
  }
  const oversubscription = body['MemoryOversubscriptionEnabled'] ?? present.memoryOversubscription;
  if (typeof oversubscription !== 'boolean') {
    throw new HttpError(400, 'MemoryOversubscriptionEnabled must be true or false');
  }
  for (const [name, off] of Object.entries(offSettings)) {
    const value = body[name];
    if (value !== undefined && value !== null && value !== off)
      throw new HttpError(400, `${name} is not supported yet`);
  }
  const preemption = Object.entries(asObject(body['PreemptionConfig'] ?? {}, 'PreemptionConfig'));
  if (preemption.some(([, enabled]) => enabled === true)) {
    throw new HttpError(400, 'PreemptionConfig: preemption is not supported yet');
  }
  const config = { algorithm, memoryOversubscription: oversubscription, modifyIndex: 0 } as const;
  const changes = await api.context.store.submit({ kind: 'scheduler-config', config });
  return json({ Updated: true, Index: changes.index }, changes.index);
}
