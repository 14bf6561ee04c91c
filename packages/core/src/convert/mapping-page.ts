// The tables of this room as a page for people: what every key becomes.

import { topTable } from './compose/top-keys.ts';
import { claimKeys, configMapKeys, secretKeys } from './kubernetes/data-keys.ts';
import { otherKinds } from './kubernetes/manifest.ts';
import { objectKeys } from './kubernetes/object-keys.ts';
import { serviceKeys } from './kubernetes/service-keys.ts';
import { workloadKinds } from './kubernetes/workload.ts';
import { type AnyTable, capital } from './read/key-table.ts';

/** The generated part of `docs/convert.md`. */
export function mappingPage(): string {
  const { Pod, ...workloads } = workloadKinds;
  const known = new Set<AnyTable>();
  return [
    section('Compose', '', topTable as AnyTable, known),
    section('Kubernetes: every object', '', objectKeys as AnyTable, known),
    ...Object.entries({ ...workloads, Pod }).map(([kind, workload]) =>
      section(`Kubernetes: ${kind}`, 'spec.', (workload?.table ?? {}) as AnyTable, known),
    ),
    section('Kubernetes: Service', 'spec.', serviceKeys as AnyTable, known),
    section('Kubernetes: ConfigMap', '', configMapKeys as AnyTable, known),
    section('Kubernetes: Secret', '', secretKeys as AnyTable, known),
    section('Kubernetes: PersistentVolumeClaim', 'spec.', claimKeys as AnyTable, known),
    `### Kubernetes: named in a warning, nothing else\n\n| kind | why |\n|---|---|\n${Object.entries(otherKinds)
      .map(([kind, why]) => `| ${kind} | ${why} |`)
      .join('\n')}\n`,
  ].join('\n');
}

function section(title: string, prefix: string, table: AnyTable, known: Set<AnyTable>): string {
  return `### ${title}\n\n| key | becomes |\n|---|---|\n${rows(table, prefix, known).join('\n')}\n`;
}

/** A table that stands at several places is written out at the first. */
function rows(table: AnyTable, prefix: string, known: Set<AnyTable>): string[] {
  return Object.entries(table).flatMap(([key, row]) => {
    const path = `${prefix}${key}`;
    const inner = row.inner?.();
    const isNew = inner !== undefined && !known.has(inner);
    if (inner !== undefined) known.add(inner);
    const what = row.refuse ? `**error**: ${row.doc}` : row.warn ? `warning: ${row.doc}` : row.doc;
    const line = `| \`${path}\` | ${capital(what).replaceAll('|', '\\|')}${row.hint === undefined ? '' : ` (${row.hint})`} |`;
    const below = row.below === 'list' ? '[].' : row.below === 'names' ? '.NAME.' : '.';
    return [line, ...(isNew && inner !== undefined ? rows(inner, `${path}${below}`, known) : [])];
  });
}
