// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { DockerConfig } from './config-docker.ts';
import type { ExecConfig } from './config-exec.ts';
import type { JavaConfig } from './config-java.ts';
import type { QemuConfig } from './config-qemu.ts';
import type { RawExecConfig } from './config-raw-exec.ts';

/** Drivers whose `config` is typed. A plugin's package may add its own by declaration merging. */
export interface DriverConfigs {
  readonly docker: DockerConfig;
  readonly exec: ExecConfig;
  readonly raw_exec: RawExecConfig;
  readonly java: JavaConfig;
  readonly qemu: QemuConfig;
}
