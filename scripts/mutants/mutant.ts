// One guard taken out by one change of the source, and the test that must notice.

/** A row of a mutation table. Paths are relative to the project's root. */
export interface Mutant {
  /** The attack or class of flaws that the guard is against: `F8`, `class 9`. */
  readonly against: string;
  /** What is taken out, as a sentence's end: "the log file's O_NOFOLLOW". */
  readonly guard: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  /** What stands there instead; still valid source. */
  readonly put: string;
  /** The test that passes on the source as it is and fails on the change. */
  readonly test: { readonly file: string; readonly title: string };
}

/** The source with the guard taken out. @throws Error when the text to be replaced is not there exactly once */
export function mutate(source: string, mutant: Pick<Mutant, 'file' | 'find' | 'put'>): string {
  const parts = source.split(mutant.find);
  if (parts.length !== 2) {
    throw new Error(`${mutant.file}: ${JSON.stringify(mutant.find)} is there ${parts.length - 1} times, not once`);
  }
  return parts.join(mutant.put);
}
