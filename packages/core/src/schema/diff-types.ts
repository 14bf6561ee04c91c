// The shape of a difference, as Nomad's `job plan` answers it.

export type DiffType = 'None' | 'Added' | 'Deleted' | 'Edited';

/** What a change of a task or of a count makes the scheduler do. */
export type DiffAnnotation =
  | 'forces create'
  | 'forces destroy'
  | 'forces in-place update'
  | 'forces create/destroy update';

export interface FieldDiff {
  readonly Type: DiffType;
  /** Wire name; members of maps and lists as `Meta[owner]`, `args[0]`. */
  readonly Name: string;
  /** Text form; durations in nanoseconds; empty = not there. */
  readonly Old: string;
  readonly New: string;
  readonly Annotations: readonly DiffAnnotation[] | null;
}

export interface ObjectDiff {
  readonly Type: DiffType;
  readonly Name: string;
  /** The fields of a changed object are all there, unchanged ones as `None`. */
  readonly Fields: readonly FieldDiff[];
  readonly Objects: readonly ObjectDiff[];
}

export interface TaskDiff extends ObjectDiff {
  readonly Annotations: readonly DiffAnnotation[] | null;
}

export interface TaskGroupDiff extends ObjectDiff {
  /** All tasks of both versions, by name; unchanged ones as `None`. */
  readonly Tasks: readonly TaskDiff[];
  /** Filled by the planner: what happens to how many allocations. */
  readonly Updates: Readonly<Record<string, number>> | null;
}

export interface JobDiff extends Omit<ObjectDiff, 'Name'> {
  readonly ID: string;
  /** All groups of both versions, by name; unchanged ones as `None`. */
  readonly TaskGroups: readonly TaskGroupDiff[];
}

/** The type of something that may be new or gone. */
export function typeOf(before: unknown, after: unknown, changed: boolean): DiffType {
  if (before === undefined) return after === undefined ? 'None' : 'Added';
  if (after === undefined) return 'Deleted';
  return changed ? 'Edited' : 'None';
}
