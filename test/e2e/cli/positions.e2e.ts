// What is wrong with a job file has its place in it, wherever it was found: by reading the file, or by the server.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJob } from '@orch/core/jobspec';
import { encodeJobJson } from '@orch/core/schema';
import test from 'ava';
import { spawn } from 'node-pty';
import { type DevAgent, type Outcome, runOrch, startDevAgent } from '../shared/dev-agent.ts';

let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent();
});
test.after.always(() => agent?.close());

/** A job file whose lines have the numbers in the comments. */
const sound = `job "places" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image  = "nginx"
        labels = { team = "größe" }
        mount {
          type   = "bind"
          source = "/a"
          target = "/b"
        }
      }
      constraint {
        attribute = "\${attr.kernel.name}"
        operator  = "="
        value     = "linux"
      }
      resources {
        memory = 64
      }
    }
  }
}
`;

/** `line:column: severity: …` of every line of the gcc form, without the file's name. */
function places(outcome: Outcome): string[] {
  return outcome.stdout
    .split('\n')
    .flatMap((line) => /^[^:]*places[^:]*:(\d+:\d+: (?:error|warning): .*)$/.exec(line)?.[1] ?? []);
}

async function check(text: string, name = 'places.nomad.hcl'): Promise<Outcome> {
  return agent.orch(['job', 'validate', '--format', 'gcc', await agent.file(name, text)]);
}

const serverSays = 'Refused by the server';
const cases: readonly (readonly [what: string, from: string, to: string, place: string, message: RegExp])[] = [
  [
    'an unknown driver',
    '"docker"',
    '"dokcer"',
    '5:7',
    /Refused by the server; Unknown driver "dokcer"\. \(did you mean "docker"\?\)$/,
  ],
  [
    'a misspelt option',
    'labels =',
    'lables =',
    '8:9',
    /Refused by the server; The driver has no option "lables"\. \(did you mean "labels"\?\)$/,
  ],
  [
    'a misspelt option of a nested block',
    'target =',
    'tarpet =',
    '12:11',
    /Refused by the server; The driver has no option "tarpet"\. \(did you mean "target"\?\)$/,
  ],
  [
    'a wrong type in a driver’s config',
    '"nginx"',
    '["nginx"]',
    '7:9',
    /Refused by the server; "image" is a string, this is a list\.$/,
  ],
  [
    'a wrong type in a map of a driver’s config',
    '"größe"',
    '["größe"]',
    '8:20',
    /Refused by the server; "labels\.team" is a string, this is a list\.$/,
  ],
  ['a bad constraint operator', '"="', '"=<"', '17:9', /"=<" is .*\(did you mean "="\?\)$/],
  [
    'an unknown attribute',
    'datacenters =',
    'datacentres =',
    '2:3',
    /Unknown attribute; .*"datacentres"\. \(did you mean "datacenters"\?\)$/,
  ],
  ['memory below the limit', 'memory = 64', 'memory = 1', '21:9', /1 is too small\. \(at least \d+\)$/],
  [
    'a namespace that does not exist',
    'datacenters = ["dc1"]',
    'namespace = "team"',
    '2:3',
    /Refused by the server; Namespace "team" does not exist\./,
  ],
  [
    'another region',
    'datacenters = ["dc1"]',
    'region = "mars"',
    '2:3',
    /Refused by the server; This is region "global", not "mars"\.$/,
  ],
];

for (const [what, from, to, place, message] of cases)
  test.serial(`${what} is reported at its place by validate, run and plan`, async (t) => {
    t.true(sound.includes(from));
    const text = sound.replace(from, to);
    const validated = await check(text);
    t.is(validated.exitCode, 1, validated.text);
    const said = places(validated).filter((line) => line.startsWith(`${place}: error: `));
    t.is(said.length, 1, validated.text);
    t.regex(said[0] ?? '', message);
    const file = join(agent.dir, 'places.nomad.hcl');
    const line = text.split('\n')[Number(place.split(':')[0]) - 1] ?? '';
    for (const [command, exitCode] of [
      ['run', 1],
      ['plan', 255],
    ] as const) {
      const outcome = await agent.orch(['job', command, file]);
      t.is(outcome.exitCode, exitCode, outcome.text);
      const at = outcome.stderr.indexOf(`${file}:${place}: error: `);
      t.true(at >= 0, outcome.stderr);
      // The source line and, below it, a caret in the column of the place.
      const [, , shown = '', carets = ''] = outcome.stderr.slice(at).split('\n');
      t.true(shown.endsWith(line), shown);
      t.is(carets.indexOf('^') - (shown.length - line.length), Number(place.split(':')[1]) - 1, carets);
    }
    t.deepEqual((await agent.api.jobs.list()).value, []);
  });

