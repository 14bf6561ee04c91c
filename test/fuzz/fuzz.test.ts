// A short part of `npm run fuzz`: damaged job files, through everything from text to validated job.

import test from 'ava';
import { problemWith } from './check.ts';
import { corpus } from './corpus.ts';
import { inputOf } from './mutate.ts';

const seeds = 3_000;

test(`${seeds} damaged files are answered with a job or with errors at their places`, (t) => {
  const texts = corpus();
  for (let seed = 0; seed < seeds; seed += 1) {
    const text = inputOf(seed, texts);
    const problem = problemWith(text, seed % 8 === 0);
    if (problem !== undefined) t.fail(`FUZZ_SEED=${seed} npm run fuzz: ${problem}\n${text.slice(0, 2_000)}`);
  }
  t.pass();
});

test('the whole files of the corpus are jobs or say why not', (t) => {
  for (const text of corpus()) t.is(problemWith(text, true), undefined);
});
