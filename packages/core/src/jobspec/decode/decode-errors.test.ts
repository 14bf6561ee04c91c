// Every way in which a job file can fail to fit the schema: the place, the message and the mend.

import test from 'ava';
import { parseJob } from '../parse-job.ts';

/** `|` marks where the error must be; the lines are those of the file. */
interface Row {
  readonly name: string;
  readonly text: string;
  readonly summary: string;
  readonly detail: RegExp;
  readonly hint: RegExp;
  readonly path?: string;
}

const inJob = (lines: string) =>
  `job "j" {\n${lines}\n  group "g" {\n    task "t" {\n      driver = "exec"\n    }\n  }\n}`;
const inGroup = (lines: string) =>
  `job "j" {\n  group "g" {\n${lines}\n    task "t" {\n      driver = "exec"\n    }\n  }\n}`;
const inTask = (lines: string) =>
  `job "j" {\n  group "g" {\n    task "t" {\n      driver = "exec"\n${lines}\n    }\n  }\n}`;
const T = 'group["g"].task["t"]';

const ROWS: readonly Row[] = [
  {
    name: 'a misspelt attribute',
    text: inJob('  |tpye = "batch"'),
    summary: 'Unknown attribute',
    detail: /^A job block has no attribute "tpye"\.$/,
    hint: /^did you mean "type"\?$/,
    path: '',
  },
  {
    name: 'a misspelt block',
    text: inTask('      |resource {\n        cpu = 100\n      }'),
    summary: 'Unknown block',
    detail: /^A task block has no block "resource"\.$/,
    hint: /^did you mean "resources"\?$/,
    path: T,
  },
  {
    name: 'a name like nothing there is',
    text: inGroup('    update {\n      |colour = "red"\n    }'),
    summary: 'Unknown attribute',
    detail: /^A update block has no attribute "colour"\.$/,
    hint: /^a update has: max_parallel, health_check, /,
  },
  {
    name: 'an attribute of a block further in',
    text: inTask('      |cpu = 500'),
    summary: 'Unknown attribute',
    detail: /^A task block has no attribute "cpu"\.$/,
    hint: /^"cpu" belongs into group > task > resources$/,
  },
  {
    name: 'a block of a block beside it',
    text: inTask('      |port "http" {}'),
    summary: 'Unknown block',
    detail: /^A task block has no block "port"\.$/,
    hint: /^"port" belongs into group > network$/,
  },
  {
    name: 'an attribute of a block further out',
    text: inTask('      |count = 2'),
    summary: 'Unknown attribute',
    detail: /^A task block has no attribute "count"\.$/,
    hint: /^"count" belongs into group$/,
  },
  {
    name: 'an attribute of the job in a group',
    text: inGroup('    |datacenters = ["dc1"]'),
    summary: 'Unknown attribute',
    detail: /^A group block has no attribute "datacenters"\.$/,
    hint: /^"datacenters" belongs into the job$/,
  },
  {
    name: 'a block of a task in a group',
    text: inGroup('    |template {\n      data = "x"\n    }'),
    summary: 'Unknown block',
    detail: /^A group block has no block "template"\.$/,
    hint: /^files are rendered for a task: move the block into the task$/,
  },
  {
    name: 'an option of the driver in a task',
    text: inTask('      |image = "redis"'),
    summary: 'Unknown attribute',
    detail: /^A task block has no attribute "image"\.$/,
    hint: /^options of the driver stand in config \{ image … \}$/,
  },
  {
    name: 'a block written as an attribute',
    text: inTask('      |resources = {\n        cpu = 100\n      }'),
    summary: 'Block expected',
    detail: /^"resources" is a block, not an attribute\.$/,
    hint: /^write resources \{ … \} without "="$/,
    path: `${T}.resources`,
  },
  {
    name: 'an attribute written as a block',
    text: inTask('      |user {\n      }'),
    summary: 'Attribute expected',
    detail: /^"user" is an attribute, not a block\.$/,
    hint: /^write user = …$/,
    path: `${T}.user`,
  },
  {
    name: 'a second block where one is allowed',
    text: inGroup('    restart {\n    }\n    |restart {\n    }'),
    summary: 'Block given twice',
    detail: /^There is at most one "restart" block here; the first is in line 3\.$/,
    hint: /^remove one of them$/,
    path: 'group["g"].restart',
  },
  {
    name: 'a map as attribute and as block',
    text: inTask('      env = {\n        A = "b"\n      }\n      |env {\n        C = "d"\n      }'),
    summary: 'Block given twice',
    detail: /^"env" is given twice\.$/,
    hint: /^put all of it in one block or one attribute$/,
    path: `${T}.env`,
  },
  {
    name: 'an option as attribute and as block',
    text: inTask('      config {\n        mount = []\n        |mount {\n        }\n      }'),
    summary: 'Given twice',
    detail: /^"mount" is given as an attribute, too\.$/,
    hint: /^keep the attribute or the blocks$/,
    path: `${T}.config.mount`,
  },
  {
    name: 'a missing label',
    text: 'job "j" {\n  |group {\n    task "t" {\n      driver = "exec"\n    }\n  }\n}',
    summary: 'Missing label',
    detail: /^A group block needs a name\.$/,
    hint: /^write group "name" \{ … \}$/,
    path: 'group[0]',
  },
  {
    name: 'a label too many',
    text: inGroup('    volume "v" |"w" {\n      type   = "host"\n      source = "s"\n    }'),
    summary: 'Unexpected label',
    detail: /^A volume block has one label\.$/,
    hint: /^remove it$/,
    path: 'group["g"].volume["v"]',
  },
  {
    name: 'a label of a block that has none',
    text: inGroup('    network |"n" {\n    }'),
    summary: 'Unexpected label',
    detail: /^A network block has no label\.$/,
    hint: /^remove it$/,
    path: 'group["g"].network[0]',
  },
  {
    name: 'a label of a map',
    text: inTask('      meta |"m" {\n      }'),
    summary: 'Unexpected label',
    detail: /^A meta block has no label\.$/,
    hint: /^remove it$/,
    path: `${T}.meta`,
  },
  {
    name: 'text where a number is wanted',
    text: inGroup('    count = |"three"'),
    summary: 'Wrong type',
    detail: /^"count" is a whole number; this is .*"three"\.$/,
    hint: /^a whole number, without quotes$/,
    path: 'group["g"].count',
  },
  {
    name: 'a fraction where a whole number is wanted',
    text: inGroup('    count = |1.5'),
    summary: 'Wrong type',
    detail: /^"count" is a whole number; this is .*1\.5\.$/,
    hint: /^a whole number, without quotes$/,
    path: 'group["g"].count',
  },
  {
    name: 'text where true or false is wanted',
    text: inTask('      leader = |"yes"'),
    summary: 'Wrong type',
    detail: /^"leader" is true or false; this is .*"yes"\.$/,
    hint: /^write leader = true or leader = false$/,
    path: `${T}.leader`,
  },
  {
    name: 'text where a list is wanted',
    text: inJob('  datacenters = |"dc1"'),
    summary: 'Wrong type',
    detail: /^"datacenters" is a list of texts; this is .*"dc1"\.$/,
    hint: /^put it in brackets: \[…\]$/,
    path: 'datacenters',
  },
  {
    name: 'a map where a list is wanted',
    text: inJob('  datacenters = |{ a = 1 }'),
    summary: 'Wrong type',
    detail: /^"datacenters" is a list of texts; this is .*object.*\.$/,
    hint: /^write datacenters = \["…"\]$/,
    path: 'datacenters',
  },
  {
    name: 'a list where text is wanted',
    text: inTask('      user = |["a"]'),
    summary: 'Wrong type',
    detail: /^"user" is text; this is .*\.$/,
    hint: /^write user = "…"$/,
    path: `${T}.user`,
  },
  {
    name: 'text where a map is wanted',
    text: inTask('      env = |"A=b"'),
    summary: 'Wrong type',
    detail: /^"env" is a map of texts; this is .*"A=b"\.$/,
    hint: /^write env = \{ key = "text" \}$/,
    path: `${T}.env`,
  },
  {
    name: 'a list in a map written as a block',
    text: inTask('      env {\n        A = |["b"]\n      }'),
    summary: 'Wrong type',
    detail: /^"A" is text, a number, true or false\.$/,
    hint: /^write A = jsonencode\(…\) to pass it as text$/,
    path: `${T}.env["A"]`,
  },
  {
    name: 'a block in a map',
    text: inTask('      env {\n        |a {\n        }\n      }'),
    summary: 'Unknown block',
    detail: /^There are no blocks inside this one, only names and texts\.$/,
    hint: /^write a = "…"$/,
    path: `${T}.env`,
  },
  {
    name: 'a duration without a unit',
    text: inTask('      kill_timeout = |"30"'),
    summary: 'Wrong type',
    detail: /^"kill_timeout" is a duration such as "30s" or "1h30m"; this is .*"30"\.$/,
    hint: /^add a unit: "30s"$/,
    path: `${T}.kill_timeout`,
  },
  {
    name: 'text that is no duration',
    text: inTask('      kill_timeout = |"soon"'),
    summary: 'Wrong type',
    detail: /^"kill_timeout" is a duration such as "30s" or "1h30m"; this is .*"soon"\.$/,
    hint: /^write kill_timeout = "30s"$/,
    path: `${T}.kill_timeout`,
  },
  {
    name: 'a value of run time where it must be known',
    text: inGroup('    count = |"${meta.n}"'),
    summary: 'Wrong type',
    detail: /^"count" is a whole number; this is .*\.$/,
    hint: /^a value that is known only at run time cannot stand here; use var or local$/,
    path: 'group["g"].count',
  },
  {
    name: 'a contradiction of two spellings',
    text: inGroup('    constraint {\n      attribute = "a"\n      operator  = "="\n      |regexp    = "b"\n    }'),
    summary: 'Contradiction',
    detail: /^"regexp" already names the operator, and another one is given too\.$/,
    hint: /^keep one of them$/,
    path: 'group["g"].constraint[0].regexp',
  },
  {
    name: 'a missing attribute',
    text: 'job "j" {\n  group "g" {\n    |task "t" {\n    }\n  }\n}',
    summary: 'Invalid job',
    detail: /^"driver" is required\.$/,
    hint: /^add driver = "…"$/,
    path: `${T}.driver`,
  },
  {
    name: 'a value that is none of those allowed',
    text: inJob('  |type = "servce"'),
    summary: 'Invalid job',
    detail: /^"servce" is none of service, batch, system, sysbatch\.$/,
    hint: /^did you mean "service"\?$/,
    path: 'type',
  },
  {
    name: 'a number below its limit',
    text: inJob('  |priority = 0'),
    summary: 'Invalid job',
    detail: /^0 is too small\.$/,
    hint: /^at least 1$/,
    path: 'priority',
  },
  {
    name: 'a duration below its limit',
    text: inGroup('    restart {\n      attempts = 0\n      |interval = "1s"\n    }'),
    summary: 'Invalid job',
    detail: /^1s is too small\.$/,
    hint: /^at least 5s$/,
    path: 'group["g"].restart.interval',
  },
  {
    name: 'a kind of job that cannot run yet',
    text: inJob('  |type = "system"'),
    summary: 'Invalid job',
    detail: /^"system" cannot run yet: jobs on every node come later\.$/,
    hint: /^$/,
    path: 'type',
  },
  {
    name: 'a rule that an inherited value breaks, at the block that says it',
    text: inJob('  vault {\n    |change_mode = "kill"\n  }'),
    summary: 'Invalid job',
    detail: /^"kill" is none of noop, restart, signal\.$/,
    hint: /^write one of noop, restart, signal$/,
    path: 'vault.change_mode',
  },
];

