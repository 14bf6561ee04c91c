// Whole job files: what they become, and what is said of wrong ones.

import test from 'ava';
import { formatPlace, type ParseOptions, parseJob, renderDiagnostic } from './index.ts';

const parse = (text: string, options: Partial<ParseOptions> = {}) =>
  parseJob(text, { fileName: 'x.nomad.hcl', ...options });

/** A job with lines put into its task. */
const withTask = (lines: string) => `job "a" {
  group "g" {
    task "t" {
      driver = "exec"
${lines}
    }
  }
}
`;

test('an ordinary service job becomes a complete job', (t) => {
  const { job, diagnostics, warnings } = parse(
    `
job "docs" {
  datacenters = ["dc1"]
  meta { team = "a" }
  group "web" {
    count = 3
    network {
      mode = "bridge"
      port "http" { to = 80 }
      port "admin" { static = 9000 }
    }
    task "server" {
      driver = "docker"
      config {
        image = "nginx:\${NOMAD_META_version}"
        ports = ["http"]
        labels { a = "b" }
        mount { type = "bind" }
        mount { type = "tmpfs" }
      }
      env = { "A.B" = 1 }
      resources { cpu = 200, memory = 64 }
    }
  }
}`.replace('resources { cpu = 200, memory = 64 }', 'resources {\n cpu = 200\n memory = 64\n }'),
  );
  t.deepEqual([...diagnostics, ...warnings], []);
  const group = job?.taskGroups[0];
  t.is(group?.count, 3);
  t.deepEqual(
    group?.networks[0]?.reservedPorts.map((port) => [port.label, port.value]),
    [['admin', 9000]],
  );
  t.deepEqual(
    group?.networks[0]?.dynamicPorts.map((port) => [port.label, port.to]),
    [['http', 80]],
  );
  const task = group?.tasks[0];
  t.deepEqual(task?.config, {
    image: 'nginx:${NOMAD_META_version}',
    ports: ['http'],
    labels: [{ a: 'b' }],
    mount: [{ type: 'bind' }, { type: 'tmpfs' }],
  });
  t.deepEqual(task?.env, { 'A.B': '1' });
  t.is(task?.resources.cpuMhz, 200);
  t.deepEqual(job?.meta, { team: 'a' });
});

test('a task right under the job is a group of its own, before the declared ones', (t) => {
  const { job } = parse(
    'job "a" {\n group "g" {\n task "x" {\n driver = "exec"\n }\n }\n task "solo" {\n driver = "exec"\n }\n}',
  );
  t.deepEqual(
    job?.taskGroups.map((group) => [group.name, group.tasks[0]?.name]),
    [
      ['solo', 'solo'],
      ['g', 'x'],
    ],
  );
});

test('blocks made by dynamic have the labels and values of their elements', (t) => {
  const { job, diagnostics } = parse(`locals { ports = { http = 80, admin = 81 } }
job "a" {
  group "g" {
    network {
      mode = "bridge"
      dynamic "port" {
        for_each = local.ports
        labels   = [port.key]
        content { to = port.value }
      }
    }
    task "t" {
      driver = "exec"
      config {
        dynamic "mount" {
          for_each = ["a", "b"]
          iterator = each
          content { source = "\${each.key}-\${each.value}" }
        }
      }
    }
  }
}`);
  t.deepEqual(diagnostics, []);
  t.deepEqual(
    job?.taskGroups[0]?.networks[0]?.dynamicPorts.map((port) => [port.label, port.to]),
    [
      ['admin', 81],
      ['http', 80],
    ],
  );
  t.deepEqual(job?.taskGroups[0]?.tasks[0]?.config['mount'], [{ source: '0-a' }, { source: '1-b' }]);
});

const VARIABLES = `variable "v" { default = "default" }
variable "n" {
  type = list(number)
  default = [1]
}
${withTask('      meta {\n v = var.v\n n = join(",", var.n)\n }')}`;

