import test from 'ava';
import fc from 'fast-check';
import { newTaskRun, type TaskRules, type TaskRun, taskStateOf } from './task-run.ts';
import { type Moment, resume, type TaskEffect, type TaskInput, type TaskStep, transition } from './transition.ts';

const rules: TaskRules = {
  restart: { attempts: 2, intervalMs: 60_000, delayMs: 1_000, mode: 'fail', renderTemplates: false },
  restartOnSuccess: true,
  shutdownDelayMs: 0,
};
const at = (nowMs: number): Moment => ({ nowMs, jitter: 0 });
const kill: TaskInput = { type: 'kill', reason: 'stop', eventType: 'Killing', noShutdownDelay: false };

/** Feeds inputs one after another, a millisecond apart. */
function play(inputs: readonly TaskInput[], under: TaskRules = rules, start = newTaskRun(0)): TaskStep {
  let step: TaskStep = { run: start, effects: [] };
  inputs.forEach((input, index) => {
    step = transition(step.run, input, under, at(index + 1));
  });
  return step;
}

const up: readonly TaskInput[] = [
  { type: 'start' },
  { type: 'prepared', attempt: 1 },
  { type: 'launched', attempt: 1 },
];
const types = (step: TaskStep) => step.effects.map(({ type }) => type);

test('a task is prepared, launched and watched, in this order', (t) => {
  t.deepEqual(types(play(up.slice(0, 1))), ['prepare']);
  t.deepEqual(types(play(up.slice(0, 2))), ['launch']);
  const step = play(up);
  t.deepEqual(types(step), ['wait']);
  t.is(taskStateOf(step.run).state, 'running');
});

test('a service that exits with 0 starts again, a batch task is over', (t) => {
  const exited: TaskInput = { type: 'exited', attempt: 1, exit: { exitCode: 0 } };
  const service = play([...up, exited]);
  t.is(service.run.next, 'backoff');
  const batch = play([...up, exited, { type: 'released', attempt: 1 }], { ...rules, restartOnSuccess: false });
  t.is(batch.run.phase, 'dead');
  t.false(batch.run.failed);
});

test('an unknown exit status is no success', (t) => {
  const exit: TaskInput = { type: 'exited', attempt: 1, exit: { error: 'exit-status-unknown' } };
  t.is(play([...up, exit], { ...rules, restartOnSuccess: false }).run.next, 'backoff');
});

test('the next attempt begins only after the last one was released and the delay is over', (t) => {
  const step = play([...up, { type: 'exited', attempt: 1, exit: { exitCode: 1 } }]);
  t.deepEqual(types(step), ['release']);
  const released = transition(step.run, { type: 'released', attempt: 1 }, rules, at(10));
  t.deepEqual(released.effects, [{ type: 'timer', delayMs: 994 }]);
  const again = transition(released.run, { type: 'timer' }, rules, at(2_000));
  t.deepEqual(again.effects, [{ type: 'prepare', attempt: 2 }]);
  t.is(again.run.restarts, 1);
});

test('an unrecoverable start error fails the task without further attempts, a recoverable one is tried again', (t) => {
  const failure = { eventType: 'Driver Failure', message: 'no such image', recoverable: false };
  const gone = play([...up.slice(0, 2), { type: 'launch-failed', attempt: 1, failure }]);
  t.true(gone.run.failed);
  t.is(gone.run.next, 'dead');
  const tried = play([
    ...up.slice(0, 2),
    { type: 'launch-failed', attempt: 1, failure: { ...failure, recoverable: true } },
  ]);
  t.is(tried.run.next, 'backoff');
});

test('a restart asked for by a person is not counted against the policy', (t) => {
  const step = play([
    ...up,
    { type: 'restart', reason: 'please' },
    { type: 'exited', attempt: 1, exit: { signal: 15 } },
    { type: 'released', attempt: 1 },
  ]);
  t.deepEqual(step.effects, [{ type: 'prepare', attempt: 2 }]);
  t.is(step.run.window.count, 0);
  t.is(step.run.restarts, 1);
});

const startOver: TaskInput = { type: 'start-over', reason: 'wanted' };

test('a task that starts over is stopped and waits for its group, then begins its next attempt', (t) => {
  const stopping = play([...up, startOver]);
  t.deepEqual(types(stopping), ['stop']);
  const waiting = play(
    [
      { type: 'exited', attempt: 1, exit: { signal: 15 } },
      { type: 'released', attempt: 1 },
    ],
    rules,
    stopping.run,
  );
  t.is(waiting.run.phase, 'waiting');
  t.deepEqual(waiting.effects, []);
  t.deepEqual(play([{ type: 'start' }], rules, waiting.run).effects, [{ type: 'prepare', attempt: 2 }]);
  t.like(waiting.run, { restarts: 1, window: { count: 0 }, failed: false });
});

