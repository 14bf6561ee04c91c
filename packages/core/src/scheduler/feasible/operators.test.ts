import test from 'ava';
import { compileOperator, type NodeOperator } from './operators.ts';

type Row = readonly [string | undefined, NodeOperator, string | undefined, boolean];

const rows: readonly Row[] = [
  ['linux', '=', 'linux', true],
  ['linux', '=', 'windows', false],
  [undefined, '=', 'linux', false],
  [undefined, '=', undefined, false],
  ['linux', '!=', 'windows', true],
  ['linux', '!=', 'linux', false],
  [undefined, '!=', 'linux', true],
  ['9', '<', '10', true],
  ['10', '<', '9', false],
  ['9.5', '<', '10', true],
  ['abc', '<', 'abd', true],
  ['9', '<', 'a', true],
  [undefined, '<', '10', false],
  ['10', '<=', '10', true],
  ['11', '<=', '10', false],
  ['10', '>', '9', true],
  ['9007199254740993', '>', '9007199254740992', true],
  ['10.5', '>=', '10.50', true],
  ['-3', '>=', '-2', false],
  ['1.2.3', 'version', '>= 1.2, < 2.0', true],
  ['2.0.0', 'version', '>= 1.2, < 2.0', false],
  ['not', 'version', '>= 1.2', false],
  [undefined, 'version', '>= 1.2', false],
  ['1.2.3', 'version', 'nonsense', false],
  ['1.3.0-beta1', 'version', '>= 1.2.0', false],
  ['1.3.0-beta1', 'semver', '>= 1.2.0', true],
  ['1.3', 'semver', '>= 1.2.0', false],
  ['Debian 12', 'regexp', '^Debian', true],
  ['debian 12', 'regexp', '(?i)^Debian', true],
  ['ubuntu', 'regexp', '^Debian', false],
  ['ubuntu', 'regexp', '(', false],
  [undefined, 'regexp', '.*', false],
  ['a, b ,c', 'set_contains', 'c,a', true],
  ['a,b', 'set_contains', 'a,c', false],
  [undefined, 'set_contains', 'a', false],
  ['a,b', 'set_contains_any', 'c, b', true],
  ['a,b', 'set_contains_any', 'c,d', false],
  ['', 'is_set', undefined, true],
  [undefined, 'is_set', undefined, false],
  [undefined, 'is_not_set', undefined, true],
  ['x', 'is_not_set', undefined, false],
];

for (const [left, operator, right, holds] of rows) {
  test(`${left ?? 'nothing'} ${operator} ${right ?? 'nothing'} is ${holds}`, (t) => {
    t.is(compileOperator(operator)(left, right), holds);
  });
}
