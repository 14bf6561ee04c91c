// What the host's own files say, believed for a moment: many launches in a row need not look each time.

/** For what only the host's root changes. Whoever alters the host sees it followed this much later. */
export const FRESH_MS = 500;

const KNOWN_MOST = 1_024;

/** `look`, whose answers are believed for `freshMs`. Undefined never is: what is not there may come at any moment. */
export function believed<Answer>(freshMs: number, look: (path: string) => Answer): (path: string) => Answer {
  const known = new Map<string, { readonly atMs: number; readonly answer: Answer }>();
  return (path) => {
    const atMs = performance.now();
    const before = known.get(path);
    if (before !== undefined && atMs - before.atMs < freshMs) return before.answer;
    const answer = look(path);
    if (known.size >= KNOWN_MOST) known.clear();
    if (answer === undefined) known.delete(path);
    else known.set(path, { atMs, answer });
    return answer;
  };
}