test('a task that ended well starts over, one that failed does not', (t) => {
  const end = (exitCode: number): readonly TaskInput[] => [
    ...up,
    { type: 'exited', attempt: 1, exit: { exitCode } },
    { type: 'released', attempt: 1 },
  ];
  const batch = { ...rules, restartOnSuccess: false, restart: { ...rules.restart, attempts: 0 } };
  const again = play([...end(0), startOver], batch);
  t.is(again.run.phase, 'waiting');
  t.is(taskStateOf(again.run).state, 'pending');
  t.is(taskStateOf(again.run).finishedAtMs, undefined);
  t.is(play([...end(1), startOver], batch).run.phase, 'dead');
  t.is(play([...up, kill, startOver]).run.next, 'dead');
});

test('a task that starts over from its preparation, its backoff or its release waits, and a restart does not change that', (t) => {
  const preparing = play([up[0] as TaskInput, startOver, { type: 'restart', reason: 'wanted' }]);
  const broken: TaskInput = { type: 'prepared', attempt: 1 };
  t.is(play([broken, { type: 'released', attempt: 1 }], rules, preparing.run).run.phase, 'waiting');
  const failing: readonly TaskInput[] = [...up, { type: 'exited', attempt: 1, exit: { exitCode: 1 } }];
  t.is(play([...failing, startOver, { type: 'released', attempt: 1 }]).run.phase, 'waiting');
  const backoff = play([...failing, { type: 'released', attempt: 1 }, startOver]);
  t.is(backoff.run.phase, 'waiting');
  t.deepEqual(types(backoff), ['cancel-timer']);
  t.is(backoff.run.restarts, 1);
});

test('a task that was starting over when the machine was restarted waits for its group', (t) => {
  const stopping = play([...up, startOver]).run;
  const lost = resume(stopping, true, rules, at(100)).run;
  t.is(play([{ type: 'released', attempt: 1 }], rules, lost).run.phase, 'waiting');
  const launching = play([...up.slice(0, 2), startOver]).run;
  t.is(resume(launching, true, rules, at(100)).run.next, 'wait');
});

test('a restart during the wait for the next attempt begins it at once', (t) => {
  const waiting = play([
    ...up,
    { type: 'exited', attempt: 1, exit: { exitCode: 1 } },
    { type: 'released', attempt: 1 },
  ]);
  const step = transition(waiting.run, { type: 'restart', reason: 'now' }, rules, at(10));
  t.deepEqual(types(step), ['cancel-timer', 'prepare']);
});

test('a kill waits for the shutdown delay, and a second one without delay does not', (t) => {
  const slow = { ...rules, shutdownDelayMs: 5_000 };
  const step = play([...up, kill], slow);
  t.deepEqual(step.effects, [{ type: 'timer', delayMs: 5_000 }]);
  t.deepEqual(types(transition(step.run, { type: 'timer' }, slow, at(6_000))), ['stop']);
  const hurried = transition(step.run, { ...kill, noShutdownDelay: true }, slow, at(5));
  t.deepEqual(types(hurried), ['cancel-timer', 'stop']);
});

test('a kill during preparation or launch breaks it off, and a launch that still came through is stopped', (t) => {
  t.deepEqual(types(play([...up.slice(0, 1), kill])), ['abort']);
  const step = play([...up.slice(0, 2), kill, { type: 'launched', attempt: 1 }]);
  t.deepEqual(types(step), ['wait', 'stop']);
  const ended = play(
    [
      { type: 'exited', attempt: 1, exit: { signal: 15 } },
      { type: 'released', attempt: 1 },
    ],
    rules,
    step.run,
  );
  t.is(ended.run.phase, 'dead');
  t.false(ended.run.failed);
});

test('a task that cannot be stopped is tried again, then destroyed by force', (t) => {
  let step = play([...up, kill]);
  for (let tries = 1; tries < 5; tries += 1) {
    step = transition(step.run, { type: 'stop-failed', attempt: 1, message: 'busy' }, rules, at(10));
    t.deepEqual(types(step), ['timer']);
    step = transition(step.run, { type: 'timer' }, rules, at(20));
    t.deepEqual(types(step), ['stop']);
  }
  step = transition(step.run, { type: 'stop-failed', attempt: 1, message: 'busy' }, rules, at(30));
  t.deepEqual(step.effects, [{ type: 'release', attempt: 1, force: true }]);
});

test('resume takes up a running task, restarts a lost one by policy and goes on waiting where it waited', (t) => {
  const running = play(up).run;
  t.deepEqual(types(resume(running, false, rules, at(100))), ['wait']);
  const lost = resume(running, true, rules, at(100));
  t.deepEqual(types(lost), ['release']);
  t.is(lost.run.next, 'backoff');
  const waiting = play([
    ...up,
    { type: 'exited', attempt: 1, exit: { exitCode: 1 } },
    { type: 'released', attempt: 1 },
  ]);
  t.is(waiting.run.phase, 'backoff');
  t.deepEqual(resume(waiting.run, false, rules, at(504)).effects, [{ type: 'timer', delayMs: 500 }]);
  t.deepEqual(resume(waiting.run, false, rules, at(9_000)).effects, [{ type: 'timer', delayMs: 0 }]);
  const launching = play(up.slice(0, 2)).run;
  t.deepEqual(resume(launching, false, rules, at(100)).effects, [{ type: 'launch', attempt: 1 }]);
});