test.serial('a sound file is valid, and says nothing in the forms for programs', async (t) => {
  t.deepEqual(await check(sound), { exitCode: 0, stdout: '', stderr: '', text: '' });
  const json = await agent.orch(['job', 'validate', '-format=json', join(agent.dir, 'places.nomad.hcl')]);
  t.deepEqual([json.exitCode, json.stdout, json.stderr], [0, '[]', '']);
});

test.serial(
  'everything that the server refuses is told at once, in the order of the file, warnings apart',
  async (t) => {
    const text = sound
      .replace('"docker"', '"docker"\n      vault {\n        role = "x"\n      }')
      .replace('"nginx"', '["nginx"]')
      .replace('labels =', 'lables =')
      .replace('target =', 'tarpet =');
    const outcome = await check(text);
    t.deepEqual(
      places(outcome).map((line) => line.split('; ')[0]),
      [
        `10:9: error: ${serverSays}`,
        `11:9: error: ${serverSays}`,
        `15:11: error: ${serverSays}`,
        '6:7: warning: "vault" has no effect yet: Vault is not connected yet.',
      ],
      outcome.text,
    );
  },
);

test.serial('the JSON form is a list of diagnostics with file, range, severity, texts and path', async (t) => {
  const file = await agent.file('places.nomad.hcl', sound.replace('"docker"', '"dokcer"'));
  const outcome = await agent.orch(['job', 'validate', '--format', 'json', file]);
  t.is(outcome.exitCode, 1);
  t.deepEqual(JSON.parse(outcome.stdout), [
    {
      file,
      range: { start: { line: 5, column: 7, offset: 74 }, end: { line: 5, column: 24, offset: 91 } },
      severity: 'error',
      summary: serverSays,
      detail: 'Unknown driver "dokcer".',
      hint: 'did you mean "docker"?',
      path: 'group["g"].task["t"].driver',
    },
  ]);
});

test.serial('JSON files have places too: the API’s form, with and without "Job", and HCL’s form', async (t) => {
  const { job } = parseJob(sound.replace('"docker"', '"dokcer"'), { fileName: 'x' });
  t.truthy(job);
  const encoded = encodeJobJson(job as NonNullable<typeof job>);
  const hclForm = {
    job: { places: { group: { g: { task: { t: { driver: 'dokcer', config: { image: 'nginx' } } } } } } },
  };
  for (const value of [{ Job: encoded }, encoded, hclForm]) {
    const text = JSON.stringify(value, null, 2);
    const lines = text.split('\n');
    const line = lines.findIndex((item) => item.includes('dokcer')) + 1;
    const outcome = await check(text, 'places.json');
    t.is(outcome.exitCode, 1);
    const [only, ...more] = places(outcome);
    t.deepEqual(more, []);
    t.true(only?.startsWith(`${line}:`), `line ${line}: ${only}`);
    t.regex(only ?? '', /Unknown driver "dokcer"/);
    const column = Number(only?.split(':')[1]) - 1;
    t.regex(lines[line - 1]?.slice(column) ?? '', /^"(driver": "|Driver": ")?dokcer"/);
  }
});

