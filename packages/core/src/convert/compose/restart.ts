// `restart` of a service, and `restart_policy` of deploy.

import { give, open } from '../draft.ts';
import { readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import type { ServiceContext } from './service-context.ts';

export function readRestart(
  value: Tree,
  { run, group }: ServiceContext,
  { keySpan }: { keySpan: { from: number; to: number } },
): void {
  const policy = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(readText(run, restartText(value)) ?? '');
  if (policy === null)
    return void run.error(value, 'Unknown value', 'A restart policy is no, always, on-failure[:N] or unless-stopped.');
  applyRestart(
    { run, group },
    policy[1] === 'on-failure' ? 'on-failure' : policy[1] === 'no' ? 'none' : 'any',
    keySpan,
    policy[2] === undefined ? undefined : Number(policy[2]),
  );
}

/** `restart: no` without quotes is the text too. */
function restartText(value: Tree): Tree {
  return value.kind === 'scalar' && value.value === false ? { ...value, value: 'no', text: 'no' } : value;
}

/** Restarts on the node, and replacements elsewhere, as the policy says. */
export function applyRestart(
  { run, group }: Pick<ServiceContext, 'run' | 'group'>,
  condition: 'none' | 'on-failure' | 'any',
  at: { readonly from: number; readonly to: number },
  attempts?: number,
): void {
  const restart = open(run, group, 'restart', at);
  if (condition === 'any' && attempts === undefined) {
    give(run, restart, 'mode', 'delay', at);
    return;
  }
  const limited = condition === 'none' ? 0 : attempts;
  if (limited === undefined) {
    give(run, restart, 'mode', 'delay', at);
    run.warn(at, 'Converted with a difference', 'A service is started again also when it ends without a failure.');
    return;
  }
  give(run, restart, 'attempts', limited, at);
  give(run, restart, 'mode', 'fail', at);
  if (limited * 15_000 > 30 * 60_000) give(run, restart, 'interval', limited * 15_000, at);
  const reschedule = open(run, group, 'reschedule', at);
  give(run, reschedule, 'attempts', 0, at);
  give(run, reschedule, 'unlimited', false, at);
}
