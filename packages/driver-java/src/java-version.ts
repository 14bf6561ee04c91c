// What `java -version` says.

export interface JavaVersion {
  readonly version: string;
  readonly runtime: string;
  readonly vm: string;
}

/** Reads the three lines a JVM prints about itself; anything before them (options from the environment) is passed over. */
export function parseJavaVersion(output: string): JavaVersion | undefined {
  const lines = output.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => /^\S+ version "/.test(line));
  const version = /"([^"]+)"/.exec(lines[at] ?? '')?.[1];
  return version === undefined ? undefined : { version, runtime: lines[at + 1] ?? '', vm: lines[at + 2] ?? '' };
}
