// Reads the test runner's TAP and keeps count. Only top-level lines count; everything of a failure is kept to be shown.

export interface TapCounts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface TapReader {
  readonly counts: TapCounts;
  /** Lines a person wants to see for this line of TAP. */
  read(line: string): readonly string[];
}

export function createTapReader(): TapReader {
  const counts: TapCounts = { passed: 0, failed: 0, skipped: 0 };
  let failing = false;
  let last = '';
  let lastPassed = false;
  return {
    counts,
    read(line) {
      const result = /^(not )?ok \d+ - (.*?)(?: # (SKIP|TODO)\b(.*))?$/.exec(line);
      if (result !== null) {
        const [, not, name, directive, reason] = result;
        failing = false;
        last = name ?? '';
        lastPassed = not === undefined && directive === undefined;
        if (directive !== undefined) {
          counts.skipped += 1;
          return [`  skipped: ${name}${reason ?? ''}`];
        }
        if (not === undefined) {
          counts.passed += 1;
          return [];
        }
        counts.failed += 1;
        failing = true;
        return [`  FAILED: ${name}`];
      }
      // A test that finds out while it runs that it cannot be made here says so in its log.
      const skip = /^#\s+skipped: (.*)$/.exec(line);
      if (skip !== null && lastPassed) {
        lastPassed = false;
        counts.passed -= 1;
        counts.skipped += 1;
        return [`  skipped: ${last} (${skip[1]})`];
      }
      if (/^(#|TAP version|1\.\.|\s*$)/.test(line) && !failing) return [];
      if (/^(# (tests|pass|fail|skip)|1\.\.)/.test(line)) return [];
      return failing || !/^\s/.test(line) ? [`    ${line}`] : [];
    },
  };
}
