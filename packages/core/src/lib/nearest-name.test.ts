// Suggestions for mistyped names.

import test from 'ava';
import { didYouMean, nearestName } from './nearest-name.ts';

test('nearestName finds a plausible typing error and nothing else', (t) => {
  const names = ['driver', 'resources', 'restart', 'user'];
  t.is(nearestName('drvier', names), 'driver');
  t.is(nearestName('resource', names), 'resources');
  t.is(nearestName('User', names), 'user');
  t.is(nearestName('template', names), undefined);
  t.is(nearestName('', names), undefined);
  t.is(nearestName('x'.repeat(1000), names), undefined);
});

test('didYouMean makes a sentence of it', (t) => {
  t.is(didYouMean('usr', ['user']), 'did you mean "user"?');
});
