// Cases about the agent's restart: close leaves tasks alone, a new driver object takes them over.
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensureEqual, ensureRejects } from '../expect.ts';

export const recoverCases: readonly ConformanceCase[] = [
  defineCase('close keeps tasks running and a new driver object recovers them', async (bench) => {
    const task = await bench.task('sleep');
    const before = await bench.anotherDriver();
    const { handle } = await bench.step('start', before.start(task, {}));
    const pid = (await before.inspect(task.id)).pid;
    await bench.step('close', before.close());
    await bench.step('recover', bench.driver.recover(JSON.parse(JSON.stringify(handle))));
    const after = await bench.driver.inspect(task.id);
    ensureEqual(after.state, 'running', 'state after recover');
    ensureEqual(after.pid, pid, 'pid after recover');
    const waiting = bench.driver.wait(task.id, {});
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 5000 }));
    await bench.step('wait', waiting);
  }),
  defineCase('a task that exits while no driver object is there keeps its exit', async (bench) => {
    const before = await bench.anotherDriver();
    const task = await bench.task('exit3');
    const { handle } = await bench.step('start', before.start(task, {}));
    await bench.step('close', before.close());
    await bench.step('recover', bench.driver.recover(handle));
    ensureEqual((await bench.step('wait', bench.driver.wait(task.id, {}))).exitCode, 3, 'exit code');
  }),
  defineCase('an exit seen by one driver object is answered by the next', async (bench) => {
    const before = await bench.anotherDriver();
    const task = await bench.task('exit3');
    const { handle } = await bench.step('start', before.start(task, {}));
    const first = await bench.step('wait', before.wait(task.id, {}));
    await bench.step('close', before.close());
    await bench.step('recover', bench.driver.recover(handle));
    const second = await bench.step('wait after recover', bench.driver.wait(task.id, {}));
    ensureEqual(second.exitCode, first.exitCode, 'exit code');
    ensureEqual((await bench.driver.inspect(task.id)).state, 'exited', 'state');
  }),
  defineCase('recover of a destroyed task says it is lost', async (bench) => {
    const task = await bench.task('exit0');
    const { handle } = await bench.step('start', bench.driver.start(task, {}));
    await bench.step('wait', bench.driver.wait(task.id, {}));
    await bench.step('destroy', bench.driver.destroy(task.id, { force: false }));
    const another = await bench.anotherDriver();
    await ensureRejects(bench.step('recover', another.recover(handle)), ['task-lost'], 'recover');
  }),
  defineCase('recover refuses a handle of a version it cannot read', async (bench) => {
    const handle = { driver: bench.driver.info.name, version: 999_999, taskId: 'a/b/0', state: {} };
    await ensureRejects(bench.step('recover', bench.driver.recover(handle)), ['bad-handle'], 'recover');
  }),
];
