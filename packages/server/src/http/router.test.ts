// Paths to routes.

import test from 'ava';
import { type Method, router } from './router.ts';

const handle = () => ({ kind: 'json', body: null }) as const;
const route = (path: string, ...methods: Method[]) => ({ path, methods, handle, access: 'open' as const });
const routes = router([
  route('/v1/job/*jobId', 'GET', 'PUT', 'DELETE'),
  route('/v1/job/*jobId/allocations', 'GET'),
  route('/v1/job/*jobId/plan', 'PUT', 'POST'),
  route('/v1/jobs', 'GET', 'PUT'),
  route('/v1/deployment/promote/:deploymentId', 'PUT'),
  route('/v1/deployment/:deploymentId', 'GET'),
]);

function found(method: string, path: string): string {
  const match = routes.match(method, path);
  return match.kind === 'route' ? `${match.route.path} ${Object.values(match.params).join()}` : match.kind;
}

test('match takes job ids with slashes, encoded or not', (t) => {
  t.is(found('GET', '/v1/job/a/b/c'), '/v1/job/*jobId a/b/c');
  t.is(found('GET', '/v1/job/a/b/allocations'), '/v1/job/*jobId/allocations a/b');
  t.is(found('GET', '/v1/job/a%2Fallocations'), '/v1/job/*jobId a/allocations');
  t.is(found('GET', '/v1/job/%E0%A4'), 'none');
});

test('match tells verbs before ids apart, and wrong methods from unknown paths', (t) => {
  t.is(found('PUT', '/v1/deployment/promote/d1'), '/v1/deployment/promote/:deploymentId d1');
  t.is(found('GET', '/v1/deployment/d1'), '/v1/deployment/:deploymentId d1');
  t.is(found('GET', '/v1/job/a/plan'), 'wrong-method');
  t.is(found('HEAD', '/v1/jobs'), '/v1/jobs ');
  t.is(found('GET', '/v1/jobs/'), '/v1/jobs ');
  t.is(found('GET', '/v2/jobs'), 'none');
});

test('match names the nearest path for a mistyped one, none for a strange one', (t) => {
  const near = routes.match('GET', '/v1/jbos');
  t.is(near.kind === 'none' ? near.nearest : undefined, '/v1/jobs');
  const strange = routes.match('GET', '/favicon.ico');
  t.is(strange.kind === 'none' ? strange.nearest : '', undefined);
});
