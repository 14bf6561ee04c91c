// Cases about destroy.
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensureEqual, ensureRejects } from '../expect.ts';

export const destroyCases: readonly ConformanceCase[] = [
  defineCase('destroy of an unknown id is success', async (bench) => {
    const task = await bench.task('sleep');
    await bench.step('destroy', bench.driver.destroy(task.id, { force: false }));
    await bench.step('forced destroy', bench.driver.destroy(task.id, { force: true }));
  }),
  defineCase('destroy of a running task is refused without force and kills with it', async (bench) => {
    const task = await bench.started('ignore-term');
    const refused = bench.driver.destroy(task.id, { force: false });
    await ensureRejects(bench.step('destroy', refused), ['denied', 'invalid-config', 'internal'], 'destroy');
    ensureEqual((await bench.driver.inspect(task.id)).state, 'running', 'state after the refused destroy');
    await bench.step('forced destroy', bench.driver.destroy(task.id, { force: true }));
    ensureEqual(await bench.harness.listLeftovers(), [], 'left behind');
    await ensureRejects(bench.driver.inspect(task.id), ['unknown-task'], 'inspect after destroy');
  }),
  defineCase('destroy of an exited task frees everything', async (bench) => {
    const task = await bench.started('exit0');
    await bench.step('wait', bench.driver.wait(task.id, {}));
    await bench.step('destroy', bench.driver.destroy(task.id, { force: false }));
    ensureEqual(await bench.harness.listLeftovers(), [], 'left behind');
    await bench.step('destroy again', bench.driver.destroy(task.id, { force: false }));
  }),
];
