// Writes that nobody waits for: tried again until they are durable or not needed any more.

import { describeError } from '@orch/core/lib/errors';
import type { Entry } from '@orch/core/state/entry';
import type { ServerContext } from '../config.ts';

/**
 * Submits what `entry` gives; after an error (a full disk) again a while later, made anew from the state of then. Undefined
 * ends it, as does the end of the server.
 *
 * @param what for the log, "canceling superseded evaluations"
 */
export function resubmit(context: ServerContext, what: string, entry: () => Entry | undefined): void {
  const { store, clock, log, config } = context;
  const wanted = entry();
  if (wanted === undefined) return;
  store.submit(wanted).catch((error: unknown) => {
    log.error(`${what} failed`, { error: describeError(error) });
    if (!mayWorkLater(error)) return;
    clock.after(config.scheduling.redeliverMs, () => resubmit(context, what, entry));
  });
}

/** Otherwise no later try does better: this server ends, leads no more, or cannot write at all. */
export function mayWorkLater(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return code === 'journal-full' || code === 'journal-busy';
}
