// Allocations, their files, logs and commands, as methods.

import type { AllocationStubWire, AllocationWire, AllocStopResponse } from '../types/allocation.ts';
import type { AllocationStatsWire, FileInfoWire } from '../types/client.ts';
import { type ExecOptions, type ExecSession, openExec } from './exec-session.ts';
import { type ListOptions, part, type Read, type ReadOptions, type Transport, type WriteOptions } from './transport.ts';

export interface LogOptions extends WriteOptions {
  /** May be left out when the allocation has one task. */
  readonly task?: string;
  /** @default 'stdout' */
  readonly type?: 'stdout' | 'stderr';
  /** Go on with what is written from now on. @default false */
  readonly follow?: boolean;
  /** Bytes from `origin`. @default 0 */
  readonly offset?: number;
  /** @default 'start' */
  readonly origin?: 'start' | 'end';
}

export interface AllocationsApi {
  list(options?: ListOptions & { readonly resources?: boolean }): Promise<Read<readonly AllocationStubWire[]>>;
  read(id: string, options?: ReadOptions): Promise<Read<AllocationWire>>;
  stop(id: string, options?: WriteOptions & { readonly noShutdownDelay?: boolean }): Promise<AllocStopResponse>;
  /** One task, by default those that run; `allTasks` also those that ended. */
  restart(
    id: string,
    options?: WriteOptions & { readonly task?: string; readonly allTasks?: boolean },
  ): Promise<unknown>;
  signal(id: string, signal: string, options?: WriteOptions & { readonly task?: string }): Promise<unknown>;
  stats(id: string, options?: ReadOptions & { readonly task?: string }): Promise<Read<AllocationStatsWire>>;
  /** Frees the allocation's directory on its node at once. */
  collect(id: string, options?: WriteOptions): Promise<unknown>;
  logs(id: string, options?: LogOptions): AsyncIterable<Uint8Array>;
  listFiles(id: string, path: string, options?: ReadOptions): Promise<Read<readonly FileInfoWire[]>>;
  statFile(id: string, path: string, options?: ReadOptions): Promise<Read<FileInfoWire>>;
  readFile(
    id: string,
    path: string,
    options?: WriteOptions & { readonly offset?: number; readonly limit?: number },
  ): AsyncIterable<Uint8Array>;
  /** A command inside a running task. @throws ApiError */
  exec(id: string, options: ExecOptions): Promise<ExecSession>;
}

export function allocationsApi(http: Transport): AllocationsApi {
  const path = (id: string, rest = '') => `/v1/allocation/${part(id)}${rest}`;
  const client = (id: string, rest: string) => `/v1/client/allocation/${part(id)}${rest}`;
  const fs = (verb: string, id: string) => `/v1/client/fs/${verb}/${part(id)}`;
  return {
    list: (options = {}) => http.read('/v1/allocations', options, { resources: options.resources }),
    read: (id, options) => http.read(path(id), options),
    stop: (id, options = {}) =>
      http.write('PUT', path(id, '/stop'), undefined, options, { no_shutdown_delay: options.noShutdownDelay }),
    restart: (id, options = {}) => {
      const body = { TaskName: options.task ?? '', AllTasks: options.allTasks ?? false };
      return http.write('PUT', client(id, '/restart'), body, options);
    },
    signal: (id, signal, options = {}) =>
      http.write('PUT', client(id, '/signal'), { Signal: signal, Task: options.task ?? '' }, options),
    stats: (id, options = {}) => http.read(client(id, '/stats'), options, { task: options.task }),
    collect: (id, options) => http.write('PUT', client(id, '/gc'), undefined, options),
    logs: (id, options = {}) => {
      const { task, type, follow, offset, origin } = options;
      return http.stream(fs('logs', id), { task, type, follow, offset, origin, plain: true }, options);
    },
    listFiles: (id, file, options) => http.read(fs('ls', id), options, { path: file }),
    statFile: (id, file, options) => http.read(fs('stat', id), options, { path: file }),
    readFile: (id, file, options = {}) => {
      const { offset, limit } = options;
      const whole = offset === undefined && limit === undefined;
      return http.stream(fs(whole ? 'cat' : 'readat', id), { path: file, offset, limit }, options);
    },
    exec: (id, options) => {
      const { task, tty = false, size } = options;
      const command = JSON.stringify(options.command);
      const parameters = { task, tty, command, columns: size?.columns, rows: size?.rows };
      return openExec(http.webSocket(client(id, '/exec'), parameters, options));
    },
  };
}
