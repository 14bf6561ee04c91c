// `job plan`: the difference to the running version and what the scheduler would do.

import type { DesiredUpdatesWire, JobPlanResponse } from '@orch/api/types/job';
import { escapedLines } from '@orch/core/lib/display-width';
import { renderPlacementFailure } from './placement.ts';

/** The shapes of a structural difference, as the API gives it. */
interface FieldDiff {
  readonly Type: string;
  readonly Name: string;
  readonly Old: string;
  readonly New: string;
  readonly Annotations?: readonly string[] | null;
}
interface ObjectDiff {
  readonly Type: string;
  readonly Name: string;
  readonly Fields?: readonly FieldDiff[] | null;
  readonly Objects?: readonly ObjectDiff[] | null;
}
interface NamedDiff extends ObjectDiff {
  readonly Annotations?: readonly string[] | null;
  readonly Tasks?: readonly NamedDiff[] | null;
  readonly TaskGroups?: readonly NamedDiff[] | null;
  readonly ID?: string;
}

const marks: Readonly<Record<string, string>> = { Added: '+ ', Deleted: '- ', Edited: '+/- ' };

/** Exit code of `job plan`: 1 when allocations would be made or stopped, else 0. */
export function planExitCode(plan: JobPlanResponse): 0 | 1 {
  const updates = Object.values(plan.Annotations.DesiredTGUpdates);
  return updates.some(
    (update) =>
      update.Place +
        update.Stop +
        update.Migrate +
        update.InPlaceUpdate +
        update.DestructiveUpdate +
        update.Canary +
        update.Preemptions >
      0,
  )
    ? 1
    : 0;
}

export interface PlanOptions {
  readonly diff: boolean;
  /** Also the fields of what is added or removed as a whole. @default false */
  readonly verbose?: boolean;
  /** As the person named the job file. */
  readonly file?: string;
}

export function renderPlan(plan: JobPlanResponse, options: PlanOptions): string {
  const parts: string[] = [];
  const diff = plan.Diff as NamedDiff | null;
  if (options.diff && diff !== null && diff !== undefined)
    parts.push(renderJobDiff(diff, plan.Annotations.DesiredTGUpdates, options.verbose === true).join('\n'));
  const failures = Object.entries(plan.FailedTGAllocs ?? {});
  const failed = failures.flatMap(([group, metrics]) => renderPlacementFailure(group, metrics));
  parts.push(
    `Scheduler dry-run:\n${failed.length === 0 ? '- All tasks successfully allocated.' : `- WARNING: Failed to place all allocations.\n${failed.map((line) => `  ${line}`).join('\n')}`}`,
  );
  if (plan.Warnings !== '') parts.push(`Job Warnings:\n${plan.Warnings}`);
  parts.push(
    `Job Modify Index: ${plan.JobModifyIndex}\nTo submit the job with version verification run:\n\n  orch job run --check-index ${plan.JobModifyIndex} ${shellWord(options.file ?? 'FILE')}`,
  );
  // A value may have several lines, as in a template: they stay lines.
  return escapedLines(parts.join('\n\n'));
}

/** As it can be typed again. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What is added or removed as a whole is one line, unless everything is asked for. */
function renderJobDiff(
  diff: NamedDiff,
  updates: Readonly<Record<string, DesiredUpdatesWire>>,
  verbose: boolean,
): readonly string[] {
  const body = (part: NamedDiff, indent: string) => (verbose || part.Type === 'Edited' ? renderBody(part, indent) : []);
  const lines = [`${mark(diff.Type)}Job: "${diff.ID ?? diff.Name}"`, ...body(diff, '  ')];
  for (const group of diff.TaskGroups ?? []) {
    lines.push(
      `${mark(group.Type)}Task Group: "${group.Name}"${annotations(updates[group.Name])}`,
      ...body(group, '  '),
    );
    for (const task of group.Tasks ?? [])
      lines.push(`  ${mark(task.Type)}Task: "${task.Name}"${forced(task)}`, ...body(task, '    '));
  }
  return lines;
}

function renderBody(diff: ObjectDiff, indent: string): readonly string[] {
  const fields = (diff.Fields ?? [])
    .filter((field) => field.Type !== 'None')
    .map((field) => `${indent}${mark(field.Type)}${field.Name}: ${values(field)}${forced(field)}`);
  const objects = (diff.Objects ?? [])
    .filter((object) => object.Type !== 'None')
    .flatMap((object) => [
      `${indent}${mark(object.Type)}${object.Name} {`,
      ...renderBody(object, `${indent}  `),
      `${indent}}`,
    ]);
  return [...fields, ...objects];
}

function values(field: FieldDiff): string {
  if (field.Type === 'Edited') return `"${field.Old}" => "${field.New}"`;
  return `"${field.Type === 'Added' ? field.New : field.Old}"`;
}

/** What the change makes the scheduler do. */
function forced({ Annotations }: { readonly Annotations?: readonly string[] | null }): string {
  return (Annotations ?? []).length === 0 ? '' : ` (${(Annotations ?? []).join(', ')})`;
}

function mark(type: string): string {
  return marks[type] ?? '';
}

function annotations(update: DesiredUpdatesWire | undefined): string {
  if (update === undefined) return '';
  const words: readonly (readonly [number, string])[] = [
    [update.Place, 'create'],
    [update.Stop, 'destroy'],
    [update.Migrate, 'migrate'],
    [update.InPlaceUpdate, 'in-place update'],
    [update.DestructiveUpdate, 'create/destroy update'],
    [update.Canary, 'canary'],
    [update.Preemptions, 'preemption'],
    [update.Ignore, 'ignore'],
  ];
  const said = words.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}
