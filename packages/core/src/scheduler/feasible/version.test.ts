import test from 'ava';
import { compareVersions, compileVersionConstraint, parseVersion } from './version.ts';

const orders: readonly (readonly [string, string, number])[] = [
  ['1.2', '1.2.0', 0],
  ['1.2.0', '1.10.0', -1],
  ['v2', '1.9.9', 1],
  ['1.0.0-alpha', '1.0.0', -1],
  ['1.0.0-alpha', '1.0.0-alpha.1', -1],
  ['1.0.0-alpha.1', '1.0.0-alpha.beta', -1],
  ['1.0.0-beta.2', '1.0.0-beta.11', -1],
  ['1.0.0-rc.1', '1.0.0-beta.11', 1],
  ['1.0.0+build1', '1.0.0+build2', 0],
];

for (const [one, other, order] of orders) {
  test(`compareVersions puts ${one} against ${other} at ${order}`, (t) => {
    const left = parseVersion(one, 'version');
    const right = parseVersion(other, 'version');
    if (left === undefined || right === undefined) return t.fail('both parse');
    t.is(compareVersions(left, right), order);
  });
}

const constraints: readonly (readonly [string, string, 'version' | 'semver', boolean])[] = [
  ['1.2.9', '~> 1.2.3', 'version', true],
  ['1.3.0', '~> 1.2.3', 'version', false],
  ['1.9.0', '~> 1.2', 'version', true],
  ['2.0.0', '~> 1.2', 'version', false],
  ['1.2.0', '= 1.2', 'version', true],
  ['1.2.0', '1.2.0', 'version', true],
  ['1.2.1', '!= 1.2.0', 'version', true],
  ['1.2.0-beta', '>= 1.2.0-alpha', 'version', true],
  ['1.3.0-beta', '>= 1.2.0-alpha', 'version', false],
  ['1.2.0-beta', '< 1.2.0', 'semver', true],
  ['0.4.0', '>= 0.4.0', 'semver', true],
  ['0.3.9', '>= 0.4.0', 'semver', false],
];

for (const [version, constraint, form, holds] of constraints) {
  test(`${version} meets ${constraint} as ${form}: ${holds}`, (t) => {
    const parsed = parseVersion(version, form);
    if (parsed === undefined) return t.fail('the version parses');
    t.is(compileVersionConstraint(constraint, form)?.(parsed), holds);
  });
}

test('compileVersionConstraint refuses what it does not understand', (t) => {
  t.is(compileVersionConstraint('>= x', 'version'), undefined);
  t.is(compileVersionConstraint('~> 1.2.0', 'semver'), undefined);
  t.is(compileVersionConstraint('', 'version'), undefined);
});
