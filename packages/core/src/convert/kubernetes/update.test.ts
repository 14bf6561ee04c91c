// minReadySeconds and progressDeadlineSeconds: what Kubernetes accepts becomes an `update` that orch accepts.

import test from 'ava';
import { convertText, messages } from '../testing/convert-text.ts';

function convert(spec: string, kind = 'Deployment') {
  return convertText(
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: a }\nspec:\n${spec.replace(/^/gm, '  ')}\n  template: { spec: { containers: [{ name: a, image: i:1 }] } }\n`,
  );
}

const MAX = 2_147_483_647;
for (const [kind, spec, expected] of [
  ['Deployment', 'progressDeadlineSeconds: 1', [0, 4.5, 5]],
  ['Deployment', 'progressDeadlineSeconds: 10', [0, 9.5, 10]],
  ['Deployment', 'progressDeadlineSeconds: 11', [0, 10.5, 11]],
  ['Deployment', 'progressDeadlineSeconds: 60', [10, 59.5, 60]],
  ['Deployment', 'progressDeadlineSeconds: 300', [10, 299.5, 300]],
  ['Deployment', 'progressDeadlineSeconds: 301', [10, 300, 301]],
  ['Deployment', `progressDeadlineSeconds: ${MAX}`, [10, 300, MAX]],
  ['Deployment', 'minReadySeconds: 0\nprogressDeadlineSeconds: 1', [0, 4.5, 5]],
  ['Deployment', 'minReadySeconds: 59\nprogressDeadlineSeconds: 60', [59, 59.5, 60]],
  ['Deployment', 'progressDeadlineSeconds: 600\nminReadySeconds: 400', [400, 599.5, 600]],
  ['Deployment', 'minReadySeconds: 599', [599, 599.5, 600]],
  ['Deployment', 'minReadySeconds: 20', [20, 300, 600]],
  ['StatefulSet', 'minReadySeconds: 900', [900, 1199.5, 1200]],
  ['DaemonSet', 'minReadySeconds: 300', [300, 599.5, 600]],
] as const) {
  test(`${kind} { ${spec.replace('\n', ', ')} } becomes an update that is valid`, (t) => {
    const result = convert(spec, kind);
    t.deepEqual(
      result.diagnostics.map(({ detail }) => detail),
      [],
    );
    const update = result.job?.taskGroups[0]?.update;
    const times = [update?.minHealthyTimeMs, update?.healthyDeadlineMs, update?.progressDeadlineMs];
    t.deepEqual(
      times.map((ms) => Number(ms) / 1000),
      [...expected],
    );
  });
}

for (const [spec, line] of [
  ['progressDeadlineSeconds: 0', 5],
  ['minReadySeconds: 60\nprogressDeadlineSeconds: 60', 6],
  ['minReadySeconds: 600', 5],
] as const) {
  test(`{ ${spec.replace('\n', ', ')} } is one error at its key, as in Kubernetes`, (t) => {
    const said = messages(convert(spec)).filter((text) => text.startsWith('error'));
    t.is(said.length, 1, said.join('\n'));
    t.regex(said[0] ?? '', new RegExp(`^error ${line}:3 Out of range: progressDeadlineSeconds .*minReadySeconds`));
  });
}

test('the deadline is no shorter than the time a pod has to end, and a longer one is told', (t) => {
  const graceful = (spec: string, grace: number) => {
    const result = convertText(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  ${spec}\n  template: { spec: { terminationGracePeriodSeconds: ${grace}, containers: [{ name: a, image: i:1 }] } }\n`,
    );
    const said = messages(result).filter((line) => line.includes('The deadline is'));
    return [result.job?.taskGroups[0]?.update?.progressDeadlineMs, said.length];
  };
  t.deepEqual(graceful('progressDeadlineSeconds: 12', 30), [30_000, 1]);
  t.deepEqual(graceful('progressDeadlineSeconds: 30', 30), [30_000, 0]);
  t.deepEqual(graceful('replicas: 1', 900), [900_000, 0]);
});
