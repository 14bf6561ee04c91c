// Who a task may be, on an agent with the defaults of a configuration file: as a submitter meets it.

import { randomBytes } from 'node:crypto';
import test from 'ava';
import { agentConfig, allocation, closeAgent, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

const job = (name: string) => `${name}-${randomBytes(3).toString('hex')}`;
const word = 'orchusers';
let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent({
    config: agentConfig({
      word,
      more: `plugin "java" {
  config {
    denied_host_uids = "4000-4999"
  }
}`,
    }),
  });
});
test.after.always(() => closeAgent(agent, word));

const configs = {
  exec: 'command = "id"',
  java: 'class = "Main"',
  qemu: 'image_path = "local/none"',
} as const;

/** The task's events, once its allocation failed. */
async function failure(driver: keyof typeof configs, user: string): Promise<{ restarts: number; text: string }> {
  const id = job('who');
  const text = jobText(id, {
    driver,
    config: configs[driver],
    task: `user = "${user}"`,
    job: 'type = "batch"',
    group:
      'restart {\n attempts = 3\n delay = "1s"\n mode = "delay"\n}\nreschedule {\n attempts = 0\n unlimited = false\n}',
    memory: 128,
  });
  await submit(agent, text, '--detach');
  const failed = await until(`the allocation of ${id} to fail`, 20_000, async () => {
    const { value } = await agent.api.jobs.allocations(id);
    return value.find((item) => item.ClientStatus === 'failed');
  });
  const state = failed.TaskStates?.['t'];
  const events = (state?.Events ?? []).map((event) => `${event.Type}: ${event.DisplayMessage}`);
  return { restarts: Number(state?.Restarts ?? -1), text: events.join('\n') };
}

test.serial('exec, java and qemu refuse root by name and by number, once, and the event names the mend', async (t) => {
  for (const driver of ['exec', 'java', 'qemu'] as const)
    for (const [user, what] of [
      ['root', 'the user root'],
      ['0:0', 'the user id 0'],
    ] as const) {
      const { restarts, text } = await failure(driver, user);
      t.true(text.includes(`user = "${user}": this node keeps ${what} from ${driver}`), text);
      t.true(text.includes('client { options = { "user.denylist" = "root,Administrator" } }'), text);
      t.regex(text, /Not Restarting: Error was unrecoverable/);
      t.is(restarts, 0);
    }
});

test.serial('an id the kernel would read as root is no user', async (t) => {
  t.regex((await failure('exec', '4294967296')).text, /no user "4294967296"|4294967296/);
});

test.serial('driver java denies ids by the same option as exec, and names it', async (t) => {
  const { text } = await failure('java', '4711');
  t.regex(text, /user = "4711": this node keeps the user id 4711 from java/);
  t.regex(text, /denied_host_uids of plugin "java"/);
});

test.serial('what is not denied runs', async (t) => {
  const id = job('other');
  await submit(
    agent,
    jobText(id, {
      config: 'command = "sh"\nargs = ["-c", "id -u; exec sleep 1000"]',
      task: 'user = "4711"',
    }),
    '--detach',
  );
  const { ID } = await allocation(agent, id, 'running');
  await until('its output', 10_000, async () => (await agent.orch(['alloc', 'logs', ID])).stdout.includes('4711'));
  t.pass();
});
