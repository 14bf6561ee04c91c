// ADD, CHECK and DEL of one attachment over all plugins of its network.
import { type CniAttachment, checkAttachment } from './attachment.ts';
import { CniError } from './cni-error.ts';
import type { CniFiles } from './files.ts';
import { type CniOperation, hasCheck, planInvocation, pluginOrder } from './invocation.ts';
import type { CniNetwork, CniPluginConfig } from './network.ts';
import { pluginTypes } from './network.ts';
import { findPlugin } from './plugin-dirs.ts';
import { type CniResult, resultProblem } from './result.ts';
import { type CniRun, describeRun, runPlugin } from './run-plugin.ts';

export interface CniContext {
  readonly run: CniRun;
  readonly files: CniFiles;
  readonly binDirs: readonly string[];
  readonly path: string;
  readonly timeoutMs: number;
}

export interface CniCallOptions {
  readonly signal?: AbortSignal;
  /** Called after each plugin of an ADD, before the next one runs: store the result, so that a crash leaks nothing. */
  readonly onResult?: (result: CniResult) => Promise<void>;
}

/** A plugin that is not content, as CHECK tells. */
export interface CniCheckProblem {
  readonly error: CniError;
  /** True for `portmap`, whose CHECK fails on sound IPv4-only networks (a fault of the plugin as of 1.1.1). */
  readonly advisory: boolean;
}

/** All binaries of a network, found before the first one runs: a missing one must leave nothing behind. @throws CniError `plugin-missing` */
export async function findBinaries(
  network: CniNetwork,
  context: Pick<CniContext, 'binDirs' | 'files'>,
): Promise<ReadonlyMap<string, string>> {
  const binaries = new Map<string, string>();
  for (const type of pluginTypes(network)) {
    binaries.set(type, await findPlugin(type, context.binDirs, context.files, network.file));
  }
  return binaries;
}

async function runOne(
  operation: CniOperation,
  attachment: CniAttachment,
  plugin: CniPluginConfig,
  prevResult: CniResult | undefined,
  binary: string,
  context: CniContext,
  signal: AbortSignal | undefined,
): Promise<string> {
  const invocation = planInvocation(operation, attachment, plugin, prevResult, context.binDirs);
  const { run, path, timeoutMs } = context;
  return await runPlugin(invocation, { run, path, timeoutMs, binary, signal, configFile: attachment.network.file });
}

/**
 * Runs ADD through the list, each plugin seeing the answer of the one before. Resolves with the last answer. After an
 * error the caller must call `deleteAttachment`: earlier plugins have acted.
 * @throws CniError
 */
export async function addAttachment(
  attachment: CniAttachment,
  context: CniContext,
  options: CniCallOptions = {},
): Promise<CniResult> {
  checkAttachment(attachment);
  const { network } = attachment;
  const binaries = await findBinaries(network, context);
  let result: CniResult | undefined;
  for (const plugin of pluginOrder('ADD', network.plugins)) {
    const text = await runOne(
      'ADD',
      attachment,
      plugin,
      result,
      binaries.get(plugin.type) ?? '',
      context,
      options.signal,
    );
    const problem = resultProblem(text);
    if (problem !== undefined) {
      const invocation = planInvocation('ADD', attachment, plugin, result, context.binDirs);
      throw new CniError(
        'plugin-garbage',
        `${describeRun(invocation, network.file)}: ${problem}: ${text.trim().slice(0, 200)}`,
        {
          plugin: plugin.type,
          configFile: network.file,
          hint: 'this is no working CNI plugin: install another build of it',
        },
      );
    }
    result = JSON.parse(text) as CniResult;
    await options.onResult?.(result);
  }
  return result ?? {};
}

/** Asks each plugin whether its work is still in place. Empty = all is well, or the version knows no CHECK. */
export async function checkAttachmentState(
  attachment: CniAttachment,
  context: CniContext,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly CniCheckProblem[]> {
  checkAttachment(attachment);
  const { network } = attachment;
  if (network.disableCheck || !hasCheck(network.cniVersion)) return [];
  const binaries = await findBinaries(network, context);
  const problems: CniCheckProblem[] = [];
  for (const plugin of pluginOrder('CHECK', network.plugins)) {
    try {
      await runOne(
        'CHECK',
        attachment,
        plugin,
        attachment.result,
        binaries.get(plugin.type) ?? '',
        context,
        options.signal,
      );
    } catch (error) {
      if (!(error instanceof CniError) || error.code === 'canceled') throw error;
      problems.push({ error, advisory: plugin.type === 'portmap' });
    }
  }
  return problems;
}

/**
 * Runs DEL backwards through the list with the stored result. Every plugin gets its turn even when one fails. May be
 * called again, and for an attachment whose ADD never happened or whose namespace is gone (pass `netns: ''`).
 * @throws CniError the first error; the others are its `cause` as an AggregateError.
 */
export async function deleteAttachment(
  attachment: CniAttachment,
  context: CniContext,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  checkAttachment(attachment);
  const errors: CniError[] = [];
  for (const plugin of pluginOrder('DEL', attachment.network.plugins)) {
    try {
      const binary = await findPlugin(plugin.type, context.binDirs, context.files, attachment.network.file);
      await runOne('DEL', attachment, plugin, attachment.result, binary, context, options.signal);
    } catch (error) {
      if (!(error instanceof CniError) || error.code === 'canceled') throw error;
      errors.push(error);
    }
  }
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length > 0) first.cause ??= new AggregateError(others, others.map((error) => error.message).join('; '));
  throw first;
}
