// The journal's errors: one function a code, so that every implementation says the same.

import { OrchError } from '@orch/core/lib/errors';

export function journalFull(where: string, cause?: unknown): OrchError {
  return new OrchError('journal-full', 'no room to write to the journal; nothing of this write was kept', {
    hint: 'free some space on the file system of the data directory; writing goes on by itself',
    details: { where },
    cause,
  });
}

export function journalBroken(what: string, cause?: unknown): OrchError {
  return new OrchError('journal-broken', `the journal takes no more writes: ${what}`, {
    hint: 'see the log, check the disk, then start the agent again',
    cause,
  });
}

export function notLeader(): OrchError {
  return new OrchError('not-leader', 'this server does not lead: its journal takes no writes', {
    hint: 'send the request to the leader',
  });
}

export function journalCompacted(afterIndex: number, firstIndex: number): OrchError {
  return new OrchError(
    'journal-compacted',
    `the journal begins at index ${firstIndex}; records behind ${afterIndex} are gone`,
    { hint: 'load the newest snapshot first', details: { afterIndex, firstIndex } },
  );
}

/** `index` is the first one that cannot be trusted. */
export function journalCorrupt(file: string, index: number, what: string, cause?: unknown): OrchError {
  return new OrchError('journal-corrupt', `the journal ${file} is damaged from index ${index} on: ${what}`, {
    hint: `restore the directory of ${file} from a backup, or, giving up its state, move it away and register the jobs again; running tasks are not touched`,
    details: { file, index },
    cause,
  });
}

export function journalInUse(dir: string, holder: string | undefined, pid: number | undefined): OrchError {
  return new OrchError('journal-in-use', `the data directory ${dir} is in use by ${holder ?? 'another process'}`, {
    hint: 'stop that agent first, or give this one another data directory',
    details: { dir, ...(pid === undefined ? {} : { pid }) },
  });
}
