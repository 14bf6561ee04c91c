// The conformance suite: every sentence of the driver contract as a named case, for any test runner.
import type { ConformanceCase } from './case.ts';
import { describeCases } from './cases/describe.ts';
import { destroyCases } from './cases/destroy.ts';
import { execCases } from './cases/exec.ts';
import { logCases } from './cases/logs.ts';
import { observeCases } from './cases/observe.ts';
import { recoverCases } from './cases/recover.ts';
import { signalCases } from './cases/signals.ts';
import { startCases } from './cases/start.ts';
import { stopCases } from './cases/stop.ts';
import { waitCases } from './cases/wait.ts';
import { SkipCase } from './expect.ts';
import type { ConformanceHarness } from './harness.ts';

export const conformanceCases: readonly ConformanceCase[] = [
  ...describeCases,
  ...startCases,
  ...waitCases,
  ...stopCases,
  ...destroyCases,
  ...recoverCases,
  ...observeCases,
  ...signalCases,
  ...execCases,
  ...logCases,
];

export interface CaseResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  /** Why it failed. */
  readonly error?: unknown;
  readonly elapsedMs: number;
}

/**
 * Runs one case. Never rejects. With a test runner: one test per case that fails on `failed` and logs `reason` on
 * `skipped`. Cases of one harness run one after another: they look for leftovers.
 */
export async function runCase(harness: ConformanceHarness, one: ConformanceCase): Promise<CaseResult> {
  const startMs = Date.now();
  try {
    await one.run(harness);
    return { name: one.name, status: 'passed', elapsedMs: Date.now() - startMs };
  } catch (error) {
    const elapsedMs = Date.now() - startMs;
    if (error instanceof SkipCase) return { name: one.name, status: 'skipped', reason: error.message, elapsedMs };
    return { name: one.name, status: 'failed', error, elapsedMs };
  }
}

/** Runs all cases, or those named in `only`, one after another. */
export async function runConformance(
  harness: ConformanceHarness,
  options: { readonly only?: readonly string[] } = {},
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of conformanceCases) {
    if (options.only !== undefined && !options.only.includes(one.name)) continue;
    results.push(await runCase(harness, one));
  }
  return results;
}
