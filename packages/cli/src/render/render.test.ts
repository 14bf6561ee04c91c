import type { PlacementMetricsWire } from '@orch/api/types/allocation';
import type { JobPlanResponse } from '@orch/api/types/job';
import test from 'ava';
import { renderPlacementFailure } from './placement.ts';
import { planExitCode, renderPlan } from './plan.ts';

const metrics: PlacementMetricsWire = {
  NodesEvaluated: 3,
  NodesFiltered: 1,
  NodesInPool: 3,
  NodesAvailable: { dc1: 3 },
  ClassFiltered: null,
  ConstraintFiltered: { '${attr.kernel.name} = windows': 1 },
  NodesExhausted: 2,
  ClassExhausted: null,
  DimensionExhausted: { memory: 2 },
  QuotaExhausted: null,
  ResourcesExhausted: null,
  Scores: null,
  ScoreMetaData: [],
  AllocationTime: 0,
  CoalescedFailures: 1,
  Nearest: [
    {
      NodeID: '0a1b2c3d-0000',
      NodeName: 'n1',
      Failures: [
        {
          Check: 'memory',
          Reason: 'needs 512 MiB, has 200 MiB free of 2048',
          Mend: 'lower memory to 200 or stop something',
        },
      ],
    },
  ],
};

test('renderPlacementFailure gives counts, then the nearest nodes with the mend', (t) => {
  t.deepEqual(renderPlacementFailure('web', metrics), [
    'Task Group "web" (failed to place 2 allocations):',
    '  * ${attr.kernel.name} = windows: 1 node excluded by it',
    '  * Resources exhausted on 2 nodes',
    '  * Dimension "memory" exhausted on 2 nodes',
    '  Node n1 (0a1b2c3d):',
    '    - memory: needs 512 MiB, has 200 MiB free of 2048',
    '      mend: lower memory to 200 or stop something',
  ]);
});

const updates = {
  Ignore: 0,
  Place: 0,
  Migrate: 0,
  Stop: 0,
  InPlaceUpdate: 0,
  DestructiveUpdate: 0,
  Canary: 0,
  Preemptions: 0,
  RescheduleNow: 0,
  RescheduleLater: 0,
};
const plan = (change: Partial<typeof updates>): JobPlanResponse => ({
  JobModifyIndex: 7,
  Diff: {
    Type: 'Edited',
    ID: 'docs',
    Fields: [],
    Objects: [],
    TaskGroups: [
      {
        Type: 'Edited',
        Name: 'web',
        Fields: [
          { Type: 'Edited', Name: 'Count', Old: '1', New: '3' },
          { Type: 'None', Name: 'X', Old: '', New: '' },
        ],
        Objects: [],
        Tasks: [
          {
            Type: 'Added',
            Name: 'side',
            Fields: [{ Type: 'Added', Name: 'Driver', Old: '', New: 'exec' }],
            Objects: [],
          },
        ],
      },
    ],
  },
  Annotations: { DesiredTGUpdates: { web: { ...updates, ...change } }, PreemptedAllocs: [] },
  FailedTGAllocs: null,
  Warnings: '',
  Index: 9,
});

test('planExitCode is 1 when allocations would change and 0 when they would not', (t) => {
  t.is(planExitCode(plan({ Ignore: 3 })), 0);
  t.is(planExitCode(plan({ Place: 2 })), 1);
  t.is(planExitCode(plan({ DestructiveUpdate: 1 })), 1);
});

test('renderPlan shows what differs and what would be done', (t) => {
  const shown = (verbose: boolean) => renderPlan(plan({ Place: 2, Ignore: 1 }), { diff: true, verbose });
  t.is(
    shown(true),
    [
      '+/- Job: "docs"',
      '+/- Task Group: "web" (2 create, 1 ignore)',
      '  +/- Count: "1" => "3"',
      '  + Task: "side"',
      '    + Driver: "exec"',
      '',
      'Scheduler dry-run:',
      '- All tasks successfully allocated.',
      '',
      'Job Modify Index: 7',
      'To submit the job with version verification run:',
      '',
      '  orch job run --check-index 7 FILE',
    ].join('\n'),
  );
  t.is(shown(false), shown(true).replace('    + Driver: "exec"\n', ''), 'what is added as a whole is one line');
  t.regex(renderPlan(plan({}), { diff: false, file: 'web.hcl' }), /--check-index 7 web\.hcl$/);
  t.true(renderPlan(plan({}), { diff: false, file: "it's my.hcl" }).endsWith("7 'it'\\''s my.hcl'"));
});

test('renderPlan says what the change of a count or a task makes the scheduler do', (t) => {
  const forced = (Annotations: readonly string[]) => ({ Annotations, Fields: [], Objects: [] });
  const Diff = {
    ...forced([]),
    Type: 'Edited',
    ID: 'docs',
    TaskGroups: [
      {
        ...forced([]),
        Type: 'Edited',
        Name: 'web',
        Fields: [{ Type: 'Edited', Name: 'Count', Old: '1', New: '3', Annotations: ['forces create'] }],
        Tasks: [{ ...forced(['forces in-place update']), Type: 'Edited', Name: 'server' }],
      },
    ],
  };
  const shown = renderPlan(
    { ...plan({}), Diff: Diff as unknown as NonNullable<JobPlanResponse['Diff']> },
    { diff: true },
  );
  t.regex(shown, / {2}\+\/- Count: "1" => "3" \(forces create\)\n/);
  t.regex(shown, / {2}\+\/- Task: "server" \(forces in-place update\)\n/);
});
