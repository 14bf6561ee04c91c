// `npm run mutants -- security`: takes out each guard of a table, one at a time, in a copy of the tree, and wants its named
// test to fail. `--only TEXT`: rows whose attack, guard or file contains TEXT. Exit 0 when every guard is missed by its
// test, 1 when one is not, or when a row cannot be tried.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { securityMutants } from '../../test/security/mutants/table.ts';
import { type Mutant, mutate } from './mutant.ts';
import { makeWorkingCopy, type WorkingCopy } from './working-copy.ts';

const tables: Readonly<Record<string, readonly Mutant[]>> = { security: securityMutants };
const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const table = tables[positionals[0] ?? ''];
if (table === undefined) {
  console.error(`mutants: name a table: ${Object.keys(tables).join(', ')}`);
  process.exit(2);
}
const { only } = values;
const rows = table.filter(
  ({ against, guard, file }) => only === undefined || [against, guard, file].some((text) => text.includes(only)),
);
if (rows.length === 0) {
  console.error(`mutants: no row of ${positionals[0]} contains ${JSON.stringify(only)}`);
  process.exit(2);
}

type Verdict = 'killed' | 'SURVIVED' | 'BROKEN';

const isEndToEnd = (row: Mutant) => row.test.file.endsWith('.e2e.ts');

/** Each test passes on the source as it is, or its failure would say nothing. */
function baseline(copy: WorkingCopy): ReadonlySet<string> {
  const passing = new Set<string>();
  copy.build('', rows.some(isEndToEnd));
  for (const { test } of rows) {
    const key = `${test.file}\n${test.title}`;
    if (!passing.has(key) && copy.test(test.file, test.title) === 'passed') passing.add(key);
  }
  return passing;
}

function attempt(copy: WorkingCopy, row: Mutant, passing: ReadonlySet<string>): { verdict: Verdict; why: string } {
  if (!passing.has(`${row.test.file}\n${row.test.title}`))
    return { verdict: 'BROKEN', why: 'its test does not pass on the source as it is' };
  const source = copy.read(row.file);
  try {
    copy.write(row.file, mutate(source, row));
    copy.build(row.file, isEndToEnd(row));
    const outcome = copy.test(row.test.file, row.test.title);
    if (outcome === 'failed') return { verdict: 'killed', why: '' };
    return outcome === 'passed'
      ? { verdict: 'SURVIVED', why: 'its test passes without the guard' }
      : { verdict: 'BROKEN', why: 'its test did not run' };
  } catch (error) {
    return { verdict: 'BROKEN', why: error instanceof Error ? error.message : String(error) };
  } finally {
    copy.write(row.file, source);
    // What the next row does not build itself must be whole again.
    copy.build(row.file, isEndToEnd(row));
  }
}

const copy = makeWorkingCopy(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));
const counts: Record<Verdict, number> = { killed: 0, SURVIVED: 0, BROKEN: 0 };
try {
  const passing = baseline(copy);
  for (const row of rows) {
    const { verdict, why } = attempt(copy, row, passing);
    counts[verdict] += 1;
    console.log(`${verdict.padEnd(8)} ${row.against.padEnd(9)} ${row.guard}${why === '' ? '' : `: ${why}`}`);
  }
} finally {
  copy.remove();
}
console.log(`${counts.killed} killed, ${counts.SURVIVED} survived, ${counts.BROKEN} could not be tried`);
process.exitCode = counts.killed === rows.length ? 0 : 1;
