// What a node answers about its allocations: files, logs, usage, exec frames.

export interface FileInfoWire {
  readonly Name: string;
  readonly IsDir: boolean;
  readonly Size: number;
  /** As `ls -l` prints it. */
  readonly FileMode: string;
  readonly ModTime: string;
  readonly ContentType: string;
}

/** One frame of a framed stream; an empty one is a sign of life. */
export interface StreamFrameWire {
  readonly Offset?: number;
  /** Base64. */
  readonly Data?: string;
  readonly File?: string;
  readonly FileEvent?: string;
}

export interface ResourceUsageWire {
  readonly CpuStats: {
    readonly SystemMode: number;
    readonly UserMode: number;
    /** MHz in use. */
    readonly TotalTicks: number;
    readonly ThrottledPeriods: number;
    readonly ThrottledTime: number;
    /** 100 = one core. */
    readonly Percent: number;
    readonly Measured: readonly string[];
  };
  readonly MemoryStats: {
    /** Bytes. */
    readonly RSS: number;
    readonly Cache: number;
    readonly Swap: number;
    readonly Usage: number;
    readonly MaxUsage: number;
    readonly Measured: readonly string[];
  };
  readonly DeviceStats: readonly unknown[];
}

export interface TaskUsageWire {
  readonly ResourceUsage: ResourceUsageWire;
  /** Nanoseconds since the epoch. */
  readonly Timestamp: number;
  readonly Pids: Readonly<Record<string, ResourceUsageWire>> | null;
}

export interface AllocationStatsWire {
  readonly ResourceUsage: ResourceUsageWire;
  readonly Tasks: Readonly<Record<string, TaskUsageWire>>;
  readonly Timestamp: number;
}

export interface HostStatsWire {
  readonly Memory: { readonly Total: number; readonly Available: number; readonly Used: number; readonly Free: number };
  readonly CPU: readonly {
    readonly CPU: string;
    readonly User: number;
    readonly System: number;
    readonly Idle: number;
    readonly TotalPercent: number;
    readonly Total: number;
  }[];
  readonly DiskStats: readonly {
    readonly Device: string;
    readonly Mountpoint: string;
    readonly Size: number;
    readonly Used: number;
    readonly Available: number;
    readonly UsedPercent: number;
    readonly InodesUsedPercent: number;
  }[];
  readonly AllocDirStats: null;
  readonly DeviceStats: readonly unknown[];
  readonly Uptime: number;
  /** MHz in use. */
  readonly CPUTicksConsumed: number;
  readonly Timestamp: number;
}

/** What an exec caller sends. */
export interface ExecInputWire {
  readonly stdin?: { readonly data?: string; readonly close?: boolean };
  readonly tty_size?: { readonly height: number; readonly width: number };
}

/** What an exec caller receives. */
export interface ExecOutputWire {
  readonly stdout?: { readonly data?: string; readonly close?: boolean };
  readonly stderr?: { readonly data?: string; readonly close?: boolean };
  readonly exited?: boolean;
  readonly result?: { readonly exit_code: number };
}
