// Waiting for what the kernel does soon and announces nowhere.
import { setTimeout as delay } from 'node:timers/promises';

/** Waits in short steps for something that the kernel finishes within milliseconds. @returns whether it came true */
export async function eventually(holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (let stepMs = 1; !holds(); stepMs = Math.min(stepMs * 2, 50)) {
    if (performance.now() > end) return false;
    await delay(stepMs);
  }
  return true;
}
