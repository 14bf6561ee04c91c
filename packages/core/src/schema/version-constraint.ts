// Version constraints: whether one can be read.

const PLAIN = /^(=|!=|>|<|>=|<=|~>|)\s*v?\d+(\.\d+)*([-+~]?[0-9A-Za-z.~+-]*)?$/;
const SEMVER = /^(=|!=|>|<|>=|<=|)\s*v?\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** The part of a comma-separated list of constraints that cannot be read; undefined when all can. */
export function badVersionConstraint(text: string, kind: 'version' | 'semver'): string | undefined {
  const pattern = kind === 'version' ? PLAIN : SEMVER;
  return text
    .split(',')
    .map((part) => part.trim())
    .find((part) => !pattern.test(part));
}
