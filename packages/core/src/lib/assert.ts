// Assertions for bugs: a failed one means our own reasoning is wrong.

/** Fails the compilation when a union gained a member that a `switch` does not handle. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
