// Jobs in TypeScript: the same as in HCL, and what is said about wrong ones.

import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import docs from '../../../../../examples/docs.job.ts';
import type { Job } from '../../model/job.ts';
import { parseJob } from '../parse-job.ts';
import { type BuiltJob, group, JobBuildError, job, task } from './index.ts';
import { parseBuiltJob, placeInStack } from './parse-built-job.ts';
import { type Written, writtenOptions } from './written-options.ts';

const text = readFileSync(new URL(import.meta.url), 'utf8');

function parse(built: BuiltJob) {
  return parseBuiltJob(built, { fileName: 'builder.test.ts', text, url: import.meta.url, allowNotYetRunnable: true });
}

function jobOf(built: BuiltJob): Job {
  const { job: parsed, diagnostics } = parse(built);
  if (parsed === undefined) throw new Error(diagnostics.map(({ detail }) => detail).join('\n'));
  return parsed;
}

function fromHcl(source: string): Job {
  const { job: parsed, diagnostics } = parseJob(source, { fileName: 'x.hcl', allowNotYetRunnable: true });
  if (parsed === undefined) throw new Error(diagnostics.map(({ detail }) => detail).join('\n'));
  return parsed;
}

/** What is wrong, as `builder call | summary | path | detail | hint`. */
function complaints(built: BuiltJob): string[] {
  return parse(built).diagnostics.map(({ range, summary, path, detail, hint }) => {
    const [start] = /^(\w+(\(\s*'[^']*')?|'[^']*')/.exec(text.slice(range?.start.offset)) ?? [];
    return [start?.replace(/\s+/, ''), summary, path, detail, hint].join(' | ');
  });
}

const config = { command: 'true' };

test('the example is the job of its twin in HCL', (t) => {
  const hcl = readFileSync(new URL('../../../../../examples/docs.nomad.hcl', import.meta.url), 'utf8');
  t.deepEqual(jobOf(docs({ vars: {}, env: {} })), fromHcl(hcl));
});

test('every way to write a block gives what HCL gives', (t) => {
  const built = job(
    'all',
    {
      type: 'batch',
      datacenters: ['dc1'],
      meta: { team: 'a', 'cost centre': 42, live: true, none: undefined },
      constraint: { attribute: '${attr.kernel.name}', value: 'linux' },
      affinity: [
        { attribute: '${node.class}', value: 'fast', weight: 10 },
        { attribute: 'x', value: 'y' },
      ],
      spread: { attribute: '${node.datacenter}', target: { dc1: { percent: 60 }, dc2: { percent: 40 } } },
    },
    group(
      'web',
      {
        count: 2,
        network: { mode: 'bridge', port: { http: { to: 80 }, admin: {} } },
        restart: { interval: '10m', delay: 1500, attempts: 3 },
        ephemeralDisk: { size: 400 },
      },
      task('one', {
        driver: 'docker',
        config: { image: 'web:1', mount: [{ type: 'bind', source: 'local/x', target: '/x' }], labels: { a: 'b' } },
        env: { PORT: '${NOMAD_PORT_http}', DEBUG: true, N: 1 },
        killTimeout: 20_000,
        resources: { cpu: 100, memory: 64, device: { 'nvidia/gpu': { count: 2 } } },
        template: { data: '{{ key "x" }} $${y} %{z}', destination: 'local/x' },
      }),
      task('two', { driver: 'exec', config, lifecycle: { hook: 'prestart', sidecar: false } }),
    ),
    task('alone', { driver: 'raw_exec', config: { command: 'date', args: ['-u'] } }),
  );
  const hcl = `
job "all" {
  type        = "batch"
  datacenters = ["dc1"]
  meta = {
    team          = "a"
    "cost centre" = 42
    live          = true
  }
  constraint {
    attribute = "\${attr.kernel.name}"
    value     = "linux"
  }
  affinity {
    attribute = "\${node.class}"
    value     = "fast"
    weight    = 10
  }
  affinity {
    attribute = "x"
    value     = "y"
  }
  spread {
    attribute = "\${node.datacenter}"
    target "dc1" {
      percent = 60
    }
    target "dc2" {
      percent = 40
    }
  }
  group "web" {
    count = 2
    network {
      mode = "bridge"
      port "http" {
        to = 80
      }
      port "admin" {}
    }
    restart {
      interval = "10m"
      delay    = "1500ms"
      attempts = 3
    }
    ephemeral_disk {
      size = 400
    }
    task "one" {
      driver = "docker"
      config {
        image  = "web:1"
        mount  = [{ type = "bind", source = "local/x", target = "/x" }]
        labels = { a = "b" }
      }
      env {
        PORT  = "\${NOMAD_PORT_http}"
        DEBUG = true
        N     = 1
      }
      kill_timeout = "20s"
      resources {
        cpu    = 100
        memory = 64
        device "nvidia/gpu" {
          count = 2
        }
      }
      template {
        data        = "{{ key \\"x\\" }} $$\${y} %%{z}"
        destination = "local/x"
      }
    }
    task "two" {
      driver = "exec"
      config {
        command = "true"
      }
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
    }
  }
  task "alone" {
    driver = "raw_exec"
    config {
      command = "date"
      args    = ["-u"]
    }
  }
}
`;
  t.deepEqual(jobOf(built), fromHcl(hcl));
});

test('all mistakes are reported at once, each at its field or at the call of its block, with the nearest name', (t) => {
  const options = { cuont: 2, kill_timeout: '5s', restart: { intervall: '5m', attempts: 'many' } };
  const built = job(
    'bad',
    { priority: 1000 },
    group(
      'web',
      options as object,
      task('server', { driver: 'exec', config, killTimeout: 'soon', ...({ network: [] } as object) }),
    ),
  );
  t.deepEqual(
    complaints(built)
      .map((line) => line.split(' | ').slice(0, 3).join(' | '))
      .sort(),
    [
      '\'soon\' | Wrong type | group["web"].task["server"].kill_timeout',
      'group(\'web\' | Unknown field | group["web"].cuont',
      'group(\'web\' | Unknown field | group["web"].kill_timeout',
      'group(\'web\' | Unknown field | group["web"].restart.intervall',
      'group(\'web\' | Wrong type | group["web"].restart.attempts',
      'priority | Invalid job | priority',
      'task(\'server\' | Unknown field | group["web"].task["server"].network',
    ],
  );
  const text = complaints(built).join('\n');
  t.regex(text, /did you mean "count"/);
  t.regex(text, /did you mean "interval"/);
});

test('a name of the job language in place of its camelCase is told', (t) => {
  const built = job('x', task('t', { driver: 'exec', config, ...({ kill_timeout: '5s' } as object) }));
  t.regex(complaints(built).join('\n'), /names are in camelCase here: killTimeout/);
});

test('groups and tasks among the options are sent to where they belong', (t) => {
  const built = job('x', { ...({ groups: [] } as object) }, task('t', { driver: 'exec', config }));
  t.regex(complaints(built).join('\n'), /arguments after the options/);
});

test('the wrong shape of a block is named with what it should be', (t) => {
  const wrong = {
    network: [{ port: ['http'] }],
    restart: [{}],
    constraint: 'x',
    volume: { data: 'host' },
  };
  const lines = complaints(job('x', group('g', wrong as object, task('t', { driver: 'exec', config })))).join('\n');
  t.regex(lines, /"port" is an object with a port by its label/);
  t.regex(lines, /"restart" is an object, not a list/);
  t.regex(lines, /"constraint" is an object or a list of objects/);
  t.regex(lines, /"volume" is an object whose values are objects, this is not so for "data"/);
});

/** The source from the place of a field on. */
function placeOf(built: BuiltJob, path: string): string {
  return text.slice(parse(built).sourceMap.locate(path)?.start.offset);
}

test('a field has the place where it is written, also inside of blocks, lists and labels', (t) => {
  const image = 'a';
  const resources = { cpu: 100, memory: 20 };
  const built = job(
    'x',
    {
      priority: 20,
      meta: { team: 'a' },
      constraint: [
        { attribute: 'b', value: 'c' },
        { attribute: 'd', value: 'e' },
      ],
    },
    group(
      'g',
      { network: { port: { http: { to: 80 }, /* } */ 'with space': { static: 1 } } } },
      task('here', {
        env: { A: `${image}, { } '`, B: /[,}/]/.source },
        driver: 'mine',
        config: { command: 'true', image, args: ['one', 'two'] },
        resources,
      }),
    ),
  );
  const task0 = 'group["g"].task["here"]';
  const expected: Readonly<Record<string, string>> = {
    priority: 'priority: 20',
    'meta["team"]': "team: 'a'",
    'constraint[1].attribute': "attribute: 'd'",
    'group["g"].network[0].port["http"].to': 'to: 80',
    'group["g"].network[0].port["with space"].static': 'static: 1',
    [`${task0}.driver`]: "driver: 'mine'",
    [`${task0}.env["B"]`]: 'B: /[,}/]/',
    [`${task0}.config.image`]: 'image, args',
    [`${task0}.config.args[1]`]: "'two'",
  };
  for (const [path, start] of Object.entries(expected)) {
    const found = placeOf(built, path);
    t.true(found.replace(/^['"]/, '').startsWith(start.replace(/^['"]/, '')), `${path}: ${found.slice(0, 40)}`);
  }
  // What is not written in the call is shown at the name that stands for it, or at the call.
  t.true(placeOf(built, `${task0}.resources.cpu`).startsWith('resources,'));
  t.true(placeOf(built, `${task0}.kill_timeout`).startsWith("task('here'"));
});

test('looking for places in any text ends, and never throws', (t) => {
  const piece = fc.constantFrom(...'{}[](),:\'"`/\\.\n x1', '...', '${', '/*', '*/', '//', 'a: ', '{ b: ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const source = `job('x', ${pieces.join('')}`;
      const check = (written: Written | undefined): void => {
        if (written === undefined) return;
        for (const { key, value, inner } of [...written.members.values(), ...written.items]) {
          t.true(key.from >= 0 && key.to <= source.length && value.from <= source.length && value.to <= source.length);
          check(inner);
        }
      };
      check(writtenOptions(source, 0));
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

const calls: readonly (readonly [what: string, call: () => unknown, message: RegExp])[] = [
  ['a name that is no text', () => job(1 as unknown as string), /job\(…\) begins with its name/],
  [
    'a function in the options',
    () => task('t', { driver: 'x', config: { f: (() => 1) as unknown as string } }),
    /task "t": config\.f is a function/,
  ],
  [
    'a date',
    () => task('t', { driver: 'x', env: { A: new Date(0) as unknown as string } }),
    /task "t": env\.A is a Date/,
  ],
  ['not a number', () => job('x', { priority: Number.NaN }), /job "x": priority is NaN/],
  [
    'an object that holds itself',
    () => {
      const a: Record<string, unknown> = {};
      a['a'] = a;
      job('x', { meta: a as Record<string, string> });
    },
    /limit "data depth"/,
  ],
  ['a list of tasks', () => group('g', [] as unknown as object), /a list \(write \.\.\.list\)/],
  ['a list of tasks after the options', () => group('g', {}, [] as never), /expected task\(…\), found a list/],
  ['a group in a group', () => group('g', {}, group('h') as never), /expected task\(…\), found a group/],
  ['a job in a job', () => job('x', {}, job('y') as never), /expected group\(…\) or task\(…\), found a job/],
  ['nothing', () => job('x', {}, undefined as never), /found undefined/],
  ['options after the options', () => group('g', {}, {} as never), /found a plain object/],
];
for (const [what, call, message] of calls) {
  test(`${what} where it does not belong is refused with the name of the block`, (t) => {
    const error = t.throws(call, { instanceOf: JobBuildError });
    t.regex(error?.message ?? '', message);
    t.truthy(placeInStack(error?.stack ?? '', import.meta.url));
  });
}

test('what is built does not change with the options it was built from', (t) => {
  const env: Record<string, string> = { A: '1' };
  const built = job('x', task('t', { driver: 'exec', config, env }));
  env['A'] = '2';
  t.deepEqual(jobOf(built).taskGroups[0]?.tasks[0]?.env, { A: '1' });
});

test('the place in a stack is the first one in the file; a line without a column counts from 1', (t) => {
  const stack =
    'Error\n    at task (file:///a/lib.ts:1:2)\n    at file:///a/x.job.ts:12:34\n    at file:///a/x.job.ts:1:1';
  t.deepEqual(placeInStack(stack, 'file:///a/x.job.ts'), { line: 12, column: 34 });
  t.deepEqual(placeInStack('file:///a/x.job.ts:7\n  const = 1', 'file:///a/x.job.ts'), { line: 7, column: 1 });
  t.is(placeInStack(stack, 'file:///b.ts'), undefined);
});
