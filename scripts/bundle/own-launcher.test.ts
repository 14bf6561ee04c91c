import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { freshLauncher, ownLauncher } from './own-launcher.ts';

/** A directory as the launcher's, whose build does what `script` says. */
function sources(t: ExecutionContext, script: string): string {
  const native = mkdtempSync(join(tmpdir(), 'orch-own-launcher-'));
  t.teardown(() => rmSync(native, { recursive: true, force: true }));
  writeFileSync(join(native, 'build.sh'), `cd "$(dirname "$0")"\n${script}\n`);
  writeFileSync(join(native, 'main.c'), '');
  return native;
}

function builtAt(native: string, at: 'long ago' | 'just now'): void {
  writeFileSync(join(native, 'orch-launch'), 'old');
  const seconds = Date.now() / 1000 + (at === 'long ago' ? -1_000 : 1_000);
  utimesSync(join(native, 'orch-launch'), seconds, seconds);
}

const noWarning = (t: ExecutionContext) => (line: string) => t.fail(line);

test('freshLauncher takes what is shipped where nothing was built, and what was built where no source is younger', (t) => {
  const native = sources(t, 'exit 1');
  t.is(freshLauncher(native, 'x64', noWarning(t)), undefined);
  builtAt(native, 'just now');
  t.is(freshLauncher(native, 'x64', noWarning(t)), join(native, 'orch-launch'));
  t.is(readFileSync(join(native, 'orch-launch'), 'utf8'), 'old');
});

test('freshLauncher builds a stale one again', (t) => {
  const native = sources(t, 'echo new > orch-launch');
  builtAt(native, 'long ago');
  t.is(ownLauncher(native), 'stale');
  t.is(freshLauncher(native, 'x64', noWarning(t)), join(native, 'orch-launch'));
  t.is(readFileSync(join(native, 'orch-launch'), 'utf8'), 'new\n');
});

test('freshLauncher takes what is shipped, and says so, where a stale one cannot be built', (t) => {
  const native = sources(t, 'echo no compiler >&2; exit 1');
  builtAt(native, 'long ago');
  t.throws(() => freshLauncher(native, 'x64', noWarning(t)), { message: /older than its sources.*no compiler/s });
  mkdirSync(join(native, 'built/linux-x64'), { recursive: true });
  writeFileSync(join(native, 'built/linux-x64/orch-launch'), 'shipped');
  const told: string[] = [];
  t.is(
    freshLauncher(native, 'x64', (line) => told.push(line)),
    undefined,
  );
  t.regex(told.join(), /no compiler\nthe one that is shipped is taken instead/);
  t.true(existsSync(join(native, 'orch-launch')), 'whoever built it may want it');
});
