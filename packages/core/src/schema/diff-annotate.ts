// What a difference makes the scheduler do, written beside it: counts of a group, annotations of counts and tasks.

import type { Job } from '../model/job.ts';
import type { GroupAnnotation } from '../model/plan.ts';
import { destructiveChanges } from './destructive.ts';
import type { DiffAnnotation, FieldDiff, JobDiff, TaskDiff, TaskGroupDiff } from './diff-types.ts';

/**
 * Adds to a difference what the scheduler would do. `counts`: its annotations by group. Whether a task's change
 * replaces allocations is the answer of `destructiveChanges`, so that a task never says otherwise than its group's
 * counts (Nomad guesses it from the names of the fields).
 */
export function annotateDiff(
  diff: JobDiff,
  before: Job | undefined,
  after: Job,
  counts: Readonly<Record<string, GroupAnnotation>>,
): JobDiff {
  const TaskGroups = diff.TaskGroups.map((group) => {
    const isEdited = before !== undefined && group.Type === 'Edited';
    const destructive = isEdited ? destructiveChanges(before, after, group.Name) : [];
    return {
      ...group,
      Fields: group.Fields.map(annotateCount),
      Tasks: group.Tasks.map((task) => ({ ...task, Annotations: taskAnnotation(task, group, destructive) })),
      Updates: updatesOf(counts[group.Name]),
    };
  });
  return { ...diff, TaskGroups };
}

function annotateCount(field: FieldDiff): FieldDiff {
  const [old, next] = [Number(field.Old), Number(field.New)];
  if (field.Name !== 'Count' || old === next) return field;
  return { ...field, Annotations: [next > old ? 'forces create' : 'forces destroy'] };
}

function taskAnnotation(
  task: TaskDiff,
  group: TaskGroupDiff,
  destructive: readonly string[],
): readonly DiffAnnotation[] | null {
  if (task.Type === 'None') return null;
  if (group.Type === 'Added') return ['forces create'];
  if (group.Type === 'Deleted') return ['forces destroy'];
  const path = `group["${group.Name}"].task["${task.Name}"]`;
  const isHere = destructive.some((change) => change === path || change.startsWith(`${path}.`));
  return [isHere ? 'forces create/destroy update' : 'forces in-place update'];
}

function updatesOf(counts: GroupAnnotation | undefined): Readonly<Record<string, number>> | null {
  if (counts === undefined) return null;
  const all = {
    ignore: counts.ignore,
    create: counts.place,
    destroy: counts.stop,
    migrate: counts.migrate,
    canary: counts.canary,
    'in-place update': counts.inPlaceUpdate,
    'create/destroy update': counts.destructiveUpdate,
  };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