test('later sources of variables win: default, environment, files, command line', (t) => {
  const meta = (options: Partial<ParseOptions>) => parse(VARIABLES, options).job?.taskGroups[0]?.tasks[0]?.meta;
  t.deepEqual(meta({}), { v: 'default', n: '1' });
  const environmentVariables = { NOMAD_VAR_v: 'env', ORCH_VAR_n: '[4, 5]', NOMAD_VAR_other: 'x' };
  t.deepEqual(meta({ environmentVariables }), { v: 'env', n: '4,5' });
  const varFiles = [{ fileName: 'a.vars', text: 'v = "file"\n' }];
  t.deepEqual(meta({ environmentVariables, varFiles }), { v: 'file', n: '4,5' });
  t.deepEqual(meta({ environmentVariables, varFiles, variables: { v: 'flag' } }), { v: 'flag', n: '4,5' });
  t.deepEqual(
    meta({
      variables: [
        ['v', 'a=b'],
        ['n', '[7]'],
      ],
    }),
    { v: 'a=b', n: '7' },
  );
});

test('an undeclared variable is an error on the command line, and in files unless they are not strict', (t) => {
  t.regex(parse(VARIABLES, { variables: { w: '1' } }).diagnostics[0]?.detail ?? '', /declares no variable "w"/);
  const varFiles = [{ fileName: 'a.vars', text: 'vv = 1' }];
  const strict = parse(VARIABLES, { varFiles }).diagnostics[0];
  t.deepEqual([strict?.fileName, strict?.range?.start.line, strict?.hint], ['a.vars', 1, 'did you mean "v"?']);
  const loose = parse(VARIABLES, { varFiles, strict: false });
  t.deepEqual([loose.diagnostics.length, loose.warnings.length], [0, 1]);
});

test('a validation refuses a value with its own message', (t) => {
  const text =
    'variable "n" {\n  type = number\n  validation {\n    condition = var.n > 0\n    error_message = "Too small."\n  }\n}\n';
  const { diagnostics } = parse(text + withTask(''), { variables: { n: '0' } });
  t.regex(diagnostics[0]?.detail ?? '', /Too small\./);
  t.deepEqual(parse(text + withTask(''), { variables: { n: '1' } }).diagnostics, []);
});

