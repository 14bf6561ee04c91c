// What a pod says about all its containers: user, groups, kernel settings, name resolution.

import { give, open } from '../draft.ts';
import { readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readFlag, readInteger, readItems, readText, readTexts } from '../read/values.ts';
import { entryOf, type Tree } from '../yaml/tree.ts';
import { type Table as KeyTableOf, type Workload, what } from './context.ts';

type Table = KeyTableOf<Workload>;

export const podSecurityKeys: Table = {
  runAsUser: reads('`user` of every task that names none', (value, { run, facts }, { keySpan }) => {
    const id = readInteger(run, value);
    if (id !== undefined) facts.user = { id: String(id), at: keySpan };
  }),
  runAsGroup: reads('`user` of every task, behind a colon; needs runAsUser', (value, { run, facts }, { keySpan }) => {
    const id = readInteger(run, value);
    if (id === undefined) return;
    facts.gid = String(id);
    if (facts.user === undefined) facts.user = { id: '', at: keySpan };
  }),
  fsGroup: reads(
    'task config `group_add`; warned about: files keep their owner',
    (value, { run, facts }, { keySpan }) => {
      const id = readInteger(run, value);
      if (id === undefined) return;
      facts.groups.push(String(id));
      run.warn(
        keySpan,
        'Converted with a difference',
        'The group is one of the user, but files of volumes keep their owner.',
      );
    },
  ),
  supplementalGroups: reads(
    'task config `group_add`',
    (value, { run, facts }) => void facts.groups.push(...readTexts(run, value)),
  ),
  sysctls: reads('task config `sysctl`', (value, { run, facts }) => {
    for (const item of readItems(run, value)) {
      const [name, text] = [entryOf(item, 'name'), entryOf(item, 'value')];
      if (name === undefined || text === undefined) run.error(item, 'Missing key', 'A sysctl has a name and a value.');
      else facts.sysctls[readText(run, name.value) ?? ''] = readText(run, text.value) ?? '';
    }
  }),
  runAsNonRoot: reads('nothing beside a user; warned about without one', (value, { run, facts }) => {
    if (readFlag(run, value) === true && facts.user === undefined)
      run.warn(value, 'Not converted', 'Whether the user of the image is root is not looked at.', 'set runAsUser');
  }),
  fsGroupChangePolicy: warns('files keep their owner'),
  supplementalGroupsPolicy: warns('groups of the image count too'),
  seLinuxChangePolicy: warns('SELinux labels are not set'),
  seLinuxOptions: warns('SELinux labels are not set'),
  seccompProfile: warns("the engine's own profile is in force"),
  appArmorProfile: warns("the engine's own profile is in force"),
  windowsOptions: refuses('there are no Windows containers'),
};

const dnsTexts = (field: 'servers' | 'searches') =>
  reads<Workload>(`dns \`${field}\``, (value, { run, network }, { keySpan }) => {
    give(run, open(run, network(), 'dns', keySpan), field, readTexts(run, value), keySpan);
  });
export const dnsKeys: Table = {
  nameservers: dnsTexts('servers'),
  searches: dnsTexts('searches'),
  options: reads('dns `options`', (value, { run, network }, { keySpan }) => {
    const options = readItems(run, value).map((item) => {
      const [name, text] = [entryOf(item, 'name'), entryOf(item, 'value')];
      if (name === undefined) run.error(item, 'Missing key', 'An option needs a name.');
      const option = name === undefined ? '' : (readText(run, name.value) ?? '');
      return text === undefined ? option : `${option}:${readText(run, text.value) ?? ''}`;
    });
    give(run, open(run, network(), 'dns', keySpan), 'options', options, keySpan);
  }),
};

export function readDns(value: Tree, workload: Workload): void {
  readKeys(value, dnsKeys, what('a dnsConfig'), workload, workload.run);
}
