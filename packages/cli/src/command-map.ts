// The commands, by id. A new command is a file in commands/ and a line here.

import Agent from './commands/agent.ts';
import AllocExec from './commands/alloc/exec.ts';
import AllocFs from './commands/alloc/fs.ts';
import AllocLogs from './commands/alloc/logs.ts';
import AllocRestart from './commands/alloc/restart.ts';
import AllocStatus from './commands/alloc/status.ts';
import AllocStop from './commands/alloc/stop.ts';
import Fmt from './commands/fmt.ts';
import JobConvert from './commands/job/convert.ts';
import JobExplain from './commands/job/explain.ts';
import JobInit from './commands/job/init.ts';
import JobInspect from './commands/job/inspect.ts';
import JobLogs from './commands/job/logs.ts';
import JobPlan from './commands/job/plan.ts';
import JobRun from './commands/job/run.ts';
import JobStatus from './commands/job/status.ts';
import JobStop from './commands/job/stop.ts';
import JobValidate from './commands/job/validate.ts';
import NodePurge from './commands/node/purge.ts';
import NodeStatus from './commands/node/status.ts';
import Version from './commands/version.ts';

export const commands = {
  agent: Agent,
  'alloc:exec': AllocExec,
  'alloc:fs': AllocFs,
  'alloc:logs': AllocLogs,
  'alloc:restart': AllocRestart,
  'alloc:status': AllocStatus,
  'alloc:stop': AllocStop,
  fmt: Fmt,
  'job:convert': JobConvert,
  'job:explain': JobExplain,
  'job:init': JobInit,
  'job:inspect': JobInspect,
  'job:logs': JobLogs,
  'job:plan': JobPlan,
  'job:run': JobRun,
  'job:status': JobStatus,
  'job:stop': JobStop,
  'job:validate': JobValidate,
  'node:purge': NodePurge,
  'node:status': NodeStatus,
  version: Version,
};
