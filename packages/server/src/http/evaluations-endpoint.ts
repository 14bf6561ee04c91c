// /v1/evaluations and /v1/evaluation/<id>.

import { allocationToStub } from '@orch/api/wire/allocation-wire';
import { evaluationToWire } from '@orch/api/wire/evaluation-wire';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { notFound } from './http-error.ts';
import { listPage } from './list-page.ts';
import type { Reply } from './reply.ts';
import { type Route, read } from './router.ts';

export function evaluationsEndpoint(api: Api): readonly Route[] {
  const path = '/v1/evaluation/:evaluationId';
  return [
    { methods: read, path: '/v1/evaluations', access: 'read', handle: (request) => listEvaluations(api, request) },
    { methods: read, path, access: 'read', handle: (request) => readEvaluation(api, request) },
    { methods: read, path: `${path}/allocations`, access: 'read', handle: (request) => readAllocations(api, request) },
  ];
}

function listEvaluations(api: Api, request: ApiRequest): Promise<Reply> {
  const status = request.query.get('status') ?? '';
  const job = request.query.get('job') ?? '';
  return api.blocking.read(request, [{ table: 'evaluations' }], (snapshot) => {
    const wanted = [...snapshot.evaluations()].filter(
      (evaluation) => (status === '' || evaluation.status === status) && (job === '' || evaluation.jobId === job),
    );
    return listPage(request, wanted, {
      idOf: (evaluation) => evaluation.id,
      namespaceOf: (evaluation) => evaluation.namespace,
      toWire: evaluationToWire,
    });
  });
}

function readEvaluation(api: Api, request: ApiRequest): Promise<Reply> {
  const scopes = [{ table: 'evaluations', key: request.param('evaluationId') } as const];
  return api.blocking.read(request, scopes, (snapshot) => {
    const evaluation = snapshot.evaluation(request.param('evaluationId'));
    if (evaluation === undefined) throw notFound('eval');
    return evaluationToWire(evaluation);
  });
}

function readAllocations(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'allocations' }], (snapshot) =>
    snapshot.evaluationAllocations(request.param('evaluationId')).map((allocation) => {
      const { namespace, jobId, jobVersion } = allocation;
      return allocationToStub(allocation, snapshot.jobVersion(namespace, jobId, jobVersion));
    }),
  );
}
