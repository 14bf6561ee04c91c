// Runs one plugin once and turns every way it can go wrong into a typed error.
import { CniError, hintFor } from './cni-error.ts';
import { deadline } from './deadline.ts';
import type { CniInvocation } from './invocation.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

export interface CniRunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a binary, gives it `stdin`, collects what it says. Must kill it when `signal` aborts. */
export type CniRun = (
  binary: string,
  options: { readonly env: Readonly<Record<string, string>>; readonly stdin: string; readonly signal: AbortSignal },
) => Promise<CniRunResult>;

export interface RunPluginContext {
  readonly run: CniRun;
  readonly binary: string;
  readonly configFile: string | undefined;
  readonly timeoutMs: number;
  /** Search path of the plugin, which looks for `iptables` itself. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** Standard output of a plugin that ended well. @throws CniError, every code that begins with `plugin-`, and `canceled`. */
export async function runPlugin(invocation: CniInvocation, context: RunPluginContext): Promise<string> {
  const { signal, timeoutMs } = context;
  if (signal?.aborted) throw stopped(invocation, context, 'canceled', 'not started: canceled');
  const limit = deadline(timeoutMs, signal);
  let result: CniRunResult;
  try {
    const running = context.run(context.binary, {
      env: { PATH: context.path, ...invocation.env },
      stdin: invocation.stdin,
      signal: limit.signal,
    });
    result = await Promise.race([running, rejectOnAbort(limit.signal)]);
    // A run that settles because it was killed has no answer.
    limit.signal.throwIfAborted();
  } catch (error) {
    if (limit.isOver()) throw stopped(invocation, context, 'plugin-timeout', `did not end within ${timeoutMs} ms`);
    if (signal?.aborted) throw stopped(invocation, context, 'canceled', 'canceled');
    throw stopped(invocation, context, 'plugin-not-started', 'could not be started', error);
  } finally {
    limit.clear();
  }
  if (result.exitCode === 0) return result.stdout;
  throw failure(invocation, context, result);
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** How a person calls one run: `CNI plugin "bridge" (ADD, network config /etc/…)`. */
export function describeRun(invocation: CniInvocation, configFile: string | undefined): string {
  return `CNI plugin "${invocation.plugin}" (${invocation.operation}${configFile === undefined ? '' : `, ${configFile}`})`;
}

function failure(invocation: CniInvocation, context: RunPluginContext, result: CniRunResult): CniError {
  const answer = parseObject(result.stdout);
  const named = describeRun(invocation, context.configFile);
  const common = { plugin: invocation.plugin, configFile: context.configFile };
  if (answer !== undefined && typeof answer['msg'] === 'string') {
    const cniCode = typeof answer['code'] === 'number' ? answer['code'] : undefined;
    const details = answer['details'];
    const extra = typeof details === 'string' && details !== '' ? `: ${details}` : '';
    const hint = hintFor(cniCode, `${answer['msg']}${extra}`);
    return new CniError('plugin-failed', `${named}: ${answer['msg']}${extra}`, {
      ...common,
      cniCode,
      pluginMessage: answer['msg'],
      pluginDetails: details as JsonValue | undefined,
      hint,
    });
  }
  const said = lastLines(result.stderr) || lastLines(result.stdout) || 'it said nothing';
  const how =
    result.exitCode > 128 ? `was killed by signal ${result.exitCode - 128}` : `ended with exit code ${result.exitCode}`;
  return new CniError('plugin-crashed', `${named} ${how} without an error object: ${said}`, {
    ...common,
    hint: hintFor(undefined, said) ?? `try it by hand: CNI_COMMAND=VERSION ${context.binary}`,
  });
}

function stopped(
  invocation: CniInvocation,
  context: RunPluginContext,
  code: 'canceled' | 'plugin-timeout' | 'plugin-not-started',
  what: string,
  cause?: unknown,
): CniError {
  return new CniError(code, `${describeRun(invocation, context.configFile)} ${what}`, {
    plugin: invocation.plugin,
    configFile: context.configFile,
    cause,
  });
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ').slice(-400);
}
