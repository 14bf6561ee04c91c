// How a launch's device rules reach the kernel: a program on the launch's own v2 group, or a v1 group shared by all
// launches with the same rules. A v1 group of devices counts nothing, so it need not be one's own.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';
import { renderDeviceRule } from '../isolation/device-rules.ts';
import type { DeviceRule } from '../types.ts';
import type { CgroupLayout } from './cgroup-layout.ts';

/** What is known of the machine and of the launcher. */
export interface DeviceGround {
  readonly layout: CgroupLayout;
  readonly cgroupParent: string;
  readonly control: 'bpf' | 'v1' | 'none';
}

export type DevicePlan =
  /** Loaded and attached by the native launcher. */
  | { readonly kind: 'bpf'; readonly rules: readonly DeviceRule[] }
  /** A v1 group that the launch's processes enter. */
  | { readonly kind: 'v1'; readonly group: string };

/**
 * Undefined where nothing is restricted, or nothing can be: the node says so, and may have been told to refuse that.
 * @throws ExecutorError `start-failed`
 */
export function planDevices(ground: DeviceGround, rules: readonly DeviceRule[] | undefined): DevicePlan | undefined {
  if (rules === undefined || ground.control === 'none') return undefined;
  if (ground.control === 'bpf') return { kind: 'bpf', rules };
  return { kind: 'v1', group: sharedGroup(ground, rules) };
}

function sharedGroup({ layout, cgroupParent }: DeviceGround, rules: readonly DeviceRule[]): string {
  const wanted = rules.map(renderDeviceRule);
  const digest = createHash('sha256').update(wanted.join('\n')).digest('hex').slice(0, 16);
  const dir = `${layout.legacy['devices']}/${cgroupParent}/devices-${digest}`;
  try {
    mkdirSync(dir, { recursive: true });
    // Written again, the rules would be missing for a moment to those who run under them.
    if (readFileSync(`${dir}/devices.list`, 'utf8').trim() === wanted.join('\n')) return dir;
    writeFileSync(`${dir}/devices.deny`, 'a');
    for (const line of wanted) writeFileSync(`${dir}/devices.allow`, line);
    return dir;
  } catch (cause) {
    throw new ExecutorError('start-failed', `the kernel refused the rules of devices in ${dir}`, { cause });
  }
}
