import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { RecordLog } from './record-log.ts';

async function place(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orch-log-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'state.log');
}

async function reopen(path: string) {
  const log = new RecordLog(path);
  const loaded = await log.open();
  await log.close();
  return loaded;
}

test('what was put is there after reopening, what was removed is not', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path);
  await log.open();
  log.put('a', '{"one":1}');
  log.put('b', 'two\u2028 lines');
  log.put('a', '{"one":2}');
  await log.remove('b');
  await log.close();
  t.deepEqual([...(await reopen(path)).records], [['a', '{"one":2}']]);
});

test('puts that come together are on the disk when any of them says so', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path);
  await log.open();
  await Promise.all(Array.from({ length: 200 }, (_, index) => log.put(`key${index}`, `${index}`)));
  t.is((await readFile(path, 'utf8')).split('\n').length, 202);
  await log.close();
});

test('a last line cut short is dropped, the rest is kept', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path);
  await log.open();
  await log.put('a', '1');
  await log.close();
  await appendFile(path, '12345678 "b" half of a li');
  const loaded = await reopen(path);
  t.deepEqual([...loaded.records], [['a', '1']]);
  t.deepEqual(loaded.damaged, []);
});

test('a damaged line names its key and harms no other', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path);
  await log.open();
  log.put('a', '"first"');
  log.put('b', '"second"');
  await log.put('c', '"third"');
  await log.close();
  await writeFile(path, (await readFile(path, 'utf8')).replace('second', 'sXcond'));
  const loaded = await reopen(path);
  t.deepEqual([...loaded.records.keys()], ['a', 'c']);
  t.deepEqual(loaded.damaged, [{ key: 'b', line: 3 }]);
});

test('a file of another version is refused with the mend', async (t) => {
  const path = await place(t);
  await writeFile(path, 'something else 9\n');
  const error = await t.throwsAsync(new RecordLog(path).open());
  t.like(error, { code: 'state-version' });
});

test('the file is rewritten when most of it is past', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path, { rewriteAboveBytes: 10_000, roomBytes: 0 });
  await log.open();
  for (let index = 0; index < 300; index += 1) await log.put('key', `${index} ${'x'.repeat(100)}`);
  await log.put('other', 'y');
  t.true((await stat(path)).size < 20_000);
  await log.put('last', 'z');
  await log.close();
  const { records } = await reopen(path);
  t.is(records.get('key')?.slice(0, 3), '299');
  t.is(records.get('last'), 'z');
});

test('a write that fails is told, and goes out with the next one', async (t) => {
  const path = await place(t);
  const log = new RecordLog(path);
  await log.open();
  await log.close();
  await t.throwsAsync(log.put('a', '1'), { message: /could not be written/ });
});
