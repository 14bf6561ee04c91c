// The `config` block of exec and raw_exec tasks.
import type { ConfigSchema, JsonObject, TaskConfig } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import { ISOLATION_FIELDS, readString, readStrings } from '@orch/executor';

const COMMON: ConfigSchema['fields'] = {
  command: {
    type: 'string',
    required: true,
    doc: 'The program: a name on the PATH, an absolute path, or a path inside the task directory such as local/server.',
  },
  args: { type: { kind: 'list', of: 'string' }, doc: 'Arguments, passed on as they are; no shell is involved.' },
};

export const EXEC_SCHEMA: ConfigSchema = {
  fields: {
    ...COMMON,
    work_dir: { type: 'string', default: '/', doc: 'Absolute working directory as the task sees it.' },
    ...ISOLATION_FIELDS,
  },
};

export const RAW_EXEC_SCHEMA: ConfigSchema = {
  fields: {
    ...COMMON,
    work_dir: { type: 'string', doc: 'Absolute working directory on the host. Absent: the task directory.' },
    oom_score_adj: {
      type: 'number',
      min: 0,
      max: 1000,
      default: 0,
      doc: 'How gladly the kernel ends the task when memory runs out.',
    },
    denied_envvars: {
      type: { kind: 'list', of: 'string' },
      doc: 'Variables kept from the task, besides those the node keeps; * stands for anything.',
    },
  },
};

/** @throws DriverError `invalid-config` when there is no command or an unknown attribute */
export function readCommand(task: TaskConfig, schema: ConfigSchema): { command: string; args: readonly string[] } {
  for (const key of Object.keys(task.config)) {
    if (schema.fields[key] === undefined) {
      throw new DriverError('invalid-config', `config has no attribute "${key}"`, {
        path: [key],
        hint: `known attributes: ${Object.keys(schema.fields).join(', ')}`,
      });
    }
  }
  const command = readString(task.config, 'command');
  if (command === undefined || command.trim() === '') {
    throw new DriverError('invalid-config', 'command is missing', {
      path: ['command'],
      hint: 'name the program to run',
    });
  }
  return { command, args: readStrings(task.config, 'args') ?? [] };
}

/** An absolute path, or undefined. @throws DriverError `invalid-config` */
export function readWorkDir(config: JsonObject): string | undefined {
  const dir = readString(config, 'work_dir');
  if (dir !== undefined && !dir.startsWith('/')) {
    throw new DriverError('invalid-config', 'work_dir must be an absolute path', { path: ['work_dir'] });
  }
  return dir;
}