/** A world that carries effects out in any order a test chooses, and watches what must never be. */
class World {
  run = newTaskRun(0);
  nowMs = 0;
  live = new Set<number>();
  pending: TaskInput[] = [];
  timer: TaskInput | undefined;
  started = 0;

  readonly worldRules: TaskRules;

  constructor(worldRules: TaskRules) {
    this.worldRules = worldRules;
  }

  feed(input: TaskInput): void {
    this.nowMs += 1;
    const step = transition(this.run, input, this.worldRules, at(this.nowMs));
    this.run = step.run;
    for (const effect of step.effects) this.#perform(effect);
  }

  #perform(effect: TaskEffect): void {
    if (effect.type === 'timer') this.timer = { type: 'timer' };
    else if (effect.type === 'cancel-timer') this.timer = undefined;
    else if (effect.type === 'prepare') this.pending.push({ type: 'prepared', attempt: effect.attempt });
    else if (effect.type === 'launch') {
      this.live.add(effect.attempt);
      this.started += 1;
      if (this.live.size > 1) throw new Error(`attempts ${[...this.live]} are alive at once`);
      this.pending.push({ type: 'launched', attempt: effect.attempt });
    } else if (effect.type === 'stop')
      this.pending.push({ type: 'exited', attempt: effect.attempt, exit: { signal: 15 } });
    else if (effect.type === 'release') {
      this.live.delete(effect.attempt);
      this.pending.push({ type: 'released', attempt: effect.attempt });
    }
  }

  /** One thing that is under way happens. */
  turn(choice: number): void {
    const all = this.timer === undefined ? this.pending : [...this.pending, this.timer];
    const chosen = all[choice % Math.max(1, all.length)];
    if (chosen === undefined) return;
    if (chosen === this.timer) {
      this.timer = undefined;
      this.nowMs += 100_000;
    } else this.pending = this.pending.filter((other) => other !== chosen);
    this.feed(chosen);
  }
}

const outside = fc.oneof(
  fc.constant<TaskInput>({ type: 'start' }),
  fc.constant<TaskInput>({ type: 'restart', reason: 'random' }),
  fc.constant<TaskInput>({ type: 'start-over', reason: 'random' }),
  fc.record({
    type: fc.constant('exited' as const),
    attempt: fc.integer({ min: 1, max: 4 }),
    exit: fc.record({ exitCode: fc.integer({ min: 0, max: 1 }) }),
  }),
  fc.record({
    type: fc.constant('launch-failed' as const),
    attempt: fc.integer({ min: 1, max: 4 }),
    failure: fc.record({
      eventType: fc.constant('Driver Failure'),
      message: fc.constant('x'),
      recoverable: fc.boolean(),
    }),
  }),
);

test('whatever happens in whatever order, no two attempts live at once and a kill always ends the task', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(outside, fc.nat(9)), { maxLength: 60 }),
      fc.boolean(),
      fc.constantFrom('fail' as const, 'delay' as const),
      fc.constantFrom(0, 50),
      (events, restartOnSuccess, mode, shutdownDelayMs) => {
        const world = new World({ restart: { ...rules.restart, mode }, restartOnSuccess, shutdownDelayMs });
        for (const event of events) {
          if (typeof event === 'number') world.turn(event);
          else if (event.type !== 'launch-failed') world.feed(event);
          else if (world.run.phase === 'launching' && world.run.attempt === event.attempt) {
            world.pending = world.pending.filter((other) => other.type !== 'launched');
            world.feed(event);
          }
        }
        world.feed(kill);
        for (let turns = 0; turns < 20 && world.run.phase !== 'dead'; turns += 1) world.turn(0);
        return world.run.phase === 'dead' && world.live.size === 0;
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

test('a task that keeps failing starts attempts + 1 times within the interval', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), (attempts) => {
      const world = new World({ ...rules, restart: { ...rules.restart, attempts, intervalMs: 10_000_000 } });
      world.feed({ type: 'start' });
      for (let turns = 0; turns < 100 && world.run.phase !== 'dead'; turns += 1) {
        if (world.run.phase === 'running')
          world.feed({ type: 'exited', attempt: world.run.attempt, exit: { exitCode: 1 } });
        else world.turn(0);
      }
      return world.run.failed && world.started === attempts + 1 && world.run.restarts === attempts;
    }),
  );
  t.pass();
});

test('at most the newest ten events of a task are kept', (t) => {
  let run: TaskRun = newTaskRun(0);
  for (let index = 0; index < 30; index += 1) {
    run = transition(run, { type: 'note', eventType: 'Driver', message: `${index}` }, rules, at(index)).run;
  }
  t.is(run.events.length, 10);
  t.is(run.events.at(-1)?.message, '29');
});
