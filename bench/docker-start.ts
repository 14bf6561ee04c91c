// Figure `docker-start`: containers per second on one node, network none, 8 in flight, from the call until the engine says
// State.Running, against a bare loop over the engine's own API with the same image and command.
import { Agent, request } from 'node:http';
import { createDockerHarness } from '../test/e2e/docker/docker-harness.ts';
import type { Figure } from './main.ts';

const inFlight = 8;
const perRound = 32;
const rounds = 7;
const limit = 0.8;
const socketPath = '/var/run/docker.sock';
const agent = new Agent({ keepAlive: true });

function call(
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    const sent = request({ socketPath, agent, method, path, headers }, (answer) => {
      let received = '';
      answer.on('data', (chunk: Buffer) => {
        received += chunk.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: received }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

async function together(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

const harness = await createDockerHarness();
const driver = harness.createDriver();
const script = ['sh', '-c', 'sleep 100000'];

/** @returns containers per second */
async function ours(): Promise<number> {
  const tasks = await Promise.all(Array.from({ length: perRound }, () => harness.script('sleep 100000')));
  const startedMs = performance.now();
  await together(perRound, async (index) => {
    const task = tasks[index];
    if (task === undefined) return;
    await driver.start(task, {});
    if ((await driver.inspect(task.id)).state !== 'running') throw new Error('not running');
  });
  const elapsedMs = performance.now() - startedMs;
  await together(perRound, async (index) => driver.destroy(tasks[index]?.id ?? '', { force: true }));
  return (perRound * 1000) / elapsedMs;
}

/** @returns containers per second */
async function bare(): Promise<number> {
  const ids: string[] = [];
  const startedMs = performance.now();
  await together(perRound, async () => {
    const spec = { Image: harness.image, Cmd: script, HostConfig: { NetworkMode: 'none' } };
    const created = await call('POST', '/containers/create', spec);
    const { Id: id } = JSON.parse(created.text) as { Id: string };
    ids.push(id);
    await call('POST', `/containers/${id}/start`);
    const seen = JSON.parse((await call('GET', `/containers/${id}/json`)).text) as { State: { Running: boolean } };
    if (!seen.State.Running) throw new Error('not running');
  });
  const elapsedMs = performance.now() - startedMs;
  await together(perRound, async (index) => {
    await call('DELETE', `/containers/${ids[index]}?force=1&v=1`);
  });
  return (perRound * 1000) / elapsedMs;
}

const median = (values: readonly number[]) => values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;

try {
  const oursRuns: number[] = [];
  const bareRuns: number[] = [];
  // The first round warms both up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const own = await ours();
    const reference = await bare();
    if (round === 0) continue;
    oursRuns.push(own);
    bareRuns.push(reference);
  }
  const ratios = oursRuns.map((own, index) => own / (bareRuns[index] ?? 1));
  const ratio = median(ratios);
  const figure: Figure = {
    name: 'docker-start',
    unit: 'containers/s',
    ours: Number(median(oursRuns).toFixed(2)),
    reference: Number(median(bareRuns).toFixed(2)),
    ratio: Number(ratio.toFixed(3)),
    limit,
    better: 'higher',
    ok: ratio >= limit,
    runs: rounds,
    ratios: ratios.map((value) => Number(value.toFixed(2))),
  };
  console.log(JSON.stringify(figure));
} finally {
  await driver.close();
  await harness.cleanup();
  agent.destroy();
}
