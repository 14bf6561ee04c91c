// What every journal must do, as cases any test runner can run: embedded, in memory, and those to come.

import { OrchError } from '@orch/core/lib/errors';
import type { Journal, JournalRecord, JournalSnapshot } from './journal.ts';

export interface JournalHarness {
  /** Opens the journal of this harness' medium; a closed one is opened again with all it kept. */
  open(): Promise<Journal>;
}

export interface JournalCase {
  readonly title: string;
  run(harness: JournalHarness): Promise<void>;
}

export class JournalCaseFailed extends Error {}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new JournalCaseFailed(what);
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right)
    throw new JournalCaseFailed(`${what}: expected ${right?.slice(0, 400)}, got ${left?.slice(0, 400)}`);
}

async function expectCode(promise: Promise<unknown>, code: string): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OrchError && error.code === code) return;
    throw new JournalCaseFailed(`expected an OrchError ${code}, got ${String(error)}`);
  }
  throw new JournalCaseFailed(`expected an OrchError ${code}, got none`);
}

async function opened(harness: JournalHarness): Promise<Journal> {
  const journal = await harness.open();
  await journal.lead('case', new AbortController().signal);
  return journal;
}

async function all(journal: Journal, afterIndex: number): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of journal.replay(afterIndex)) records.push(record);
  return records;
}

function snapshotOf(index: number, texts: readonly string[]): JournalSnapshot {
  return {
    index,
    chunks: (async function* () {
      for (const text of texts) yield new TextEncoder().encode(text);
    })(),
  };
}

async function textOf(snapshot: JournalSnapshot | undefined): Promise<string | undefined> {
  if (snapshot === undefined) return undefined;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of snapshot.chunks) text += decoder.decode(chunk, { stream: true });
  return text;
}

const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, at) => `{"n":${from + at}}`);

