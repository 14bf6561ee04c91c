// Tables against a plain Map, over several pages, with views taken in between.

import test from 'ava';
import { seededRandom } from '../lib/random.ts';
import { Postings } from './postings.ts';
import { rowsPerPage, Table } from './table.ts';

interface Row {
  readonly id: string;
  readonly value: number;
}

test('a table behaves as a Map, and each view as the Map was', (t) => {
  const random = seededRandom(11);
  const table = new Table<Row>((row) => row.id);
  const model = new Map<string, Row>();
  const views: { readonly view: ReturnType<typeof table.view>; readonly was: Map<string, Row> }[] = [];
  for (let step = 0; step < 20_000; step += 1) {
    const id = `row-${Math.floor(random() * rowsPerPage * 5)}`;
    if (random() < 0.4) {
      t.is(table.remove(id) !== undefined, model.delete(id));
    } else {
      const row = { id, value: step };
      table.set(row);
      model.set(id, row);
    }
    if (step % 1_500 === 0) views.push({ view: table.view(), was: new Map(model) });
  }
  views.push({ view: table.view(), was: model });
  t.is(table.size, model.size);
  for (const { view, was } of views) {
    t.is(view.size, was.size);
    t.is([...view.rows()].filter((row) => was.get(row.id) === row).length, was.size);
    for (let number = 0; number < rowsPerPage * 5; number += 1) {
      if (view.get(`row-${number}`) !== was.get(`row-${number}`)) t.fail(`row-${number} differs`);
    }
  }
});

test('a freed slot is used again, lowest first, as in a table restored from its rows', (t) => {
  const table = new Table<Row>((row) => row.id);
  for (let number = 0; number < 600; number += 1) table.set({ id: `row-${number}`, value: 0 });
  for (const number of [500, 3, 599, 256]) table.remove(`row-${number}`);
  const restored = new Table<Row>((row) => row.id);
  for (const row of table.view().rows()) restored.restore(table.slotOf(row.id) ?? -1, row);
  restored.restored();
  for (const slot of [3, 256, 500, 599, 600]) {
    t.is(table.set({ id: `new-${slot}`, value: 1 }), slot);
    t.is(restored.set({ id: `new-${slot}`, value: 1 }), slot);
  }
});

test('taking a view twice without a write between answers the same one', (t) => {
  const table = new Table<Row>((row) => row.id);
  table.set({ id: 'a', value: 1 });
  t.is(table.view(), table.view());
  const before = table.view();
  table.set({ id: 'a', value: 2 });
  t.is(before.get('a')?.value, 1);
  t.is(table.view().get('a')?.value, 2);
});

test('postings keep slots in order and views of them stay', (t) => {
  const postings = new Postings();
  for (const slot of [5, 1, 9, 1, 3]) postings.add('job', slot);
  const view = postings.view();
  postings.remove('job', 5);
  postings.add('job', 4);
  t.deepEqual(view.get('job'), [1, 3, 5, 9]);
  t.deepEqual(postings.view().get('job'), [1, 3, 4, 9]);
  for (const slot of [1, 3, 4, 9]) postings.remove('job', slot);
  t.deepEqual(postings.get('job'), []);
  t.deepEqual(view.get('job'), [1, 3, 5, 9]);
});
