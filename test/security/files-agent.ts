// An agent for the attacks on files: with names of its own in the kernel, in a data directory that others can walk up to.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfig, kernelWord } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

export interface FilesAgent extends DevAgent {
  /** Holds the data directory; artifacts may be taken from it. */
  readonly base: string;
  /** Waits until the node has taken up what it left; the API answers a moment before. */
  again(): Promise<void>;
}

export function makeBase(): string {
  const base = mkdtempSync(join(tmpdir(), 'orch-files-'));
  chmodSync(base, 0o755);
  return base;
}

export async function startFilesAgent(base: string): Promise<FilesAgent> {
  const config = agentConfig({ client: '  gc_interval = "1s"' });
  const agent = await startDevAgent({ config, dataDir: join(base, 'data') });
  const links = () => agent.log().split('node linked').length;
  return {
    ...agent,
    base,
    async again() {
      const before = links();
      await agent.again();
      await until('the node to be linked', 20_000, async () => links() > before);
    },
    async close() {
      await agent.close();
      const groups = readdirSync('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy, kernelWord));
      await until('the control groups to be empty', 10_000, async () => {
        for (const directory of groups.filter((path) => existsSync(path)))
          execFileSync('find', [directory, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], { stdio: 'ignore' });
        return true;
      });
      rmSync(base, { recursive: true, force: true });
    },
  };
}
