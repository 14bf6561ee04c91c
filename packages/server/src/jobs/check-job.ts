// Whether a submitted job can be registered: its JSON, the rules of the schema, its drivers and their configs.

import { didYouMean } from '@orch/core/lib/nearest-name';
import type { Job } from '@orch/core/model/job';
import type { Task } from '@orch/core/model/task';
import type { TaskGroup } from '@orch/core/model/task-group';
import { decodeJobJson, type FieldProblem, validateDriverConfig, validateJob } from '@orch/core/schema';
import type { ServerConfig } from '../config.ts';

export interface CheckedJob {
  /** Canonical; absent when there are errors. */
  readonly job?: Job;
  /** Every problem at its field path. */
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}

/** @param json a job as the API carries it, bare or as `{"Job": …}` */
export function checkJob(config: ServerConfig, json: unknown): CheckedJob {
  const decoded = decodeJobJson(json);
  if (decoded.job === undefined) return { errors: decoded.errors, warnings: decoded.warnings };
  const drivers = checkDrivers(config, decoded.job);
  const { job } = drivers;
  const errors = [...validateJob(job), ...checkPlace(config, job), ...drivers.errors];
  const warnings = [...decoded.warnings, ...drivers.warnings];
  return errors.length > 0 ? { errors, warnings } : { job, errors, warnings };
}

function checkPlace(config: ServerConfig, job: Job): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (job.namespace !== 'default') {
    problems.push({
      path: 'namespace',
      message: `namespace "${job.namespace}" does not exist`,
      hint: 'namespaces other than "default" are not supported yet',
    });
  }
  if (job.region !== config.region && job.region !== 'global') {
    problems.push({ path: 'region', message: `this is region "${config.region}", not "${job.region}"` });
  }
  return problems;
}

interface CheckedDrivers {
  /** With each config in the shape its driver's schema says. */
  readonly job: Job;
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}

function checkDrivers(config: ServerConfig, job: Job): CheckedDrivers {
  const errors: FieldProblem[] = [];
  const warnings: FieldProblem[] = [];
  const known = Object.keys(config.configSchemas).sort();
  const checkTask = (group: TaskGroup, task: Task): Task => {
    const path = `group["${group.name}"].task["${task.name}"]`;
    // A task without one is told by the rules of the schema.
    if (!task.driver) return task;
    const schema = Object.hasOwn(config.configSchemas, task.driver) ? config.configSchemas[task.driver] : undefined;
    if (schema === undefined) {
      const message = `unknown driver "${task.driver}"`;
      errors.push({ path: `${path}.driver`, message, hint: driverHint(task.driver, known) });
      return task;
    }
    const checked = validateDriverConfig(task.config, schema, `${path}.config`);
    errors.push(...checked.errors);
    warnings.push(...checked.warnings);
    return { ...task, config: checked.config };
  };
  const taskGroups = job.taskGroups.map((group) => ({
    ...group,
    tasks: group.tasks.map((task) => checkTask(group, task)),
  }));
  return { job: { ...job, taskGroups }, errors, warnings };
}

/** A word without quotes in a job file arrives as a reference. */
function driverHint(driver: string, known: readonly string[]): string {
  const word = /^\$\{([\w-]+)\}$/.exec(driver)?.[1];
  const meant = word === undefined ? undefined : known.find((name) => name === word);
  if (meant !== undefined) return `write it in quotes: driver = "${meant}"`;
  return didYouMean(driver, known) ?? `known drivers: ${known.join(', ')}`;
}

/** One line per problem: path, message, hint. */
export function problemLine(problem: FieldProblem): string {
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return problem.path === '' ? `${problem.message}${hint}` : `${problem.path}: ${problem.message}${hint}`;
}

/** Problems as one text under a count, as the field prints them; empty for none. */
export function problemsText(kind: 'error' | 'warning', problems: readonly FieldProblem[]): string {
  if (problems.length === 0) return '';
  const head = kind === 'error' ? 'occurred' : '';
  const count = `${problems.length} ${kind}${problems.length === 1 ? '' : 's'}`;
  return `${`${count} ${head}`.trim()}:\n${problems.map((problem) => `\t* ${problemLine(problem)}`).join('\n')}`;
}
