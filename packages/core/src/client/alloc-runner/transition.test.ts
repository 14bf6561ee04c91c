import test from 'ava';
import fc from 'fast-check';
import { makeGroup, makeTask } from '../testing/make-job.ts';
import { type AllocRun, clientStatusOf, type GroupRules, groupRules, newAllocRun } from './alloc-run.ts';
import { type AllocEffect, type AllocInput, resume, transition } from './transition.ts';

const hook = (kind: 'prestart' | 'poststart' | 'poststop', sidecar = false) => ({ lifecycle: { hook: kind, sidecar } });
const full = makeGroup([
  makeTask('init', hook('prestart')),
  makeTask('proxy', hook('prestart', true)),
  makeTask('web', { leader: true }),
  makeTask('cache'),
  makeTask('announce', hook('poststart')),
  makeTask('watch', hook('poststart', true)),
  makeTask('clean', hook('poststop')),
]);

/** Carries the orders out as perfect tasks would, when a test says so. */
class Group {
  run: AllocRun;
  readonly rules: GroupRules;
  readonly log: string[] = [];
  timer = false;

  constructor(group = full) {
    this.run = newAllocRun(group);
    this.rules = groupRules(group);
  }

  feed(input: AllocInput): this {
    const step = transition(this.run, input, this.rules, 0);
    this.run = step.run;
    for (const effect of step.effects) this.#perform(effect);
    return this;
  }

  task(name: string, state: 'waiting' | 'running' | 'dead', failed = false): this {
    return this.feed({ type: 'task', name, state, failed });
  }

  take(): readonly string[] {
    return this.log.splice(0);
  }

  #perform(effect: AllocEffect): void {
    if (effect.type === 'start-task') this.log.push(`start ${effect.name}`);
    else if (effect.type === 'kill-task') this.log.push(`kill ${effect.name}`);
    else if (effect.type === 'start-over-task') this.log.push(`again ${effect.name}`);
    else this.log.push(effect.type);
    if (effect.type === 'timer') this.timer = true;
  }
}

function upAndRunning(): Group {
  const group = new Group().feed({ type: 'begin' }).feed({ type: 'set-up' });
  group.task('proxy', 'running').task('init', 'running').task('init', 'dead');
  group.task('web', 'running').task('cache', 'running').task('announce', 'running').task('watch', 'running');
  group.task('announce', 'dead');
  group.take();
  return group;
}

test('tasks start in the order prestart, main, poststart', (t) => {
  const group = new Group().feed({ type: 'begin' });
  t.deepEqual(group.take(), ['set-up']);
  t.deepEqual(group.feed({ type: 'set-up' }).take(), ['start init', 'start proxy']);
  t.deepEqual(group.task('proxy', 'running').take(), []);
  t.deepEqual(group.task('init', 'dead').take(), ['start web', 'start cache']);
  t.deepEqual(group.task('web', 'running').take(), []);
  t.deepEqual(group.task('cache', 'running').take(), ['start announce', 'start watch']);
});

test('main tasks wait for a prestart sidecar to run', (t) => {
  const group = new Group().feed({ type: 'begin' }).feed({ type: 'set-up' });
  group.take();
  t.deepEqual(group.task('init', 'dead').take(), []);
  t.deepEqual(group.task('proxy', 'running').take(), ['start web', 'start cache']);
});

test('a failed prestart task ends the group before its main tasks begin', (t) => {
  const group = new Group().feed({ type: 'begin' }).feed({ type: 'set-up' });
  group.task('proxy', 'running').take();
  t.deepEqual(group.task('init', 'dead', true).take(), ['kill web']);
  t.deepEqual(group.task('web', 'dead').take(), ['kill cache', 'kill announce']);
});

