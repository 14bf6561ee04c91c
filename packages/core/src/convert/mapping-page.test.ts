import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { mappingPage } from './mapping-page.ts';

const file = `${import.meta.dirname}/../../../../docs/convert.md`;
const begin =
  '<!-- tables: written from the converters, `UPDATE_DOCS=1 npx ava packages/core/src/convert/mapping-page.test.ts` -->\n';
const end = '<!-- end of tables -->\n';

test('docs/convert.md has the tables of the converters', (t) => {
  const text = readFileSync(file, 'utf8');
  const [head, rest = ''] = text.split(begin);
  const [, tail = ''] = rest.split(end);
  const wanted = `${head}${begin}\n${mappingPage()}\n${end}${tail}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, wanted);
  t.is(readFileSync(file, 'utf8'), wanted);
});

test('no row of the tables is without its words', (t) => {
  t.notRegex(mappingPage(), /\| *\|$/m);
  t.notRegex(mappingPage(), /undefined/);
});