test.serial('a warning of the server has its place, is told once, and does not hold the job up', async (t) => {
  const text = `job "warned" {
  type = "batch"
  group "g" {
    task "t" {
      driver = "exec"
      vault {
        role = "x"
      }
      config {
        command = "true"
      }
    }
  }
}
`;
  const file = await agent.file('warned.nomad.hcl', text);
  for (const words of [['validate'], ['plan'], ['run', '-detach']]) {
    const outcome = await agent.orch(['job', ...words, file]);
    t.is(outcome.exitCode, words[0] === 'plan' ? 1 : 0, outcome.text);
    t.is(outcome.text.match(/vault" has no effect/g)?.length, 1, outcome.text);
    t.true(
      outcome.stderr.includes(`${file}:6:7: warning:\n    |\n  6 |       vault {\n    |       ^^^^^`),
      outcome.stderr,
    );
  }
  t.is((await agent.orch(['job', 'stop', '--purge', 'warned'])).exitCode, 0);
});

test.serial('-namespace and -region say where a job goes whose file does not, and are not ignored', async (t) => {
  const file = await agent.file('places.nomad.hcl', sound);
  for (const [flag, message] of [
    ['-namespace=team', /places\.nomad\.hcl:1:1: error: .*\n(?:.*\n)*? {2}Namespace "team" does not exist/],
    ['-region=mars', /places\.nomad\.hcl:1:1: error: .*\n(?:.*\n)*? {2}This is region "global", not "mars"/],
  ] as const) {
    const outcome = await agent.orch(['job', 'run', flag, file]);
    t.is(outcome.exitCode, 1);
    t.regex(outcome.stderr, message);
  }
});

test.serial(
  'several files are checked at once, each with its own problems; one that is not there does not stop the others',
  async (t) => {
    const good = await agent.file('good.nomad.hcl', sound);
    const bad = await agent.file('places.nomad.hcl', sound.replace('"docker"', '"dokcer"'));
    const none = join(agent.dir, 'none.hcl');
    const outcome = await agent.orch(['job', 'validate', '--format=gcc', none, good, bad]);
    t.is(outcome.exitCode, 1);
    t.deepEqual(outcome.stdout.split('\n'), [
      `${none}: error: File not readable; There is no such file.`,
      `${bad}:5:7: error: ${serverSays}; Unknown driver "dokcer". (did you mean "docker"?)`,
    ]);
    t.is((await agent.orch(['job', 'validate', good, good])).exitCode, 0);
  },
);

test.serial('without an agent a file is checked by itself, and that is said', async (t) => {
  const file = await agent.file('places.nomad.hcl', sound.replace('"docker"', '"dokcer"'));
  const away = (more: readonly string[]) =>
    runOrch(['job', 'validate', '-address', 'http://127.0.0.1:1', ...more, file]);
  const text = await away([]);
  t.is(text.exitCode, 0);
  t.is(text.stdout, 'Job validation successful');
  t.regex(text.stderr, /^Checked without an agent, so not against its drivers and rules: no answer from the agent/);
  const json = await away(['--format', 'json']);
  t.is(json.stdout, '[]');
  t.regex(json.stderr, /^Checked without an agent/);
});

test.serial('a format that does not exist is refused with those that do', async (t) => {
  const outcome = await agent.orch(['job', 'validate', '--format', 'xml', await agent.file('places.nomad.hcl', sound)]);
  t.not(outcome.exitCode, 0);
  t.regex(outcome.stderr, /--format=xml.*text, json, gcc/);
});

test.serial(
  'colours are for terminals: none in a pipe, some on a terminal, none there with NO_COLOR or -no-color',
  async (t) => {
    const file = await agent.file('places.nomad.hcl', sound.replace('"docker"', '"dokcer"'));
    const words = ['job', 'validate', '-address', agent.address, file];
    const env = { FORCE_COLOR: '', NO_COLOR: '' };
    const piped = await runOrch(words, { env });
    t.is(piped.exitCode, 1);
    t.false(piped.text.includes('\u001b'), piped.text);
    t.true((await runOrch([...words, '-force-color'], { env })).stderr.includes('\u001b[1;31merror:'));
    const onTerminal = (more: readonly string[], changes: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const command = join(import.meta.dirname, '../../../packages/cli/bin/orch.js');
        const pty = spawn(process.execPath, [command, ...words, ...more], {
          env: { ...process.env, TERM: 'xterm', ...env, ...changes },
        });
        let shown = '';
        pty.onData((data) => {
          shown += data;
        });
        pty.onExit(() => resolve(shown));
      });
    t.true((await onTerminal([], {})).includes('\u001b[1;31merror:'));
    t.false((await onTerminal([], { NO_COLOR: '1' })).includes('\u001b['));
    t.false((await onTerminal(['-no-color'], {})).includes('\u001b['));
  },
);

test.serial(
  'a file that was made on another system is read: byte order mark, Windows line ends, tabs, wide signs',
  async (t) => {
    const text =
      `\ufeff${sound.replace('"docker"', '"dokcer" # 日本').replace('      driver', '\t  driver')}`.replaceAll(
        '\n',
        '\r\n',
      );
    const outcome = await check(text);
    t.deepEqual(
      places(outcome).map((line) => line.slice(0, 4)),
      ['5:4:'],
      outcome.text,
    );
    const shown = await agent.orch(['job', 'run', join(agent.dir, 'places.nomad.hcl')]);
    t.true(
      shown.stderr.includes('\n  5 | \t  driver = "dokcer" # 日本\n    | \t  ^^^^^^^^^^^^^^^^^\n'),
      JSON.stringify(shown.stderr),
    );
    await rm(join(agent.dir, 'places.nomad.hcl'));
  },
);
