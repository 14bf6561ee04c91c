// Guards around the emulator of a VM.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const qemu = 'packages/driver-qemu/src';
const inside = (title: string) => ({ file: 'test/security/qemu-emulator.e2e.ts', title });
const sees = 'an emulator sees programs, its files and its own directory, and nothing else of the host';
const own = 'an emulator is a user of its own without capabilities, and no other VM is the same';

export const qemuMutants: readonly Mutant[] = [
  {
    against: 'class 8',
    guard: 'the user of the emulator',
    file: `${qemu}/plan.ts`,
    find: '      user: who,\n',
    put: "      user: '0:0',\n",
    test: inside(own),
  },
  {
    against: 'class 8',
    guard: 'another user for each VM',
    file: `${qemu}/plan.ts`,
    find: '?? ownUser(task.id);',
    put: "?? ownUser('vm');",
    test: inside(own),
  },
  {
    against: 'class 8',
    guard: 'the root of the emulator',
    file: `${qemu}/plan.ts`,
    find: '      isolation,\n      devices',
    put: "      isolation: { kind: 'host' },\n      devices",
    test: inside(sees),
  },
  {
    against: 'class 8',
    guard: "the job's files read-only",
    file: `${qemu}/emulator-root.ts`,
    find: '      readOnly: true,\n',
    put: '      readOnly: false,\n',
    test: inside('a user whom an image belongs to still cannot change it'),
  },
  {
    against: 'F5',
    guard: "the job's files by a path that no link leads out of",
    file: `${qemu}/emulator-root.ts`,
    find: "      ...(base === '/' ? {} : { beneath: base }),\n",
    put: '',
    test: {
      file: 'test/security/qemu-files-race.e2e.ts',
      title: 'an image whose directory is exchanged for a link shows no file of the host',
    },
  },
  {
    against: 'class 7',
    guard: 'files outside of the task',
    file: `${qemu}/job-file.ts`,
    find: 'if (base === undefined) throw notFound(field, path);',
    put: 'if (base === undefined) return { base: real.slice(0, 1), path: real.slice(1) };',
    test: {
      file: `${qemu}/job-file.test.ts`,
      title:
        'findJobFile does not say whether there is something outside, also behind .. and links, and names the field',
    },
  },
  {
    against: 'class 7',
    guard: 'images that name another file',
    file: `${qemu}/image-header.ts`,
    find: 'if (refersToBase || refersToData) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${qemu}/image-header.test.ts`,
      title: 'an image that names another file is refused, whichever way it names it',
    },
  },
  {
    against: 'class 7',
    guard: "the driver's own arguments",
    file: `${qemu}/arguments.ts`,
    find: 'if (reserved !== undefined)',
    put: 'if (1 > 2)',
    test: {
      file: `${qemu}/arguments.test.ts`,
      title: "what holds for every VM is the driver's own, whatever the node allows",
    },
  },
  {
    against: 'class 8',
    guard: "QEMU's own sandbox",
    file: `${qemu}/command.ts`,
    find: "    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],\n",
    put: '',
    test: {
      file: 'test/security/qemu-arguments.e2e.ts',
      title: 'a command that args name is not started, whatever the node allows',
    },
  },
  {
    against: 'class 9',
    guard: 'the control socket itself, no link',
    file: `${qemu}/qmp-connect.ts`,
    find: 'O_PATH | constants.O_NOFOLLOW',
    put: 'O_PATH',
    test: inside('a control socket that an emulator made a link of leads the agent nowhere'),
  },
  {
    against: 'class 10',
    guard: 'answers of an emulator that are no objects',
    file: `${qemu}/qmp.ts`,
    find: "const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);",
    put: 'const isObject = 1 < 2;',
    test: {
      file: `${qemu}/qmp.test.ts`,
      title: 'no answer of an emulator throws where nobody catches',
    },
  },
  {
    against: 'class 10',
    guard: 'the end of what an emulator may say',
    file: `${qemu}/qmp.ts`,
    find: 'if (received > MOST_BYTES) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${qemu}/qmp.test.ts`,
      title: 'an emulator that says more than any answer is long is cut off',
    },
  },
  {
    against: 'F20',
    guard: "a VM's directory removed by handles",
    file: `${qemu}/vm-directory.ts`,
    find: "await run({ argv: ['rm', '-rf', '--one-file-system', '--', path] });",
    put: "await run({ argv: ['rmdir', path] });",
    test: inside('what an emulator left behind goes with it: links are not followed, and no path is too long'),
  },
];