test('a stop kills the leader first, then the other tasks, then the sidecars, then runs poststop, then tears down', (t) => {
  const group = upAndRunning();
  t.deepEqual(group.feed({ type: 'stop', reason: 'scaled down', noShutdownDelay: false }).take(), ['kill web']);
  t.deepEqual(group.task('web', 'dead').take(), ['kill cache']);
  t.deepEqual(group.task('cache', 'dead').take(), ['kill proxy', 'kill watch']);
  group.task('proxy', 'dead');
  t.deepEqual(group.task('watch', 'dead').take(), ['start clean']);
  t.deepEqual(group.task('clean', 'running').take(), []);
  t.deepEqual(group.task('clean', 'dead').take(), ['tear-down']);
  t.is(group.feed({ type: 'torn-down' }).run.phase, 'done');
});

test('the death of the leader, even with success, ends the others', (t) => {
  const group = upAndRunning();
  t.deepEqual(group.task('web', 'dead').take(), ['kill cache']);
});

test('a failed task takes its siblings with it, and the allocation has failed', (t) => {
  const group = upAndRunning();
  t.deepEqual(group.task('cache', 'dead', true).take(), ['kill web']);
  group.task('web', 'dead').task('proxy', 'dead').task('watch', 'dead').task('clean', 'dead');
  group.feed({ type: 'torn-down' });
  t.is(clientStatusOf(group.run, {}).status, 'failed');
});

test('sidecars end when all main tasks have', (t) => {
  const group = new Group(makeGroup([makeTask('proxy', hook('prestart', true)), makeTask('work')]));
  group.feed({ type: 'begin' }).feed({ type: 'set-up' }).task('proxy', 'running').task('work', 'running').take();
  t.deepEqual(group.task('work', 'dead').take(), ['kill proxy']);
  t.deepEqual(group.task('proxy', 'dead').take(), ['tear-down']);
  group.feed({ type: 'torn-down' });
  t.is(clientStatusOf(group.run, {}).status, 'complete');
});

test('a stop during the set-up breaks it off and tears down only after its end', (t) => {
  const group = new Group(makeGroup([makeTask('web'), makeTask('clean', hook('poststop'))]));
  group.feed({ type: 'begin' }).take();
  const stop: AllocInput = { type: 'stop', reason: 'stop', noShutdownDelay: false };
  t.deepEqual(group.feed(stop).take(), ['abort-set-up', 'kill web', 'kill clean']);
  t.deepEqual(group.task('web', 'dead').task('clean', 'dead').take(), []);
  t.deepEqual(group.feed({ type: 'set-up-failed', message: 'broken off' }).take(), ['tear-down']);
});

test('a failed set-up fails the allocation with its message and starts nothing', (t) => {
  const group = new Group(makeGroup([makeTask('web'), makeTask('clean', hook('poststop'))]));
  group.feed({ type: 'begin' }).take();
  t.deepEqual(group.feed({ type: 'set-up-failed', message: 'no such network' }).take(), ['kill web']);
  t.deepEqual(group.task('web', 'dead').take(), ['kill clean']);
  t.deepEqual(group.task('clean', 'dead').take(), ['tear-down']);
  group.feed({ type: 'torn-down' });
  t.deepEqual(clientStatusOf(group.run, {}), { status: 'failed', description: 'no such network' });
});

test('the group waits its shutdown delay before it kills', (t) => {
  const group = new Group(makeGroup([makeTask('web')], { shutdownDelayMs: 3_000 }));
  group.feed({ type: 'begin' }).feed({ type: 'set-up' }).task('web', 'running').take();
  t.deepEqual(group.feed({ type: 'stop', reason: 'x', noShutdownDelay: false }).take(), ['timer']);
  t.deepEqual(group.feed({ type: 'timer' }).take(), ['kill web']);
});

test('a restart of all tasks takes each back, also those that ended, and begins in order when the last one is there', (t) => {
  const group = upAndRunning();
  const all = ['init', 'proxy', 'web', 'cache', 'announce', 'watch'];
  t.deepEqual(
    new Set(group.feed({ type: 'restart-all', reason: 'x' }).take()),
    new Set(all.map((name) => `again ${name}`)),
  );
  t.deepEqual(group.feed({ type: 'restart-all', reason: 'x' }).take(), [], 'asked for twice');
  for (const name of all.slice(0, -1)) group.task(name, 'waiting');
  t.deepEqual(group.take(), []);
  t.deepEqual(group.task('watch', 'waiting').take(), ['start init', 'start proxy']);
  t.deepEqual(group.task('proxy', 'running').task('init', 'dead').take(), ['start web', 'start cache']);
});

