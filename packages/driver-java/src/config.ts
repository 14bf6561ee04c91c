// The task's `config` block of driver java: its schema, and reading it.

import { type ConfigSchema, DriverError, type JsonObject } from '@orch/driver-api';
import { ISOLATION_FIELDS } from '@orch/executor';

const strings = { kind: 'list', of: 'string' } as const;

export const configSchema: ConfigSchema = {
  fields: {
    jar_path: { type: 'string', doc: 'The jar, as the task sees it: local/app.jar for an artifact.' },
    class: { type: 'string', doc: 'Main class, instead of a jar.' },
    class_path: { type: 'string', doc: 'Class path, as the task sees it.' },
    jvm_options: { type: strings, doc: 'Options for the JVM, before the jar or class.' },
    args: { type: strings, doc: 'Arguments of the program.' },
    work_dir: {
      type: 'string',
      default: '/',
      doc: 'Absolute working directory as the task sees it.',
    },
    ...ISOLATION_FIELDS,
  },
  exactlyOneOf: [['jar_path', 'class']],
};

export interface JavaTaskConfig {
  readonly jarPath?: string;
  readonly mainClass?: string;
  readonly classPath?: string;
  readonly jvmOptions: readonly string[];
  readonly args: readonly string[];
  readonly workDir: string;
}

/** @throws DriverError `invalid-config` naming the field. */
export function readTaskConfig(config: JsonObject): JavaTaskConfig {
  const [jarPath, mainClass, classPath] = ['jar_path', 'class', 'class_path'].map((field) => text(config, field));
  if (jarPath === undefined && mainClass === undefined)
    throw invalid('jar_path', 'a java task needs jar_path or class');
  if (jarPath !== undefined && mainClass !== undefined) throw invalid('class', 'jar_path and class exclude each other');
  const workDir = text(config, 'work_dir') ?? '/';
  if (!workDir.startsWith('/')) throw invalid('work_dir', `work_dir "${workDir}" is not an absolute path`);
  return {
    workDir,
    ...(jarPath === undefined ? {} : { jarPath }),
    ...(mainClass === undefined ? {} : { mainClass }),
    ...(classPath === undefined ? {} : { classPath }),
    jvmOptions: list(config, 'jvm_options'),
    args: list(config, 'args'),
  };
}

/**
 * The command line: JVM options, class path, jar or class, arguments, in the order Nomad's driver has them. The JVM does
 * not see the task's memory limit from inside the chroot, so it is told what memory there is; a job's own options come
 * later and win.
 */
export function javaArguments(java: string, config: JavaTaskConfig, memoryMiB: number): readonly string[] {
  return [
    java,
    `-XX:MaxRAM=${memoryMiB}m`,
    ...config.jvmOptions,
    ...(config.classPath === undefined ? [] : ['-cp', config.classPath]),
    ...(config.jarPath === undefined ? [] : ['-jar', config.jarPath]),
    ...(config.mainClass === undefined ? [] : [config.mainClass]),
    ...config.args,
  ];
}

function text(config: JsonObject, field: string): string | undefined {
  const value = config[field];
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    throw invalid(field, `${field} is ${JSON.stringify(value)}, not a text`);
  return value as string | undefined;
}

function list(config: JsonObject, field: string): readonly string[] {
  const value = config[field] ?? [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw invalid(field, `${field} is a list of strings`);
  return value as readonly string[];
}

function invalid(field: string, message: string): DriverError {
  return new DriverError('invalid-config', message, { path: [field] });
}
