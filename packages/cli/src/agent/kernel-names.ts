// The word that begins the names of all an agent makes in the kernel: namespaces, bridge, nftables table, control groups.
// Two agents on one machine need two words, or each takes the other's for leaks of its own.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import { secureDirectory } from '@orch/executor';
import { type DirectoryLock, lockDirectory } from '@orch/server/journal/embedded/lock';
import type { AgentConfig } from './config/agent-config.ts';

export interface KernelNames {
  readonly word: string;
  readonly bridge: string;
  readonly subnet: string;
  release(): void;
}

const locksDir = '/run/orch/names';
const firstWord = 'orch';

/** Words of dev agents side by side, each with a /20 of 172.26.0.0/16; the first one's is Nomad's. */
const devWords = Array.from({ length: 16 }, (_, index) => ({
  word: index === 0 ? firstWord : `${firstWord}${String.fromCharCode('a'.charCodeAt(0) + index)}`,
  subnet: `172.26.${(64 + 16 * index) % 256}.0/20`,
}));

/**
 * Claims the configured word for this process. A dev agent takes the first free one, and the same again on the same data
 * directory: its tasks run under those names. @throws OrchError `names-in-use`, ExecutorError `unsafe-directory`
 */
export function claimKernelNames(config: AgentConfig, dir: string = locksDir): KernelNames {
  const { bridgeName, bridgeSubnet, kernelWord } = config.client;
  if (!config.dev) return claimed({ word: kernelWord, subnet: bridgeSubnet }, bridgeName, claim(dir, kernelWord));
  const kept = join(config.dataDir, 'kernel-word');
  const earlier = existsSync(kept) ? readFileSync(kept, 'utf8').trim() : undefined;
  const own = devWords.find(({ word }) => word === earlier);
  if (own !== undefined) return claimed(own, undefined, claim(dir, own.word));
  for (const candidate of devWords) {
    const lock = tryClaim(dir, candidate.word);
    if (lock === undefined) continue;
    writeFileSync(kept, `${candidate.word}\n`);
    return claimed(candidate, undefined, lock);
  }
  throw new OrchError('names-in-use', `${devWords.length} dev agents run on this machine already`, {
    hint: 'stop one of them',
  });
}

function claimed(
  { word, subnet }: { readonly word: string; readonly subnet: string },
  bridge: string | undefined,
  lock: DirectoryLock,
): KernelNames {
  return { word, subnet, bridge: bridge ?? `${word}0`, release: () => lock.release() };
}

function claim(dir: string, word: string): DirectoryLock {
  const lock = tryClaim(dir, word);
  if (lock !== undefined) return lock;
  throw new OrchError('names-in-use', `another agent on this machine uses the kernel names "${word}"`, {
    hint: 'stop it, or give this one client { kernel_word = "orchb", bridge_network_name = "orchb0", bridge_network_subnet = "172.26.80.0/20" }',
  });
}

/** Undefined when another process holds the word. */
function tryClaim(dir: string, word: string): DirectoryLock | undefined {
  const own = join(dir, word);
  secureDirectory(own);
  try {
    return lockDirectory(own);
  } catch (error) {
    if (error instanceof OrchError && error.code === 'journal-in-use') return undefined;
    throw error;
  }
}
