// The default filter as data: what it says of calls that a kernel may answer before it is asked. docs/seccomp.md
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { compileProbe } from './isolation-rig.ts';

const place = mkdtempSync(join(tmpdir(), 'orch-filter-'));
const program = join(place, 'filter');
test.before(() => compileProbe(program, 'seccomp-filter.c'));
test.after.always(() => rmSync(place, { recursive: true }));

const SYS_ADMIN = 1n << 21n;
const LEASE = 1n << 28n;
const ALL = (1n << 41n) - 1n;

/** What the filter says of each call or range of numbers, by its name. */
function verdicts(capabilities: bigint): ReadonlyMap<string, string> {
  const output = execFileSync(program, [capabilities.toString(16)], { encoding: 'utf8' });
  const lines = output.trim().split('\n');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

const named = (found: ReadonlyMap<string, string>, pattern: RegExp) =>
  [...found].filter(([name]) => pattern.test(name)).map(([, verdict]) => verdict);

test('the filter knows no numbers of x32, and none newer than its list, whatever a task keeps', (t) => {
  for (const capabilities of [0n, SYS_ADMIN, ALL]) {
    const found = verdicts(capabilities);
    for (const name of ['newer', 'before-x32', 'x32', 'negative']) t.is(found.get(name), 'unknown', name);
    const beyond = named(found, /^bit-/);
    t.is(beyond.length, 22);
    t.deepEqual([...new Set(beyond)], ['unknown']);
    t.not(found.get('last'), 'unknown');
  }
});

test('the filter ends who calls by numbers of another architecture, whatever a task keeps', (t) => {
  for (const capabilities of [0n, ALL]) {
    const found = named(verdicts(capabilities), /^foreign-/);
    t.is(found.length, 10);
    t.deepEqual([...new Set(found)], ['killed']);
  }
});

test('the filter lets through, refuses, and looks at arguments', (t) => {
  const none = verdicts(0n);
  for (const name of ['read', 'getpid', 'execve', 'ptrace', 'clone', 'personality', 'socket', 'fcntl'])
    t.is(none.get(name), 'allowed', name);
  const leases = ['fcntl-lease', 'fcntl-lease-wide', 'fcntl-delegation'];
  const never = ['keyctl', 'io_uring_setup', 'personality-other', 'socket-vsock', 'socket-alg'];
  for (const name of [...never, ...leases, 'mount', 'setns', 'reboot', 'clone-namespace'])
    t.is(none.get(name), 'refused', name);
  t.is(none.get('clone3'), 'unknown');
  const admin = verdicts(SYS_ADMIN);
  for (const name of ['mount', 'setns', 'clone', 'clone-namespace', 'clone3']) t.is(admin.get(name), 'allowed', name);
  for (const name of [...never, ...leases, 'reboot']) t.is(admin.get(name), 'refused', name);
  for (const name of leases) t.is(verdicts(LEASE).get(name), 'allowed', name);
  for (const name of never) t.is(verdicts(ALL).get(name), 'refused', name);
});
