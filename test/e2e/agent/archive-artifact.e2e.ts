// An archive as an artifact, through the built agent: unpacked where the task finds it, by the bundle's own copy of the unpacker.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type DevAgent, jobText, startDevAgent } from '../shared/dev-agent.ts';
import { agentConfig, allocation, closeAgent, submit } from './agent-kit.ts';

let agent: DevAgent;
let dir: string;

test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'orch-archive-'));
  mkdirSync(join(dir, 'tree/deep'), { recursive: true });
  writeFileSync(join(dir, 'tree/run.sh'), '#!/bin/sh\ncat "$(dirname "$0")/deep/word"\n');
  chmodSync(join(dir, 'tree/run.sh'), 0o755);
  writeFileSync(join(dir, 'tree/deep/word'), 'from the archive\n');
  execFileSync('tar', ['-C', join(dir, 'tree'), '-cf', join(dir, 'tree.tar'), '.']);
  execFileSync('tar', ['-C', join(dir, 'tree'), '-czf', join(dir, 'tree.tar.gz'), '.']);
  agent = await startDevAgent({ config: agentConfig() });
});
test.after.always(async () => {
  await closeAgent(agent);
  await rm(dir, { recursive: true, force: true });
});

for (const name of ['tree.tar', 'tree.tar.gz'])
  test.serial(`${name} is unpacked and what is in it runs`, async (t) => {
    const id = name.replaceAll('.', '-');
    const text = jobText(id, {
      job: '  type = "batch"\n',
      config: 'command = "/local/run.sh"',
      task: `      artifact {\n        source = "${join(dir, name)}"\n      }\n`,
    });
    const run = await submit(agent, text, '-detach');
    t.is(run.exitCode, 0, run.text);
    const { ID } = await allocation(agent, id, 'complete');
    t.is((await agent.orch(['alloc', 'logs', ID])).stdout.trim(), 'from the archive');
  });
