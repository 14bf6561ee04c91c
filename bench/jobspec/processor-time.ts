// Processor time of this process, of all its threads: what else runs on the machine does not count.

/** Milliseconds that one call of `work` takes, over `times` calls. */
export async function processorTime(times: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < times; call += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