/** File, `line:column`, part of the message, hint. */
const MISTAKES: readonly (readonly [string, string, string, RegExp, RegExp | undefined])[] = [
  [
    'an unknown attribute',
    withTask('      drivr = 1'),
    '5:7',
    /task block has no attribute "drivr"/,
    /did you mean "driver"/,
  ],
  ['an unknown block', withTask('      resorces {}'), '5:7', /has no block "resorces"/, /did you mean "resources"/],
  ['a wrong type', withTask('      leader = "maybe"'), '5:16', /"leader" is true or false/, undefined],
  ['a duration without a unit', withTask('      kill_timeout = "30"'), '5:22', /a duration/, /add a unit: "30s"/],
  ['an attribute written as a block', withTask('      user {}'), '5:7', /"user" is an attribute/, /write user = …/],
  ['a block written as an attribute', withTask('      resources = {}'), '5:7', /"resources" is a block/, /without "="/],
  ['a block given twice', withTask('      logs {}\n      logs {}'), '6:7', /at most one "logs"/, /remove one/],
  [
    'an attribute given twice',
    withTask('      user = "a"\n      user = "b"'),
    '6:7',
    /the first is on line 5/,
    undefined,
  ],
  [
    'a value out of range',
    withTask('      logs {\n        max_files = 0\n      }'),
    '6:9',
    /0 is too small/,
    /at least 1/,
  ],
  [
    'a value out of a closed set',
    withTask('      artifact {\n source = "x"\n mode = "fil"\n }'),
    '7:2',
    /"fil" is none of/,
    /did you mean "file"/,
  ],
  [
    'a missing driver',
    'job "a" {\n group "g" {\n  task "t" {\n  }\n }\n}',
    '3:3',
    /"driver" is required/,
    /add driver = /,
  ],
  ['a missing label', 'job "a" {\n group {\n }\n}', '2:2', /group block needs a name/, /write group "name"/],
  ['a group without tasks', 'job "a" {\n  group "g" {\n  }\n}', '2:3', /at least one task/, /add task "name"/],
  ['a job without groups', 'job "a" {\n}\n', '1:1', /at least one group/, undefined],
  ['a file without a job', '# nothing\n', '1:1', /no job block/, /write job/],
  ['two jobs', 'job "a" {\n}\njob "b" {\n}\n', '3:1', /this is the second/, undefined],
  ['a block outside of the job', 'group "g" {\n}\njob "a" {\n}', '1:1', /no "group" at the top/, /move it into/],
  ['single quotes', withTask("      user = 'a'"), '5:14', /no meaning here/, /double quotes/],
  ['an unclosed string', withTask('      user = "a'), '5:14', /not closed on its line/, /closing "/],
  ['an unclosed block', 'job "a" {\n  group "g" {\n', '2:13', /never closed/, /add "\}"/],
  ['an unclosed heredoc', withTask('      user = <<EOT\n  x'), '5:14', /No line consists of the marker EOT/, undefined],
  ['a missing value', withTask('      user ='), '5:13', /Found the end of the line, expected a value/, undefined],
  ['a missing equals sign', withTask('      user "a"\n'), '5:15', /expected "=" or "\{" after "user"/, undefined],
  ['a comma between attributes', withTask('      user = "a", leader = true'), '5:17', /comma does not separate/, /own/],
  ['an unknown variable', withTask('      user = var.nme'), '5:14', /no variable "nme"/, /declare it/],
  ['an unknown function', withTask('      user = uper("a")'), '5:14', /no function "uper"/, /did you mean "upper"/],
  [
    'a variable without a value',
    `variable "x" {}\n${withTask('      user = var.x')}`,
    '1:10',
    /no default and no value/,
    /--var x=/,
  ],
  [
    'a bad operator',
    withTask('      constraint {\n attribute = "a"\n operator = "=~"\n }'),
    '7:2',
    /"=~" is no operator/,
    /did you mean "="/,
  ],
  [
    'a bad network mode',
    'job "a" {\n group "g" {\n network {\n mode = "brigde"\n }\n task "t" {\n driver = "exec"\n }\n }\n}',
    '4:2',
    /"brigde" is no network mode/,
    /bridge/,
  ],
  [
    'a static port asked for twice',
    'job "a" {\n group "g" {\n network {\n port "x" { static = 80 }\n port "y" { static = 80 }\n }\n task "t" {\n driver = "exec"\n }\n }\n}',
    '5:13',
    /Port 80 is also asked for by port "x"/,
    undefined,
  ],
  [
    'a periodic job',
    'job "a" {\n type = "batch"\n periodic {\n crons = ["@daily"]\n }\n group "g" {\n task "t" {\n driver = "exec"\n }\n }\n}',
    '3:2',
    /"periodic" cannot run yet: periodic jobs come later/,
    undefined,
  ],
  [
    'a for_each of a wrong kind',
    withTask('      dynamic "artifact" {\n for_each = 3\n content {}\n }'),
    '6:13',
    /for_each is the number 3/,
    undefined,
  ],
];

for (const [what, text, place, message, hint] of MISTAKES) {
  test(`${what} is reported at its place with the mend`, (t) => {
    const [first] = parse(text).diagnostics;
    t.is(first === undefined ? '' : formatPlace(first), `x.nomad.hcl:${place}`, first?.detail);
    t.regex(first?.detail ?? '', message);
    if (hint !== undefined) t.regex(first?.hint ?? '', hint);
    t.is(parse(text).job, undefined);
  });
}

test('several mistakes of one file are all reported, in the order of the file', (t) => {
  const { diagnostics } = parse(
    `job "a" {
  tpye = "batch"
  group "g" {
    count = "x"
    network { mode = "brigde" }
    task "t" {
      driver = "exec"
      user   = [1 2]
      meta { a = var.q }
    }
  }
}`.replace('[1 2]', 'nosuch()'),
  );
  t.deepEqual(
    diagnostics.map((diagnostic) => diagnostic.range?.start.line),
    [2, 4, 5, 8, 9],
  );
});

test('after a syntax error the rest of the file is still read', (t) => {
  const { diagnostics } = parse(withTask("      user = [1 2]\n      kill_signal = @\n      leader = 'x'"));
  t.deepEqual(
    diagnostics.map((diagnostic) => diagnostic.range?.start.line),
    [5, 6, 7],
  );
});

test('after a syntax error the values that were read are still checked, each by itself', (t) => {
  const { job, diagnostics } = parse(
    'job "x" {\n  type = "servcie"\n  priority = 1000\n  group "g" {\n    count = = 1\n    task "t" {\n      resources {\n        memory = 1\n      }\n    }\n  }\n}\n',
  );
  t.is(job, undefined);
  t.deepEqual(
    diagnostics.map((diagnostic) => [formatPlace(diagnostic), diagnostic.summary]),
    [
      ['x.nomad.hcl:2:3', 'Invalid job'],
      ['x.nomad.hcl:3:3', 'Invalid job'],
      ['x.nomad.hcl:5:13', 'Syntax error'],
      ['x.nomad.hcl:8:9', 'Invalid job'],
    ],
    'the missing driver is not told: what could not be read may hold it',
  );
});

test('a block that is complete is read although its line does not end there', (t) => {
  const { diagnostics } = parse(`job "x" {
  fooo {
  } bar
  group "g" {
    task "t" {
      driver = "exec"
      config {
      } junk
      kil_timeout = "5s"
    }
  } rest
}
`);
  t.deepEqual(
    diagnostics.map((diagnostic) => [formatPlace(diagnostic), diagnostic.summary]),
    [
      ['x.nomad.hcl:2:3', 'Unknown block'],
      ['x.nomad.hcl:3:5', 'Syntax error'],
      ['x.nomad.hcl:8:9', 'Syntax error'],
      ['x.nomad.hcl:9:7', 'Unknown attribute'],
      ['x.nomad.hcl:11:5', 'Syntax error'],
    ],
  );
});

test('blocks without effect are kept in the job and named in a warning', (t) => {
  const { job, warnings, diagnostics } = parse(
    withTask('      service {\n        name = "x"\n      }\n      template {\n data = "a"\n destination = "b"\n }'),
  );
  t.deepEqual(diagnostics, []);
  t.deepEqual(
    warnings.map((warning) => [warning.range?.start.line, warning.detail]),
    [
      [5, '"service" has no effect yet: services are not registered yet.'],
      [8, '"template" has no effect yet: templates are not rendered yet.'],
    ],
  );
  t.like(job?.taskGroups[0]?.tasks[0]?.kept, {
    service: [{ name: 'x', provider: 'consul' }],
    template: [{ data: 'a', perms: '0644' }],
  });
});

test('a deprecated field is accepted and the warning names the new one', (t) => {
  const { job, warnings } = parse(
    withTask('      logs {\n enabled = false\n }').replace(
      'group "g" {',
      'group "g" {\n max_client_disconnect = "1h"\n',
    ),
  );
  t.true(job?.taskGroups[0]?.tasks[0]?.logs.disabled);
  t.regex(warnings[0]?.hint ?? '', /disconnect \{ lost_after = … \}/);
});

test('the source map finds a field, or the nearest block around it', (t) => {
  const { sourceMap } = parse(withTask('      config {\n        args = ["a",\n          "b"]\n      }'));
  const line = (path: string) => sourceMap.locate(path)?.start.line;
  t.is(line('group["g"].task["t"].config.args[1]'), 7);
  t.is(line('group["g"].task["t"].config.image'), 5);
  t.is(line('group["g"].task["t"].resources.cpu'), 3);
  t.is(line('type'), 1);
});

test('a diagnostic is shown with its source line and a caret', (t) => {
  const { diagnostics, sources } = parse(withTask('\tleader = "maybe"'));
  const [first] = diagnostics;
  t.is(
    first === undefined ? '' : renderDiagnostic(first, sources),
    [
      'x.nomad.hcl:5:11: error: Wrong type',
      '    |',
      '  5 | \tleader = "maybe"',
      '    | \t         ^^^^^^^',
      '  "leader" is true or false; this is the string "maybe".',
      '  write leader = true or leader = false',
    ].join('\n'),
  );
});

test('a file over the size limit is refused by the name of the limit', (t) => {
  const { diagnostics } = parse(`# ${'x'.repeat(1024 * 1024)}`);
  t.regex(diagnostics[0]?.detail ?? '', /limit "source size"/);
});

test('nesting deeper than the limit is refused by the name of the limit', (t) => {
  const deep = `${'a {\n'.repeat(400)}${'}\n'.repeat(400)}`;
  t.true(parse(deep).diagnostics.some((diagnostic) => /limit "nesting"/.test(diagnostic.detail)));
});

test('a name that is nearly one of the file or of the node stays text, with a warning; other names stay without one', (t) => {
  const written =
    '"${locals.x} ${vars.y} ${mata.z} ${attr.kernel.name} ${meta.a} ${env["B"]} ${HOME} ${sys.c} ${NOMAD_ADDR_a}"';
  const { job, warnings, diagnostics } = parse(withTask(`      env {\n        A = ${written}\n      }`));
  t.deepEqual(diagnostics, []);
  t.is(job?.taskGroups[0]?.tasks[0]?.env['A'], JSON.parse(written.replace('["B"]', '[\\"B\\"]')));
  t.deepEqual(
    warnings.map(({ summary, hint, range }) => [summary, hint, range?.start.line]),
    [
      ['Unknown name', 'did you mean "local"?', 6],
      ['Unknown name', 'did you mean "var"?', 6],
      ['Unknown name', 'did you mean "meta"?', 6],
    ],
  );
  t.is(warnings[0]?.detail, 'Nothing is called "locals", here or on the node: this stays as it is written.');
});

test('what a file ends inside of hides no mistake before it', (t) => {
  const { diagnostics } = parse('job "x" {\n  region = "${foo bar}"\n}\n/* never closed\n');
  t.deepEqual(
    diagnostics.map((diagnostic) => [formatPlace(diagnostic), diagnostic.summary]),
    [
      ['x.nomad.hcl:2:19', 'Syntax error'],
      ['x.nomad.hcl:4:1', 'Unterminated comment'],
    ],
  );
});

test('blocks and variables may be called as members of objects and blocks are', (t) => {
  const { job, diagnostics } = parse(
    withTask('      config {\n        constructor {\n          a = 1\n        }\n      }'),
  );
  t.deepEqual(diagnostics, []);
  t.deepEqual(job?.taskGroups[0]?.tasks[0]?.config, { constructor: [{ a: 1 }] });
  const text = `variable "job" {}\nvariable "locals" {}\n${withTask('      user = "${var.job}-${var.locals}"')}`;
  const varFiles = [{ fileName: 'v.json', text: '{ "job": "x", "locals": "y" }' }];
  const read = parseJob(text, { fileName: 'x', varFiles });
  t.deepEqual(read.diagnostics, []);
  t.is(read.job?.taskGroups[0]?.tasks[0]?.user, 'x-y');
});

test('a variable file in JSON has the limit of all files', (t) => {
  const varFiles = [{ fileName: 'v.json', text: `{ "a": "${'x'.repeat(1024 * 1024)}" }` }];
  const { diagnostics } = parseJob(`variable "a" {}\n${withTask('')}`, { fileName: 'x', varFiles });
  t.regex(diagnostics.find(({ fileName }) => fileName === 'v.json')?.detail ?? '', /limit "source size"/);
});
