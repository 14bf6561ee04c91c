// References in a VM's block: paths are the node's, since QEMU opens them there; what the guest is told is told by them.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { writeInitramfs } from '../../../scripts/quickstart/initramfs.ts';
import { fetchKernel } from '../../../scripts/setup/kernel.ts';
import { cacheDir } from '../../../scripts/setup/setup.ts';
import { type DevAgent, startDevAgent } from '../shared/dev-agent.ts';
import { agentConfig, allocation, closeAgent, submit } from './agent-kit.ts';

let agent: DevAgent | undefined;
let work: string | undefined;

/** PID 1 of the guest: says what it was told, and goes. */
const guestInit = `#!/bin/sh
b=/bin/busybox
$b mount -t proc proc /proc
echo "told: $($b cat /proc/cmdline)"
$b poweroff -f
`;

test.after.always(async () => {
  await closeAgent(agent);
  if (work !== undefined) rmSync(work, { recursive: true, force: true });
});

test('a VM starts from files under ${NOMAD_TASK_DIR} and ${NOMAD_ALLOC_DIR}, and reads resolved values', async (t) => {
  work = mkdtempSync(join(tmpdir(), 'orch-vm-environment-'));
  const kernel = await fetchKernel(cacheDir);
  const init = join(work, 'init');
  const initrd = join(work, 'initrd.gz');
  writeFileSync(init, guestInit);
  const busybox = existsSync('/bin/busybox') ? '/bin/busybox' : '/usr/bin/busybox';
  writeInitramfs({ busybox, modules: kernel.modules, init, files: {}, target: initrd });
  agent = await startDevAgent({
    config: agentConfig({ client: `  meta = { rack = "r7" }` }).replace(
      'artifact_file_roots = [',
      'artifact_file_roots = ["/",',
    ),
  });
  const run = await submit(
    agent,
    `job "machine" {
  type = "batch"
  group "one" {
    restart { attempts = 0 }
    task "vm" {
      driver = "qemu"
      meta { word = "kept" }
      env { SAID = "\${node.datacenter}-\${NOMAD_META_word}" }
      config {
        kernel       = "\${NOMAD_TASK_DIR}/vmlinuz"
        initrd       = "\${NOMAD_ALLOC_DIR}/data/initrd.gz"
        append       = "console=ttyS0 quiet panic=-1 group=\${ORCH_GROUP_ADDRESS} rack=\${meta.rack} said=\${SAID}"
        machine_type = "q35"
      }
      artifact {
        source      = "${kernel.image}"
        mode        = "file"
        destination = "\${NOMAD_TASK_DIR}/vmlinuz"
      }
      artifact {
        source      = "${initrd}"
        mode        = "file"
        destination = "\${NOMAD_ALLOC_DIR}/data/initrd.gz"
      }
      resources {
        cpu    = 500
        memory = 256
      }
    }
  }
}`,
    '-detach',
  );
  t.is(run.exitCode, 0, run.text);
  const { ID: id } = await allocation(agent, 'machine', 'complete', 90_000);
  const { stdout } = await agent.orch(['alloc', 'logs', id, 'vm']);
  t.regex(stdout, /told: .* group=10\.0\.2\.2 rack=r7 said=dc1-kept/);
});
