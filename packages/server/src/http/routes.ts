// The table of contents of the API: one module per noun.

import { agentEndpoint } from './agent-endpoint.ts';
import { allocationsEndpoint } from './allocations-endpoint.ts';
import type { Api } from './api.ts';
import { clientEndpoint } from './client-endpoint.ts';
import { clientFsEndpoint } from './client-fs-endpoint.ts';
import { deploymentsEndpoint } from './deployments-endpoint.ts';
import { evaluationsEndpoint } from './evaluations-endpoint.ts';
import { jobEndpoint } from './job-endpoint.ts';
import { jobPlanEndpoint } from './job-plan-endpoint.ts';
import { jobsEndpoint } from './jobs-endpoint.ts';
import { jobsParseEndpoint } from './jobs-parse-endpoint.ts';
import { nodesEndpoint } from './nodes-endpoint.ts';
import { operatorEndpoint } from './operator-endpoint.ts';
import type { Route } from './router.ts';
import { searchEndpoint } from './search-endpoint.ts';

export function allRoutes(api: Api): readonly Route[] {
  return [
    jobsEndpoint,
    jobsParseEndpoint,
    jobEndpoint,
    jobPlanEndpoint,
    nodesEndpoint,
    allocationsEndpoint,
    evaluationsEndpoint,
    deploymentsEndpoint,
    clientFsEndpoint,
    clientEndpoint,
    agentEndpoint,
    searchEndpoint,
    operatorEndpoint,
  ].flatMap((endpoint) => endpoint(api));
}
