// Expressions against what Nomad evaluates them to.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { compareCase, type RecordedFacts } from './recorded-facts.ts';

const FACTS = new URL('../../../../../test/facts/', import.meta.url);
const functions = {
  hash: (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex'),
};

for (const area of ['evaluate', 'functions']) {
  const folder = new URL(`${area}/`, FACTS);
  for (const name of readdirSync(folder)) {
    const facts = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as RecordedFacts;
    test(`${area}/${name}: ${facts.cases.length} expressions are what they are in the field`, (t) => {
      const problems = facts.cases.flatMap((fact) => compareCase(facts.prelude, fact, functions) ?? []);
      t.is(problems.join('\n'), '');
    });
  }
}
