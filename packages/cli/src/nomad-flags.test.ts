// Every flag that Nomad's users know is taken or refused by name; none is unknown.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { commands } from './command-map.ts';
import type { OrchCommand } from './orch-command.ts';

const facts = JSON.parse(
  readFileSync(new URL('../../../test/facts/cli/job-flags.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;
const general = facts['every command that talks to an agent'] ?? [];

for (const [name, own] of Object.entries(facts).filter(([key]) => key.startsWith('job ')))
  test(`${name} takes every flag of Nomad’s, or refuses it by name with a reason`, (t) => {
    const command = commands[name.replace(' ', ':') as keyof typeof commands] as unknown as typeof OrchCommand;
    const { flags, refused } = command;
    for (const flag of [...own, ...(name === 'job init' ? [] : general)]) {
      const reason = refused[flag];
      t.true(Object.hasOwn(flags, flag) !== (reason !== undefined), `-${flag}`);
      if (reason !== undefined) t.true(reason.length > 10, flag);
    }
  });
