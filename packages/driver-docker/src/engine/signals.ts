// Signals as the engine takes them: names with or without SIG, real-time ones, numbers.
import { constants } from 'node:os';

const LAST_SIGNAL = 64;
/** SIGRTMIN+1 … SIGRTMIN+15 and SIGRTMAX-1 … SIGRTMAX-14 are the names the engine knows. */
const REAL_TIME = /^RT(MIN(\+([1-9]|1[0-5]))?|MAX(-([1-9]|1[0-4]))?)$/;

/** True for what the engine can send. */
export function isSignal(text: string): boolean {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= LAST_SIGNAL;
  const name = nameOf(text);
  return REAL_TIME.test(name) || Object.hasOwn(constants.signals, `SIG${name}`);
}

/** True for every way to write the signal nobody survives. */
export function isKill(text: string): boolean {
  return nameOf(text) === 'KILL' || Number(text) === constants.signals.SIGKILL;
}

function nameOf(text: string): string {
  return text.toUpperCase().replace(/^SIG/, '');
}
