import { type ApiClient, ApiError, type ProblemWire } from '@orch/api';
import { parseJob } from '@orch/core/jobspec';
import { encodeJobJson, validateJob } from '@orch/core/schema';
import test from 'ava';
import type { JobFile } from './job-file.ts';
import { checkJobFile, placedFailure, placeProblems, refusedJob } from './submit.ts';

const text = `job "web" {
  group "front" {
    network {
      port "http" { to = 80 }
    }

    task "server" {
      driver = "docker"

      config {
        image  = "nginx"
        labels = {
          team = "a"
        }
        mount {
          type   = "bind"
          source = "/a"
        }
        mount {
          type   = "bind"
          source = "/b"
        }
        devices = [
          { host_path = "/dev/null" },
          { host_path = "/dev/zero" },
        ]
      }

      resources {
        memory = 64
      }
    }
  }
}
`;
const file = parseJob(text, { fileName: 'web.nomad.hcl' });
const task = 'group["front"].task["server"]';
const problem = (path: string, severity: ProblemWire['Severity'] = 'error'): ProblemWire => ({
  Severity: severity,
  Path: path,
  Message: 'it is wrong',
});
const placeOf = (path: string) => {
  const [placed] = placeProblems(file, [problem(path)]);
  const { line, column } = placed?.range?.start ?? { line: 0, column: 0 };
  return `${line}:${column}`;
};

test('a field the server names has its place in the file; what is not written has that of the nearest block', (t) => {
  for (const [path, place] of [
    [`${task}.driver`, '8:7'],
    [`${task}.resources.memory`, '30:9'],
    [`${task}.resources.cpu`, '29:7'],
    [`${task}.config.image`, '11:9'],
    [`${task}.config.command`, '10:7'],
    [`${task}.config.labels`, '12:9'],
    [`${task}.config.labels.team`, '13:11'],
    [`${task}.config.mount.source`, '17:11'],
    [`${task}.config.mount[1]`, '19:9'],
    [`${task}.config.mount[1].source`, '21:11'],
    [`${task}.config.devices[1]`, '25:11'],
    [`${task}.config.devices.host_path`, '24:13'],
    [`${task}.config.devices[1].host_path`, '25:13'],
    [`${task}.kill_timeout`, '7:5'],
    ['group["front"].network[0].port["http"].to', '4:21'],
    ['priority', '1:1'],
    ['', '1:1'],
  ] as const)
    t.is(placeOf(path), place, path);
});

test('problems are in the order of the file, errors before warnings', (t) => {
  const paths = [`${task}.resources.memory`, 'priority', `${task}.driver`];
  const placed = placeProblems(file, [
    problem(`${task}.config.image`, 'warning'),
    ...paths.map((path) => problem(path)),
  ]);
  t.deepEqual(
    placed.map(({ severity, range }) => [severity, range?.start.line]),
    [
      ['error', 1],
      ['error', 8],
      ['error', 30],
      ['warning', 11],
    ],
  );
});

test('a warning that reading the file gave already is not said twice; another one of the same field is', (t) => {
  const read = parseJob(text.replace('"docker"', '"docker"\n      vault {\n        role = "x"\n      }'), {
    fileName: 'web.nomad.hcl',
  });
  const [own] = read.warnings;
  t.truthy(own);
  const message = own?.detail.replace(/\.$/, '') ?? '';
  const again: ProblemWire = {
    Severity: 'warning',
    Path: own?.path ?? '',
    Message: message.charAt(0).toLowerCase() + message.slice(1),
  };
  t.deepEqual(placeProblems(read, [again]), []);
  t.is(placeProblems(read, [{ ...again, Message: 'something else' }]).length, 1);
  t.is(placeProblems(read, [{ ...again, Severity: 'error' }]).length, 1);
});