export const journalCases: readonly JournalCase[] = [
  {
    title: 'an empty journal ends at 0, replays nothing and has no snapshot',
    async run(harness) {
      const journal = await opened(harness);
      expectEqual(journal.lastIndex, 0, 'last index');
      expectEqual(await all(journal, 0), [], 'records');
      expect((await journal.loadSnapshot()) === undefined, 'no snapshot');
      await journal.close();
    },
  },
  {
    title: 'append refuses whoever does not lead, before lead and after resign',
    async run(harness) {
      const journal = await harness.open();
      await expectCode(journal.append(['1']), 'not-leader');
      const lease = await journal.lead('case', new AbortController().signal);
      await journal.append(['1']);
      await lease.resign();
      expect(lease.lost.aborted, 'the lease is lost after resigning');
      await expectCode(journal.append(['2']), 'not-leader');
      expectEqual(journal.lastIndex, 1, 'last index');
      await journal.close();
    },
  },
  {
    title: 'append gives contiguous indexes from 1 and replay gives the records back in order',
    async run(harness) {
      const journal = await opened(harness);
      expectEqual(await journal.append(['a']), { firstIndex: 1, lastIndex: 1 }, 'first append');
      expectEqual(await journal.append(['b', 'c', 'd']), { firstIndex: 2, lastIndex: 4 }, 'second append');
      expectEqual(journal.lastIndex, 4, 'last index');
      const records = await all(journal, 0);
      expectEqual(
        records,
        ['a', 'b', 'c', 'd'].map((data, at) => ({ index: at + 1, data })),
        'records',
      );
      expectEqual(
        (await all(journal, 2)).map((record) => record.index),
        [3, 4],
        'records behind the middle of an append',
      );
      expectEqual(await all(journal, 4), [], 'records behind the end');
      await journal.close();
    },
  },
  {
    title: 'append refuses an empty batch',
    async run(harness) {
      const journal = await opened(harness);
      await expectCode(journal.append([]), 'journal-invalid');
      await journal.close();
    },
  },
  {
    title: 'records come back as they were: long ones, empty ones, any script, line breaks',
    async run(harness) {
      const texts = ['', 'x'.repeat(300_000), 'žluťoučký 🐎 \u0000 \u2028 \n\r\t "', '{"a":[1,2,3]}'];
      const journal = await opened(harness);
      await journal.append(texts);
      for (const text of texts) await journal.append([text]);
      await journal.close();
      const again = await harness.open();
      expectEqual(
        (await all(again, 0)).map((record) => record.data),
        [...texts, ...texts],
        'records',
      );
      await again.close();
    },
  },
  {
    title: 'concurrent appends are each kept whole and resolve in the order of their indexes',
    async run(harness) {
      const journal = await opened(harness);
      const order: number[] = [];
      const answers = await Promise.all(
        Array.from({ length: 500 }, (_, at) =>
          journal.append([`${at}-0`, `${at}-1`]).then((answer) => {
            order.push(answer.firstIndex);
            return answer;
          }),
        ),
      );
      expectEqual(
        order,
        answers.map((_, at) => at * 2 + 1),
        'order of answers',
      );
      const records = await all(journal, 0);
      for (const [at, { firstIndex, lastIndex }] of answers.entries()) {
        expectEqual([firstIndex, lastIndex], [at * 2 + 1, at * 2 + 2], 'indexes');
        expectEqual(records[firstIndex - 1]?.data, `${at}-0`, 'first record');
        expectEqual(records[lastIndex - 1]?.data, `${at}-1`, 'second record');
      }
      await journal.close();
    },
  },
  {
    title: 'a reopened journal goes on where it ended',
    async run(harness) {
      const journal = await opened(harness);
      await journal.append(numbered(10));
      await journal.close();
      const again = await opened(harness);
      expectEqual(again.lastIndex, 10, 'last index');
      expectEqual(await again.append(['next']), { firstIndex: 11, lastIndex: 11 }, 'append');
      expectEqual(
        (await all(again, 9)).map((record) => record.index),
        [10, 11],
        'records',
      );
      await again.close();
    },
  },
  {
    title: 'the newest snapshot is loaded, also by the next opener',
    async run(harness) {
      const journal = await opened(harness);
      await journal.append(numbered(10));
      await journal.saveSnapshot(snapshotOf(4, ['four ', 'parts']));
      await journal.saveSnapshot(snapshotOf(8, ['eight ', 'x'.repeat(100_000), ' parts']));
      await journal.close();
      const again = await harness.open();
      const snapshot = await again.loadSnapshot();
      expectEqual(snapshot?.index, 8, 'index');
      expectEqual(await textOf(snapshot), `eight ${'x'.repeat(100_000)} parts`, 'content');
      expectEqual(
        (await all(again, 8)).map((record) => record.index),
        [9, 10],
        'records behind it',
      );
      await again.close();
    },
  },
  {
    title: 'records are dropped only behind the older of two snapshots, and replay from before them is refused',
    async run(harness) {
      const journal = await opened(harness);
      for (let at = 0; at < 30; at += 1) await journal.append([`record ${at + 1}`]);
      await journal.saveSnapshot(snapshotOf(10, ['ten']));
      expectEqual((await all(journal, 0)).length, 30, 'records after one snapshot');
      await journal.saveSnapshot(snapshotOf(20, ['twenty']));
      await expectCode(all(journal, 0), 'journal-compacted');
      expectEqual((await all(journal, 10)).length, 20, 'records behind the older snapshot');
      await journal.close();
      const again = await opened(harness);
      expectEqual(again.lastIndex, 30, 'last index');
      await expectCode(all(again, 9), 'journal-compacted');
      expectEqual((await again.append(['next'])).firstIndex, 31, 'next index');
      await again.close();
    },
  },
  {
    title: 'the index goes on after snapshots made every record superfluous',
    async run(harness) {
      const journal = await opened(harness);
      await journal.append(numbered(5));
      await journal.saveSnapshot(snapshotOf(5, ['a']));
      await journal.saveSnapshot(snapshotOf(5, ['b']));
      await journal.append(['six']);
      await journal.saveSnapshot(snapshotOf(6, ['c']));
      await journal.close();
      const again = await opened(harness);
      expectEqual(await textOf(await again.loadSnapshot()), 'c', 'snapshot');
      expectEqual((await again.append(['seven'])).firstIndex, 7, 'next index');
      await again.close();
    },
  },
  {
    title: 'a snapshot that fails half way leaves the one before it',
    async run(harness) {
      const journal = await opened(harness);
      await journal.append(numbered(4));
      await journal.saveSnapshot(snapshotOf(2, ['whole']));
      const failing = (async function* () {
        yield new TextEncoder().encode('half');
        throw new OrchError('case-failed', 'the state went away');
      })();
      await expectCode(journal.saveSnapshot({ index: 4, chunks: failing }), 'case-failed');
      await journal.close();
      const again = await harness.open();
      const snapshot = await again.loadSnapshot();
      expectEqual([snapshot?.index, await textOf(snapshot)], [2, 'whole'], 'snapshot');
      await again.close();
    },
  },
  {
    title: 'appends go on while a snapshot is being saved',
    async run(harness) {
      const journal = await opened(harness);
      await journal.append(numbered(50));
      const slow = (async function* () {
        for (let at = 0; at < 20; at += 1) {
          await journal.append([`during ${at}`]);
          yield new TextEncoder().encode(`${at};`);
        }
      })();
      await journal.saveSnapshot({ index: 50, chunks: slow });
      expectEqual(journal.lastIndex, 70, 'last index');
      expectEqual((await all(journal, 50)).length, 20, 'records behind the snapshot');
      await journal.close();
    },
  },
  {
    title: 'close waits for what was appended, and a closed journal refuses',
    async run(harness) {
      const journal = await opened(harness);
      const appended = Promise.all(numbered(200).map((text) => journal.append([text])));
      await journal.close();
      expectEqual((await appended).length, 200, 'answers');
      await expectCode(journal.append(['late']), 'not-leader');
      const again = await harness.open();
      expectEqual((await all(again, 0)).length, 200, 'records');
      await again.close();
    },
  },
];
