// The processor: model, cores, frequency, and what that is in MHz to give away.

import { readFile } from 'node:fs/promises';
import { arch, availableParallelism } from 'node:os';

export interface CpuFacts {
  readonly cores: number;
  readonly frequencyMhz: number;
  /** Cores × MHz. */
  readonly totalMhz: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Assumed when neither the kernel nor the processor says. */
const assumedMhz = 1_000;

const archNames: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export async function findCpu(): Promise<CpuFacts> {
  const [info, maxKhz] = await Promise.all([
    readFile('/proc/cpuinfo', 'utf8').catch(() => ''),
    readFile('/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq', 'utf8').catch(() => ''),
  ]);
  const processors = [...info.matchAll(/^processor\s*:/gm)].length;
  const cores = Math.max(1, processors === 0 ? availableParallelism() : processors);
  const frequencyMhz = frequency(info, maxKhz);
  const totalMhz = cores * frequencyMhz;
  const modelName = /^model name\s*:\s*(.*)$/m.exec(info)?.[1]?.trim();
  return {
    cores,
    frequencyMhz,
    totalMhz,
    attributes: {
      'cpu.arch': archNames[arch()] ?? arch(),
      'cpu.numcores': String(cores),
      'cpu.reservablecores': String(cores),
      'cpu.frequency': String(frequencyMhz),
      'cpu.totalcompute': String(totalMhz),
      'cpu.usablecompute': String(totalMhz),
      ...(modelName === undefined ? {} : { 'cpu.modelname': modelName }),
    },
  };
}

/** The highest frequency the kernel knows; else what the model's name says; else what the first core does now. */
function frequency(info: string, maxKhz: string): number {
  const max = Number.parseInt(maxKhz, 10);
  if (max > 0) return Math.round(max / 1000);
  const named = /@\s*([\d.]+)GHz/.exec(info)?.[1];
  if (named !== undefined) return Math.round(Number(named) * 1000);
  const now = Number(/^cpu MHz\s*:\s*([\d.]+)/m.exec(info)?.[1]);
  return now > 0 ? Math.round(now) : assumedMhz;
}
