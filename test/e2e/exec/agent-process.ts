// An agent to be killed: an executor in a process of its own. Arguments: state directory, cgroup parent, launches as JSON.
import { createExecutor, type LaunchSpec } from '@orch/executor';
import { launcherUnderTest } from './launch-bench.ts';

const [stateDir = '', cgroupParent = '', specs = '[]'] = process.argv.slice(2);
const executor = await createExecutor({ stateDir, cgroupParent, launcher: launcherUnderTest });
const handles = [];
for (const spec of JSON.parse(specs) as LaunchSpec[]) handles.push(await executor.launch(spec));
process.stdout.write(`${JSON.stringify(handles)}\n`);
setInterval(() => {}, 60_000);