for (const { name, text, summary, detail, hint, path } of ROWS) {
  test(`${name} is reported once, at its place, with the mend`, (t) => {
    const offset = text.indexOf('|');
    const before = text.slice(0, offset).split('\n');
    const source = text.replace('|', '');
    const { diagnostics, job } = parseJob(source, { fileName: 'x.nomad.hcl' });
    t.is(job, undefined);
    t.deepEqual(diagnostics.map((item) => item.detail).slice(1), [], 'one mistake, one message');
    const [first] = diagnostics;
    t.is(first?.fileName, 'x.nomad.hcl');
    t.is(first?.summary, summary, first?.detail);
    t.regex(first?.detail ?? '', detail);
    t.regex(first?.hint ?? '', hint);
    t.deepEqual(
      [first?.range?.start.line, first?.range?.start.column],
      [before.length, (before.at(-1) ?? '').length + 1],
    );
    if (path !== undefined) t.is(first?.path, path);
  });
}

test('a bare number as a small duration is a warning, for it is nanoseconds', (t) => {
  const { warnings, job } = parseJob(inTask('      kill_timeout = 30'), { fileName: 'x' });
  t.is(job?.taskGroups[0]?.tasks[0]?.killTimeoutMs, 0.00003);
  t.deepEqual(
    warnings.map(({ range, summary, hint, path }) => [range?.start.line, summary, hint, path]),
    [[5, 'Tiny duration', 'write "30s" for seconds', `${T}.kill_timeout`]],
  );
});

test('all mistakes of a file are reported at once', (t) => {
  const text = inTask(
    '      leader = "yes"\n      cpu = 1\n      resources {\n        memory = "much"\n        device {}\n      }',
  );
  const { diagnostics } = parseJob(text.replace('driver = "exec"', 'drver = "exec"'), { fileName: 'x' });
  t.deepEqual(
    diagnostics.map(({ range, summary }) => [range?.start.line, summary]),
    [
      [4, 'Unknown attribute'],
      [5, 'Wrong type'],
      [6, 'Unknown attribute'],
      [8, 'Wrong type'],
      [9, 'Missing label'],
    ],
  );
});
