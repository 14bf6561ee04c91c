// Parameters and results of the calls a server makes on a node.

/** A file or directory inside an allocation's directory. Paths are relative to it and may not leave it. */
export interface FileInfo {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  /** Octal text with type, as `ls -l` prints it: `-rw-r--r--`. */
  readonly mode: string;
  readonly modifiedAtMs: number;
  readonly contentType?: string;
}

export interface NodeMethods {
  'fs.list': { params: { allocationId: string; path: string }; result: readonly FileInfo[] };
  'fs.stat': { params: { allocationId: string; path: string }; result: FileInfo };
  /** Channel 0 carries the bytes. `follow` goes on at the end of the file until canceled. Negative limit = all. */
  'fs.read': {
    params: {
      allocationId: string;
      path: string;
      offset: number;
      limit: number;
      origin: 'start' | 'end';
      follow: boolean;
    };
    result: { readonly bytes: number };
  };
  /** Reads across rotated files. Channel 0 carries the bytes; a `note` {file, offset} precedes each change of file. */
  'logs.read': {
    params: {
      allocationId: string;
      task: string;
      stream: 'stdout' | 'stderr';
      offset: number;
      origin: 'start' | 'end';
      follow: boolean;
    };
    result: { readonly bytes: number };
  };
  'alloc.stats': { params: { allocationId: string; task?: string }; result: AllocationStats };
  'node.stats': { params: Record<string, never>; result: NodeStats };
  /** Channel 0 = stdin (server to node), 1 = stdout, 2 = stderr; note {columns, rows} resizes. */
  'alloc.exec': {
    params: {
      allocationId: string;
      task: string;
      command: readonly string[];
      tty: boolean;
      columns?: number;
      rows?: number;
    };
    result: { readonly exitCode: number; readonly signal?: number };
  };
  'alloc.restart': {
    params: { allocationId: string; task?: string; allTasks: boolean };
    result: Record<string, never>;
  };
  'alloc.signal': { params: { allocationId: string; task?: string; signal: string }; result: Record<string, never> };
  'alloc.collect': { params: { allocationId: string }; result: Record<string, never> };
  'node.collect': { params: Record<string, never>; result: { readonly collected: readonly string[] } };
}

export interface TaskUsage {
  readonly atMs: number;
  readonly cpuTotalNs: number;
  /** Share of one core over the last interval, 100 = one core. */
  readonly cpuPercent: number;
  /** MHz used over the last interval. */
  readonly cpuMhz: number;
  readonly throttledPeriods: number;
  readonly memoryBytes: number;
  readonly memoryRssBytes: number;
  readonly memoryCacheBytes: number;
  readonly memoryMaxBytes: number;
  readonly pids: number;
}

export interface AllocationStats {
  readonly atMs: number;
  readonly total: TaskUsage;
  readonly tasks: Readonly<Record<string, TaskUsage>>;
}

export interface NodeStats {
  readonly atMs: number;
  readonly uptimeSeconds: number;
  readonly cpu: readonly {
    readonly name: string;
    readonly user: number;
    readonly system: number;
    readonly idle: number;
    readonly total: number;
  }[];
  readonly memory: {
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly usedBytes: number;
    readonly freeBytes: number;
  };
  readonly disks: readonly {
    readonly device: string;
    readonly mountpoint: string;
    readonly sizeBytes: number;
    readonly usedBytes: number;
    readonly availableBytes: number;
    readonly usedPercent: number;
    readonly inodesUsedPercent: number;
  }[];
  /** MHz in use. */
  readonly cpuMhzUsed: number;
}
