// F3, F4 (a) and F6 as they were found: jobs of an agent with a configuration file, on the defaults of driver exec.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNodeIsolation } from '@orch/executor';
import test, { type ExecutionContext } from 'ava';
import { agentConfig, allocation, closeAgent, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, startDevAgent, until } from '../e2e/shared/dev-agent.ts';
import { capabilityMask, compileProbe, diskNumber, type Finding, parseFindings } from './isolation-rig.ts';
import { unexpected } from './isolation-table.ts';

let agent: DevAgent;
let dir: string;

test.before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'orch-probe-'));
  compileProbe(join(dir, 'probe'));
  agent = await startDevAgent({ config: agentConfig({ word: 'orchis' }) });
});
test.after.always(async () => {
  await closeAgent(agent, 'orchis');
  rmSync(dir, { recursive: true, force: true });
});

interface JobRequest {
  readonly id: string;
  readonly capabilities: readonly string[];
  readonly user?: string;
  readonly words?: readonly string[];
}

async function start({ id, capabilities, user, words = [] }: JobRequest) {
  const args = [
    `marker=${agent.dataDir}/server`,
    `rooted=${process.pid}`,
    `disk=${diskNumber()}`,
    `caps=${capabilityMask(capabilities)}`,
    ...words,
  ];
  const text = `job "${id}" {
  type = "batch"
  group "g" {
    restart {
      attempts = 0
    }
    reschedule {
      attempts = 0
    }
    task "t" {
      driver = "exec"
${user === undefined ? '' : `      user = "${user}"\n`}      artifact {
        source = "${join(dir, 'probe')}"
      }
      config {
        command = "local/probe"
        args    = ${JSON.stringify(args)}
        cap_add = ${JSON.stringify(capabilities)}
      }
      resources {
        cpu    = 20
        memory = 60
      }
    }
  }
}
`;
  return submit(agent, text, '-detach');
}

async function findings(t: ExecutionContext, request: JobRequest): Promise<readonly Finding[]> {
  const outcome = await start(request);
  t.is(outcome.exitCode, 0, outcome.text);
  const { ID } = await allocation(agent, request.id, 'complete');
  const logs = await until('the findings', 10_000, async () => {
    const { stdout } = await agent.orch(['alloc', 'logs', ID, 't']);
    return stdout.includes('"setuid_tmp"') ? stdout : undefined;
  });
  return parseFindings(logs);
}

const named = (list: readonly Finding[], names: readonly string[]) =>
  list.filter(({ probe, open }) => names.includes(probe) && open).map(({ probe }) => probe);

test.serial('F3: sys_chroot and dac_override lead a job out of no root', async (t) => {
  const capabilities = ['sys_chroot', 'dac_override'];
  const list = await findings(t, { id: 'f3', capabilities });
  t.deepEqual(named(list, ['chroot_by_handle', 'chroot_by_dots', 'shadow', 'marker_seen', 'private_files']), []);
  t.deepEqual(unexpected(list, { user: 'nobody', capabilities, pidMode: 'private', bringsTmp: true }), []);
});

test.serial('F4: mknod gives a job no block device, no memory and no log of the kernel', async (t) => {
  const capabilities = ['mknod'];
  const list = await findings(t, { id: 'f4', capabilities });
  t.deepEqual(named(list, ['make_disk', 'make_loop', 'make_memory', 'make_kmsg', 'open_disk', 'open_made_zero']), []);
  t.deepEqual(unexpected(list, { user: 'nobody', capabilities, pidMode: 'private', bringsTmp: true }), []);
});

// What uid 0 could do, where a node allows it, is in the matrix.
test.serial('F6: setuid and setgid make no uid 0 of a job', async (t) => {
  const outcome = await start({ id: 'f6', capabilities: ['setuid', 'setgid'], words: ['become=root'] });
  t.is(outcome.exitCode, 0, outcome.text);
  const { ID } = await allocation(agent, 'f6', 'failed');
  const refusal = await until('the refusal', 10_000, async () => {
    const { text } = await agent.orch(['alloc', 'logs', '-stderr', ID, 't']);
    return text === '' ? undefined : text;
  });
  t.regex(refusal, /become: Operation not permitted/);
  const { text } = await agent.orch(['alloc', 'logs', ID, 't']);
  t.notRegex(text, /"open":true/);
});

test.serial('a job that keeps every capability of the default list stays in its root', async (t) => {
  const capabilities = readNodeIsolation({}).allowedCapabilities;
  const list = await findings(t, { id: 'all', capabilities });
  t.deepEqual(unexpected(list, { user: 'nobody', capabilities, pidMode: 'private', bringsTmp: true }), []);
});
