// Asks plugins which versions they are and which of the specification they speak.
import { deadline } from './deadline.ts';
import { isJsonObject } from './json.ts';
import type { CniRun } from './run-plugin.ts';

export interface CniPluginVersion {
  readonly type: string;
  readonly binary: string;
  /**
   * The plugin's own version (`1.5.1`). Builds that do not know theirs (Debian's say "version unknown") count as the
   * newest specification version they speak, so that constraints on `>= 0.4.0` mean what they mean elsewhere.
   */
  readonly version: string;
  /** Newest last. */
  readonly supportedVersions: readonly string[];
}

const probeTimeoutMs = 5_000;

/** Undefined when the file is no CNI plugin: directories of plugins hold READMEs and other programs too. */
export async function probePlugin(type: string, binary: string, run: CniRun): Promise<CniPluginVersion | undefined> {
  const limit = deadline(probeTimeoutMs);
  try {
    const { signal } = limit;
    const question = JSON.stringify({ cniVersion: '1.0.0' });
    const spoken = await run(binary, { env: { CNI_COMMAND: 'VERSION' }, stdin: question, signal });
    const supportedVersions = spoken.exitCode === 0 ? parseVersionAnswer(spoken.stdout) : undefined;
    const newest = supportedVersions?.at(-1);
    if (supportedVersions === undefined || newest === undefined) return undefined;
    // Without CNI_COMMAND a plugin prints a line about itself.
    const about = await run(binary, { env: {}, stdin: '', signal });
    return { type, binary, version: parseAbout(`${about.stdout}\n${about.stderr}`) ?? newest, supportedVersions };
  } catch (error) {
    // A program that hangs or cannot be started is no plugin of use.
    if (limit.isOver() || (error as NodeJS.ErrnoException).syscall?.startsWith('spawn')) return undefined;
    throw error;
  } finally {
    limit.clear();
  }
}

/** The versions of a VERSION answer, oldest first; undefined when it is none. */
export function parseVersionAnswer(text: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || !Array.isArray(value['supportedVersions'])) return undefined;
  return value['supportedVersions'].filter((item) => typeof item === 'string').sort(compareVersions);
}

/** `CNI bridge plugin v1.5.1` → `1.5.1`. */
export function parseAbout(text: string): string | undefined {
  return /\bplugin\s+v?(\d+\.\d+\.\d+[\w.+-]*)/.exec(text)?.[1];
}

function compareVersions(left: string, right: string): number {
  const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
