// Versions and version constraints, in the lenient form (`version`) and in the strict one (`semver`).
// Lenient follows the rules of hashicorp/go-version, strict those of semver.org 2.0.0.

export interface Version {
  /** At least three numbers. */
  readonly segments: readonly number[];
  readonly prerelease: string;
}

const lenient =
  /^v?(\d+(?:\.\d+)*)(?:-(\d+[0-9A-Za-z\-~]*(?:\.[0-9A-Za-z\-~]+)*)|-?([A-Za-z\-~]+[0-9A-Za-z\-~]*(?:\.[0-9A-Za-z\-~]+)*))?(?:\+[0-9A-Za-z\-~.]+)?$/;
const strict = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-.]+)?$/;

/** `undefined` when the text is no version in that form. Missing segments of the lenient form count as 0. */
export function parseVersion(text: string, form: 'version' | 'semver'): Version | undefined {
  const trimmed = text.trim();
  if (form === 'semver') {
    const found = strict.exec(trimmed);
    if (found === null) return undefined;
    return { segments: [Number(found[1]), Number(found[2]), Number(found[3])], prerelease: found[4] ?? '' };
  }
  const found = lenient.exec(trimmed);
  if (found === null) return undefined;
  const segments = (found[1] ?? '').split('.').map(Number);
  while (segments.length < 3) segments.push(0);
  return { segments, prerelease: found[2] ?? found[3] ?? '' };
}

/** −1, 0 or 1. A version without a prerelease is above the same one with it. */
export function compareVersions(left: Version, right: Version): number {
  const bySegments = compareSegments(left.segments, right.segments);
  if (bySegments !== 0) return bySegments;
  return comparePrereleases(left.prerelease, right.prerelease);
}

function compareSegments(left: readonly number[], right: readonly number[]): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '') return 1;
  if (right === '') return -1;
  const lefts = left.split('.');
  const rights = right.split('.');
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    const one = lefts[index];
    const other = rights[index];
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    const order = compareIdentifiers(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value and below words; words by their characters. */
function compareIdentifiers(left: string, right: string): number {
  const leftIsNumber = /^\d+$/.test(left);
  const rightIsNumber = /^\d+$/.test(right);
  if (leftIsNumber && rightIsNumber) return Math.sign(Number(left) - Number(right));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

type VersionTest = (version: Version) => boolean;

/** Compiles `>= 1.2, < 2.0`. `undefined` when a part cannot be understood. */
export function compileVersionConstraint(text: string, form: 'version' | 'semver'): VersionTest | undefined {
  const tests: VersionTest[] = [];
  for (const part of text.split(',')) {
    const found = /^\s*(=|!=|>=|<=|>|<|~>)?\s*(\S+)\s*$/.exec(part);
    if (found === null) return undefined;
    const operator = found[1] ?? '=';
    const wanted = parseVersion(found[2] ?? '', form);
    if (wanted === undefined || (operator === '~>' && form === 'semver')) return undefined;
    const writtenSegments = (found[2] ?? '').replace(/^v/, '').split(/[-+]/)[0]?.split('.').length ?? 1;
    tests.push(partTest(operator, wanted, form, writtenSegments));
  }
  return (version) => tests.every((test) => test(version));
}

function partTest(operator: string, wanted: Version, form: 'version' | 'semver', written: number): VersionTest {
  const comparable: VersionTest = form === 'semver' ? () => true : (version) => prereleaseAllows(version, wanted);
  switch (operator) {
    case '!=':
      return (version) => compareVersions(version, wanted) !== 0;
    case '>':
      return (version) => comparable(version) && compareVersions(version, wanted) > 0;
    case '>=':
      return (version) => comparable(version) && compareVersions(version, wanted) >= 0;
    case '<':
      return (version) => comparable(version) && compareVersions(version, wanted) < 0;
    case '<=':
      return (version) => comparable(version) && compareVersions(version, wanted) <= 0;
    case '~>':
      return (version) => comparable(version) && isPessimisticMatch(version, wanted, written);
    default:
      return (version) => compareVersions(version, wanted) === 0;
  }
}

/** The lenient form meets a prerelease only when the constraint names one of the same segments. */
function prereleaseAllows(version: Version, wanted: Version): boolean {
  if (version.prerelease === '') return true;
  return wanted.prerelease !== '' && compareSegments(version.segments, wanted.segments) === 0;
}

/** `~> 1.2.3`: at least that, all written segments but the last equal. */
function isPessimisticMatch(version: Version, wanted: Version, written: number): boolean {
  if (wanted.prerelease !== '' && version.prerelease === '') return false;
  if (compareVersions(version, wanted) < 0) return false;
  for (let index = 0; index < written - 1; index += 1) {
    if ((version.segments[index] ?? 0) !== (wanted.segments[index] ?? 0)) return false;
  }
  return true;
}
