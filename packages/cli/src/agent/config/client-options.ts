// The map `client { options = { … } }`: settings that Nomad keeps there, by its names.
import type { ClientConfig } from './agent-config.ts';

type ListField = 'envDenylist' | 'userDenylist' | 'userCheckedDrivers';

const OPTIONS: Readonly<Record<string, ListField>> = {
  'env.denylist': 'envDenylist',
  'user.denylist': 'userDenylist',
  'user.checked_drivers': 'userCheckedDrivers',
};

/** What the options set, or what was expected. An empty string is an empty list. */
export function readClientOptions(value: unknown): Partial<Pick<ClientConfig, ListField>> | string {
  const expected = `a map of lists like { "user.denylist" = "NAME,NAME" }; options: ${Object.keys(OPTIONS).join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const entries = Object.entries(value);
  const read = entries.flatMap(([name, names]) => {
    const field = OPTIONS[name];
    if (field === undefined || typeof names !== 'string') return [];
    const list = names.split(',').map((item) => item.trim());
    return [[field, list.filter((item) => item !== '')] as const];
  });
  return read.length === 0 || read.length < entries.length ? expected : Object.fromEntries(read);
}
