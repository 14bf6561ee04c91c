// What all launches together may have of the machine, however many there are.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { prepareParents } from './cgroup-host.ts';
import type { CgroupLayout } from './cgroup-layout.ts';

/** Most process numbers that are kept for others: root's shell, the agent, services. */
const MOST_KEPT = 8_192;

/** Pure: of `numbers` processes that the machine can have, how many are the launches'. */
export function processesOfLaunches(numbers: number): number {
  return numbers - Math.min(Math.floor(numbers / 4), MOST_KEPT);
}

/**
 * Each launch has its limit, and eight of the usual one are all the processes of many machines. The group of all launches
 * is limited too, so that the machine can start a process whatever they do.
 * @throws a system error where the kernel refuses
 */
export function limitAllLaunches(layout: CgroupLayout, cgroupParent: string): void {
  const { unified } = layout;
  const isUnified = unified?.controllers.includes('pids') === true;
  const mount = isUnified ? unified.path : layout.legacy['pids'];
  if (mount === undefined) return;
  const dir = `${mount}/${cgroupParent}/launches`;
  mkdirSync(dir, { recursive: true });
  if (isUnified) prepareParents({ directories: [{ dir: `${dir}/any`, mount, needs: ['pids'], writes: [] }] });
  const setting = (name: string) => Number(readFileSync(`/proc/sys/kernel/${name}`, 'utf8'));
  const numbers = Math.min(setting('pid_max'), setting('threads-max'));
  writeFileSync(`${dir}/pids.max`, String(processesOfLaunches(numbers)));
}
