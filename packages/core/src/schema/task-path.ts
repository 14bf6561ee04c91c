// Paths of files that a task asks for, before anything on the node is known.

/** Whether the path, from the task's directory, climbs above the directory of the allocation. */
export function leavesTask(path: string): boolean {
  if (!path.includes('..')) return false;
  let depth = 1;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}
