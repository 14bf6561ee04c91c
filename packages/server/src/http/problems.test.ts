// What is wrong with a job, as data: beside the texts of the field's clients, and in refusals for callers that ask for it.

import { ApiError, createClient } from '@orch/api';
import test, { type ExecutionContext } from 'ava';
import { jobJson } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';

const asData = { accept: 'application/json, application/problem+json' };

async function rigOf(t: ExecutionContext): Promise<Rig> {
  const rig = await startRig();
  t.teardown(rig.close);
  return rig;
}

/** A job with changes to itself and to its only task. */
function jobWith(job: object, task: object = {}): object {
  const base = jobJson('web');
  const [group] = base['TaskGroups'] as Record<string, unknown>[];
  const [only] = (group?.['Tasks'] ?? []) as Record<string, unknown>[];
  return { ...base, ...job, TaskGroups: [{ ...group, Tasks: [{ ...only, ...task }] }] };
}

const bad = jobWith(
  { Region: 'mars', Namespace: 'team', Priority: 1000, Constraints: [{ LTarget: 'a', RTarget: 'b', Operand: '=<' }] },
  { Driver: 'exce', Resources: { CPU: 100, MemoryMB: 1 } },
);

test('a refusal is plain text for clients that ask for nothing else, with every problem in a line of its own', async (t) => {
  const rig = await rigOf(t);
  for (const headers of [{}, { accept: 'application/json' }, { accept: '*/*' }]) {
    const { status, text, headers: answered } = await rig.call('PUT', '/v1/jobs', { Job: bad }, headers);
    t.is(status, 400);
    t.is(answered.get('content-type'), 'text/plain; charset=utf-8');
    t.regex(text, /^6 errors occurred:\n/);
    t.is(text.split('\n').length, 7);
  }
});

test('a caller that takes problem+json gets the same text and every problem with its path, message and hint', async (t) => {
  const rig = await rigOf(t);
  for (const path of ['/v1/jobs', '/v1/job/web', '/v1/job/web/plan', '/v1/job/web/explain']) {
    const plain = await rig.call('PUT', path, { Job: bad });
    const { status, text, headers } = await rig.call('PUT', path, { Job: bad }, asData);
    t.is(status, 400);
    t.is(headers.get('content-type'), 'application/problem+json');
    const body = JSON.parse(text);
    t.is(body.title, 'Bad Request');
    t.is(body.status, 400);
    t.is(body.detail, plain.text);
    const driver = 'group["web"].task["server"].driver';
    t.deepEqual(
      body.problems.map((problem: { Path: string }) => problem.Path).sort(),
      [
        'constraint[0].operator',
        'group["web"].task["server"].resources.memory',
        'priority',
        'namespace',
        'region',
        driver,
      ].sort(),
    );
    t.deepEqual(
      body.problems.find((problem: { Path: string }) => problem.Path === driver),
      { Severity: 'error', Path: driver, Message: 'unknown driver "exce"', Hint: 'did you mean "exec"?' },
    );
  }
});

test('validate and register say their problems and warnings as data beside the texts', async (t) => {
  const rig = await rigOf(t);
  const checked = await rig.call('PUT', '/v1/validate/job', { Job: bad });
  t.is(checked.status, 200);
  t.is(checked.body.ValidationErrors.length, 6);
  t.is(checked.body.Problems.length, 6);
  const odd = { ...jobJson('web'), NoSuchField: 1 };
  for (const path of ['/v1/validate/job', '/v1/job/web/plan', '/v1/jobs']) {
    const { body } = await rig.call('PUT', path, { Job: odd });
    t.regex(body.Warnings, /NoSuchField/);
    t.is(body.Problems.length, 1, path);
    t.is(body.Problems[0].Severity, 'warning');
    t.is(body.Problems[0].Path, 'NoSuchField');
  }
  const good = await rig.call('PUT', '/v1/validate/job', { Job: jobJson('web') });
  t.deepEqual([good.body.Error, good.body.Warnings, good.body.Problems], ['', '', []]);
});

test('a driver without quotes is told from an unknown one', async (t) => {
  const rig = await rigOf(t);
  const hintOf = async (driver: string) => {
    const { body } = await rig.call('PUT', '/v1/validate/job', { Job: jobWith({}, { Driver: driver }) });
    return body.Problems[0].Hint;
  };
  t.is(await hintOf('${exec}'), 'write it in quotes: driver = "exec"');
  t.is(await hintOf('${exce}'), 'known drivers: exec');
  t.is(await hintOf('exce'), 'did you mean "exec"?');
});

test('parse says line and column of every mistake', async (t) => {
  const rig = await rigOf(t);
  const JobHCL = 'job "x" {\n  cuont = 1\n  group "g" {\n    tsk "t" {}\n  }\n}\n';
  const { text } = await rig.call('POST', '/v1/jobs/parse', { JobHCL }, asData);
  const places = JSON.parse(text).problems.map((problem: { Line: number; Column: number }) => [
    problem.Line,
    problem.Column,
  ]);
  t.deepEqual(places.slice(0, 2), [
    [2, 3],
    [4, 5],
  ]);
});

test('refusals that are not about a job have no problems, and the code of their kind where there is one', async (t) => {
  const rig = await rigOf(t);
  const none = await rig.call('GET', '/v1/job/none', undefined, asData);
  t.deepEqual(JSON.parse(none.text), { title: 'Not Found', status: 404, detail: 'job not found' });
  t.is(none.headers.get('content-type'), 'application/problem+json');
});

test('the client hands the problems over, and the text as its message', async (t) => {
  const rig = await rigOf(t);
  const client = createClient({ address: rig.url });
  t.teardown(() => client.close());
  const error = await t.throwsAsync(client.jobs.register({ Job: bad as Record<string, unknown> }), {
    instanceOf: ApiError,
  });
  t.is(error?.status, 400);
  t.is(error?.problems.length, 6);
  t.regex(error?.message ?? '', /^6 errors occurred/);
});

test('a job with the longest id there can be is read, stopped and forgotten through its path; a longer one is refused', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  for (const id of ['日'.repeat(85), 'a/allocations', 'a/b/plan', '%2F', '?x#y', '🚀'.repeat(64)]) {
    t.is((await rig.call('PUT', '/v1/jobs', { Job: jobJson(id) })).status, 200, id);
    const path = `/v1/job/${encodeURIComponent(id)}`;
    t.is((await rig.call('GET', path)).body?.ID, id);
    t.is((await rig.call('DELETE', `${path}?purge=true`)).status, 200, id);
    t.is((await rig.call('GET', path)).status, 404, id);
  }
  for (const id of ['x'.repeat(20_000), '..', 'a\u001bb']) {
    const answer = await rig.call('PUT', '/v1/jobs', { Job: jobJson(id) });
    t.is(answer.status, 400);
    t.regex(answer.text, /id: the job id "/);
    t.false(answer.text.includes('\u001b'));
  }
});
