// The rules of the default filter and of what an agent demands of its machine, each taken out alone.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const filter = 'packages/executor/native/seccomp.c';
const test = (title: string) => ({ file: 'test/security/seccomp.e2e.ts', title });
const data = (title: string) => ({ file: 'test/security/seccomp-filter.e2e.ts', title });
const namespaces = test('namespaces are refused, by clone too; clone3 and what is newer is unknown');
const byArguments = test('arguments decide about personality, socket and fcntl');

export const seccompMutants: readonly Mutant[] = [
  {
    against: 'class 8',
    guard: 'flags of clone are looked at',
    file: filter,
    find: 'verdicts[__NR_clone] = is_admin ? ALLOWED : BY_FLAGS;',
    put: 'verdicts[__NR_clone] = ALLOWED;',
    test: namespaces,
  },
  {
    against: 'class 8',
    guard: 'clone3, whose flags nobody sees, is unknown',
    file: filter,
    find: 'verdicts[CALL_clone3] = is_admin ? ALLOWED : UNKNOWN;',
    put: 'verdicts[CALL_clone3] = ALLOWED;',
    test: namespaces,
  },
  {
    against: 'class 8',
    guard: 'calls newer than the list are unknown',
    file: filter,
    find: '(struct range){LAST_CALL + 1, UNKNOWN};',
    put: '(struct range){LAST_CALL + 1, REFUSED};',
    test: namespaces,
  },
  {
    against: 'class 8',
    guard: 'x32 is no way around the list',
    file: filter,
    find: '(struct range){LAST_CALL + 1, UNKNOWN};',
    put: '(struct range){LAST_CALL + 1, UNKNOWN}; ranges[count++] = (struct range){0x40000000, ALLOWED};',
    test: data('the filter knows no numbers of x32, and none newer than its list, whatever a task keeps'),
  },
  {
    against: 'class 8',
    guard: 'numbers of another architecture are not judged by this one’s list',
    file: filter,
    find: 'emit(filter, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);',
    put: 'emit(filter, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 1);',
    test: data('the filter ends who calls by numbers of another architecture, whatever a task keeps'),
  },
  {
    against: 'class 8',
    guard: 'the family of a socket is looked at',
    file: filter,
    find: 'verdicts[__NR_socket] = BY_FAMILY;',
    put: 'verdicts[__NR_socket] = ALLOWED;',
    test: byArguments,
  },
  {
    against: 'class 8',
    guard: 'leases are refused',
    file: filter,
    find: 'verdicts[__NR_fcntl] = BY_COMMAND;',
    put: 'verdicts[__NR_fcntl] = ALLOWED;',
    test: byArguments,
  },
  {
    against: 'class 8',
    guard: 'the personality is looked at',
    file: filter,
    find: 'verdicts[__NR_personality] = BY_PERSONA;',
    put: 'verdicts[__NR_personality] = ALLOWED;',
    test: byArguments,
  },
  {
    against: 'class 8',
    guard: 'calls that need a capability need it',
    file: filter,
    find: 'if (capabilities & 1ULL << GATED[index].capability) verdicts',
    put: 'verdicts',
    test: test('calls that need a capability are refused as root too, and let through with it'),
  },
  {
    against: 'class 8',
    guard: 'a command inside a task has the filter of the task',
    file: 'packages/executor/src/exec/session-request.ts',
    find: '...boundaryWords(plan),',
    put: '...boundaryWords(plan.chroot ? { ...plan, chroot: { ...plan.chroot, filtersCalls: false } } : plan),',
    test: test('the filter of a command inside a task is the task’s'),
  },
  {
    against: 'bad input',
    guard: 'require_isolation refuses a machine without the piece',
    file: 'packages/cli/src/agent/start-agent.ts',
    find: '  if (missing === undefined) return;',
    put: '  if (missing !== null) return;',
    test: {
      file: 'test/security/isolation-require.e2e.ts',
      title: 'an agent does not start without a piece that require_isolation names, and says which and the mend',
    },
  },
];
