import { readFileSync } from 'node:fs';
import test from 'ava';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const header = read('../../native/seccomp-calls.h');
const page = read('../../../../docs/seccomp.md');

/** Names in code spans of a table's rows, by the first cell. */
function table(heading: string): ReadonlyMap<string, readonly string[]> {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = [...section.matchAll(/^\| `?([^|`]+)`? \| (`.*`) \|$/gm)];
  return new Map(
    rows.map(([, kind = '', calls = '']) => [
      kind.trim(),
      [...calls.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    ]),
  );
}

test('docs/seccomp.md names every call that the filter allows to all, and no other', (t) => {
  const list = header.slice(header.indexOf('ALWAYS[] = {'), header.indexOf('static const struct gated'));
  // Of the other architecture one call stands in the text below the table.
  const [own = ''] = list.split('#ifdef __aarch64__');
  const allowed = [...own.matchAll(/\bN\((\w+)\)|CALL_(\w+)/g)].map(([, name, newer]) => name ?? newer ?? '');
  t.true(allowed.length > 250);
  t.is(new Set(allowed).size, allowed.length, 'a call stands twice');
  t.deepEqual([...table('Allowed to all').values()].flat().sort(), allowed.sort());
});

test('docs/seccomp.md names every call that needs a capability, with that', (t) => {
  const list = header.slice(header.indexOf('GATED[] = {'));
  const gated = [...list.matchAll(/G\((\w+), CAP_(\w+)\)|\{CALL_(\w+), CAP_(\w+)\}/g)]
    .map(([, name, capability, newer, other]) => `${(capability ?? other ?? '').toLowerCase()} ${name ?? newer}`)
    .sort();
  t.true(gated.length > 40);
  const told = [...table('Allowed with a capability')].flatMap(([kind, calls]) =>
    calls.map((call) => `${kind} ${call}`),
  );
  t.deepEqual(told.sort(), gated);
});

test('what must never be allowed stands in no list', (t) => {
  const never = ['keyctl', 'add_key', 'request_key', 'userfaultfd', 'io_uring_setup', 'kexec_load', 'swapon'];
  for (const name of [...never, 'open_by_handle_at']) t.notRegex(header, new RegExp(`\\((${name})\\b`), name);
});