test('a restart of all tasks that the agent did not see through is given again after its start', (t) => {
  const group = upAndRunning();
  group.feed({ type: 'restart-all', reason: 'x' }).task('init', 'waiting').task('web', 'waiting').take();
  const again = resume(group.run, group.rules, 0).effects.filter(({ type }) => type === 'start-over-task');
  t.deepEqual(again.map((effect) => 'name' in effect && effect.name).sort(), ['announce', 'cache', 'proxy', 'watch']);
});

test('a stop and a failure break off a restart of all tasks', (t) => {
  const stopped = upAndRunning().feed({ type: 'restart-all', reason: 'x' });
  stopped.task('init', 'waiting').take();
  t.deepEqual(stopped.feed({ type: 'stop', reason: 'x', noShutdownDelay: true }).take(), ['kill web']);
  t.deepEqual(stopped.feed({ type: 'restart-all', reason: 'x' }).take(), []);
  const failed = upAndRunning().feed({ type: 'restart-all', reason: 'x' });
  failed.take();
  t.deepEqual(failed.task('cache', 'dead', true).take(), ['kill web']);
});

test('a forgotten allocation ends even its poststop task', (t) => {
  const group = upAndRunning();
  group.feed({ type: 'stop', reason: 'x', noShutdownDelay: false });
  group.task('web', 'dead').task('cache', 'dead').task('proxy', 'dead').task('watch', 'dead').task('clean', 'running');
  group.take();
  t.deepEqual(group.feed({ type: 'forget' }).take(), ['kill clean']);
});

test('whatever the tasks do in whatever order, nothing starts twice and a stop always ends in a tear-down', (t) => {
  const names = full.tasks.map(({ name }) => name);
  const events = fc.oneof(
    fc.record({
      name: fc.constantFrom(...names),
      state: fc.constantFrom('running' as const, 'dead' as const),
      failed: fc.boolean(),
    }),
    fc.constant('set-up' as const),
    fc.constant('set-up-failed' as const),
    fc.constant('stop' as const),
    fc.constant('restart-all' as const),
  );
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), fc.boolean(), (happenings, forget) => {
      const group = new Group();
      const begun = new Set<string>();
      const killed = new Set<string>();
      const returning = new Set<string>();
      const note = () => {
        for (const entry of group.take()) {
          const [verb = '', name = ''] = entry.split(' ');
          if (verb === 'start') {
            if (returning.size > 0) throw new Error(`${name} started before ${[...returning]} waited`);
            if (begun.has(name)) throw new Error(`${name} started twice`);
            if (name !== 'clean' && killed.has(name)) throw new Error(`${name} started after its kill`);
            begun.add(name);
          } else if (verb === 'kill') killed.add(name);
          else if (verb === 'again') {
            begun.delete(name);
            returning.add(name);
          }
        }
      };
      group.feed({ type: 'begin' });
      for (const event of happenings) {
        if (event === 'set-up') group.feed({ type: 'set-up' });
        else if (event === 'set-up-failed') group.feed({ type: 'set-up-failed', message: 'x' });
        else if (event === 'stop') group.feed({ type: 'stop', reason: 'x', noShutdownDelay: true });
        else if (event === 'restart-all') group.feed({ type: 'restart-all', reason: 'x' });
        else if (returning.delete(event.name)) group.task(event.name, event.failed ? 'dead' : 'waiting', event.failed);
        else if (begun.has(event.name)) group.feed({ type: 'task', ...event });
        note();
      }
      group.feed(forget ? { type: 'forget' } : { type: 'stop', reason: 'x', noShutdownDelay: true });
      note();
      group.feed({ type: 'set-up' });
      note();
      for (let turns = 0; turns < 30; turns += 1) {
        for (const name of [...killed, ...(begun.has('clean') ? ['clean'] : [])]) group.task(name, 'dead');
        note();
      }
      return group.run.phase === 'tearing-down';
    }),
    { numRuns: 500 },
  );
  t.pass();
});
