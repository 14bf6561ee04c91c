// Equality of plain data.

/** Deep equality; a member that is undefined equals an absent one, the order of members does not count. */
export function sameData(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameData(item, right[index]));
  }
  const leftRecord = left as Record<string, unknown>;
  const rightRecord = right as Record<string, unknown>;
  for (const key of Object.keys(leftRecord)) if (!sameData(leftRecord[key], rightRecord[key])) return false;
  for (const key of Object.keys(rightRecord)) {
    if (rightRecord[key] !== undefined && leftRecord[key] === undefined) return false;
  }
  return true;
}