test('what is written once and meant for several blocks is said once', (t) => {
  const two = parseJob(
    'job "x" {\n  update {\n    max_parallel = 2\n  }\n  group "a" {\n  }\n  group "b" {\n  }\n}\n',
    { fileName: 'x.hcl' },
  );
  const placed = placeProblems(
    two,
    ['a', 'b'].map((group) => problem(`group["${group}"].update.max_parallel`)),
  );
  t.deepEqual(
    placed.map(({ range }) => range?.start.line),
    [3],
  );
});

test('places hold for JSON in the API’s form and in HCL’s form', (t) => {
  const api = JSON.stringify({ Job: encodeJobJson(file.job as NonNullable<typeof file.job>) }, null, 2);
  const hcl = `{
  "job": {
    "web": {
      "group": {
        "front": {
          "task": {
            "server": {
              "driver": "docker",
              "config": {
                "image": "nginx",
                "mount": [
                  { "source": "/a" },
                  { "source": "/b" }
                ]
              },
              "resources": { "memory": 64 }
            }
          }
        }
      }
    }
  }
}
`;
  for (const [json, path, word] of [
    [api, `${task}.driver`, '"docker"'],
    [api, `${task}.config.mount[1].source`, '"/b"'],
    [api, `${task}.config.mount.source`, '"/a"'],
    [api, `${task}.config.devices[1].host_path`, '"/dev/zero"'],
    [api, `${task}.config.labels.team`, '"team"'],
    [hcl, `${task}.driver`, '"docker"'],
    [hcl, `${task}.config.mount[1].source`, '"/b"'],
    [hcl, `${task}.config.mount.source`, '"/a"'],
    [hcl, `${task}.resources.memory`, '64'],
  ] as const) {
    const read = parseJob(json, { fileName: 'web.json' });
    t.deepEqual(read.diagnostics, []);
    const { start, end } = read.sourceMap.locate(path) ?? { start: { line: 0, offset: 0 }, end: { offset: 0 } };
    t.true(json.slice(start.offset, end.offset).includes(word), path);
    t.is(start.line, json.slice(0, json.indexOf(word)).split('\n').length, path);
  }
});

test('a refusal that is about the job is placed, any other one is not', (t) => {
  const about = new ApiError(400, 'one error', { problems: [problem(`${task}.driver`)] });
  t.is(refusedJob(file, about)?.[0]?.range?.start.line, 8);
  t.is(refusedJob(file, new ApiError(409, 'Enforcing job modify index 5: job does not exist')), undefined);
  t.is(refusedJob(file, new Error('else')), undefined);
});

test('a server that says no problems as data is heard all the same', async (t) => {
  const answers = {
    DriverConfigValidated: true,
    ValidationErrors: ['a', 'b'],
    Error: '2 errors occurred:\n\t* a\n\t* b\n',
    Warnings: 'old',
  };
  const api = { jobs: { validate: async () => answers } } as unknown as ApiClient;
  const whole = { ...file, fileName: 'web.nomad.hcl' } as unknown as JobFile;
  t.deepEqual(await checkJobFile(api, whole), [
    {
      severity: 'error',
      summary: 'Said by the server',
      detail: '2 errors occurred:\n\t* a\n\t* b',
      fileName: 'web.nomad.hcl',
    },
    { severity: 'warning', summary: 'Said by the server', detail: 'old', fileName: 'web.nomad.hcl' },
  ]);
  const refusal = new ApiError(500, '1 error occurred');
  t.is(placedFailure(whole, refusal, {}), refusal, 'what has no places is shown as it is');
});

test('every rule the schema can break has a place in a file of its own', (t) => {
  // The paths of the schema's rules and those of the source map are written by different code: they must be the same.
  const broken = parseJob(text, { fileName: 'x' }).job;
  const wrong = {
    ...broken,
    priority: 1000,
    taskGroups: (broken?.taskGroups ?? []).map((group) => ({ ...group, count: -1 })),
  };
  const problems = validateJob(wrong as NonNullable<typeof broken>);
  t.true(problems.length >= 2);
  for (const { path } of problems) t.truthy(file.sourceMap.locate(path), path);
});
