// The state as text: a head line, one line of JSON per table page, an end line with the hash; and back.

import { OrchError } from '../lib/errors.ts';
import type { Allocation } from '../model/allocation.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { Node } from '../model/node.ts';
import type { SchedulerConfig } from '../model/snapshot.ts';
import { storeAllocation, storeDeployment, storeEvaluation, storeNode } from './draft.ts';
import type { Views } from './snapshot.ts';
import { createTables, type JobRow, type TableName, type Tables, tableNames } from './tables.ts';

/** Moves when a reader of the old text could not read the new one. */
export const stateFormat = 1;

interface Head {
  readonly orchState: number;
  readonly index: number;
  readonly schedulerConfig: SchedulerConfig;
}

interface PageLine {
  readonly table: TableName;
  readonly rows: readonly (readonly [slot: number, row: unknown])[];
}

interface End {
  readonly end: true;
  readonly rows: number;
  readonly hash: string;
}

/** Lines without their line breaks. Lazy, over a stable view: the caller may take its time between lines. */
export function* serializeViews(
  views: Views,
  index: number,
  schedulerConfig: SchedulerConfig,
  hash: string,
): Generator<string> {
  yield JSON.stringify({ orchState: stateFormat, index, schedulerConfig } satisfies Head);
  let count = 0;
  for (const table of tableNames) {
    const view = views[table];
    for (let number = 0; number < view.pageCount; number += 1) {
      const page = view.page(number);
      const rows: [number, unknown][] = [];
      page.forEach((row, offset) => {
        if (row !== undefined) rows.push([number * page.length + offset, row]);
      });
      if (rows.length === 0) continue;
      count += rows.length;
      yield JSON.stringify({ table, rows } satisfies PageLine);
    }
  }
  yield JSON.stringify({ end: true, rows: count, hash } satisfies End);
}

export interface Restorer {
  /** Takes the lines in order. @throws OrchError `state-invalid` */
  line(text: string): void;
  /** @throws OrchError `state-invalid` when the end line has not come. */
  finish(): { readonly tables: Tables; readonly index: number; readonly hash: string };
}

export function createRestorer(): Restorer {
  const tables = createTables();
  let head: Head | undefined;
  let end: End | undefined;
  let count = 0;
  return {
    line(text) {
      const parsed = parseLine(text);
      if (head === undefined) {
        head = readHead(parsed);
        tables.schedulerConfig = Object.freeze(head.schedulerConfig);
      } else if ('end' in parsed) {
        end = parsed as unknown as End;
      } else {
        const { table, rows } = parsed as unknown as PageLine;
        const restore = restoreRow[table] as (typeof restoreRow)[TableName] | undefined;
        if (restore === undefined) throw invalid(`it has a table ${JSON.stringify(table)} that is not known here`);
        for (const [slot, row] of rows) restore(tables, slot, row);
        count += rows.length;
      }
    },
    finish() {
      if (head === undefined || end === undefined) throw invalid('it ends before its end line');
      if (end.rows !== count) throw invalid(`it has ${count} rows where its end line says ${end.rows}`);
      for (const name of tableNames) tables[name].restored();
      return { tables, index: head.index, hash: end.hash };
    },
  };
}

function parseLine(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw invalid('a line of it is not JSON', cause);
  }
}

function readHead(parsed: Record<string, unknown>): Head {
  if (parsed['orchState'] !== stateFormat) {
    throw invalid(
      `its format is ${JSON.stringify(parsed['orchState'])}, this version of orch reads ${stateFormat}`,
      undefined,
      'start the version of orch that wrote it, or a newer one',
    );
  }
  return parsed as unknown as Head;
}

/** By table: how a saved row goes back, with the indexes that follow from it. */
const restoreRow: Readonly<Record<TableName, (tables: Tables, slot: number, row: unknown) => void>> = {
  jobs(tables, slot, row) {
    const job = row as JobRow;
    for (const version of job.versions) Object.freeze(version);
    tables.jobs.restore(slot, Object.freeze(job));
    if (!job.purged) tables.prefixes.jobs.add(job.key);
  },
  nodes(tables, slot, row) {
    storeNode(tables, row as Node, slot);
  },
  allocations(tables, slot, row) {
    storeAllocation(tables, undefined, row as Allocation, slot);
  },
  evaluations(tables, slot, row) {
    storeEvaluation(tables, undefined, row as Evaluation, slot);
  },
  deployments(tables, slot, row) {
    storeDeployment(tables, row as Deployment, slot);
  },
};

function invalid(what: string, cause?: unknown, hint = 'an older snapshot may be intact'): OrchError {
  return new OrchError('state-invalid', `the saved state cannot be read: ${what}`, { hint, cause });
}
