// Job files in JSON.

import test from 'ava';
import { formatPlace, parseJob } from './index.ts';

const parse = (value: unknown) =>
  parseJob(typeof value === 'string' ? value : JSON.stringify(value, null, 2), { fileName: 'x.json' });

test("the API's JSON form becomes a job", (t) => {
  const { job, diagnostics } = parse({
    Job: {
      ID: 'a',
      Type: 'batch',
      TaskGroups: [
        { Name: 'g', Tasks: [{ Name: 't', Driver: 'exec', KillTimeout: 2_000_000_000, Config: { command: 'x' } }] },
      ],
    },
  });
  t.deepEqual(diagnostics, []);
  t.is(job?.taskGroups[0]?.tasks[0]?.killTimeoutMs, 2000);
  t.is(job?.type, 'batch');
});

test("HCL's JSON form becomes the same job as native syntax", (t) => {
  const json = parse({
    variable: { v: { default: 'x' } },
    locals: { l: '${upper(var.v)}' },
    job: {
      a: {
        datacenters: ['dc1'],
        group: {
          g: {
            count: 2,
            network: [{ mode: 'bridge', port: { http: { to: 80 } } }],
            task: {
              t: {
                driver: 'docker',
                config: [{ image: '${local.l}"\\:1', args: ['$${a}', '${NOMAD_PORT_http}'] }],
                env: { A: 'b' },
              },
            },
          },
        },
      },
    },
  });
  const native = parseJob(
    `variable "v" { default = "x" }
locals { l = upper(var.v) }
job "a" {
  datacenters = ["dc1"]
  group "g" {
    count = 2
    network {
      mode = "bridge"
      port "http" { to = 80 }
    }
    task "t" {
      driver = "docker"
      config {
        image = "\${local.l}\\"\\\\:1"
        args  = ["$\${a}", "\${NOMAD_PORT_http}"]
      }
      env { A = "b" }
    }
  }
}`,
    { fileName: 'x.hcl' },
  );
  t.deepEqual(json.diagnostics, []);
  t.deepEqual(native.diagnostics, []);
  const task = json.job?.taskGroups[0]?.tasks[0];
  t.deepEqual({ ...task, config: undefined }, { ...native.job?.taskGroups[0]?.tasks[0], config: undefined } as never);
  t.deepEqual(task?.config, { image: 'X"\\:1', args: ['${a}', '${NOMAD_PORT_http}'] });
});

test('a mistake in a JSON file is reported at its place', (t) => {
  const places = (text: string) =>
    parse(text).diagnostics.map((diagnostic) => [formatPlace(diagnostic), diagnostic.detail]);
  t.deepEqual(places('{\n  "Job": {,}\n}'), [['x.json:2:11', 'Found ",", expected a quoted name.']]);
  t.deepEqual(places('{"ID": "a",\n "Tpye": "batch"}')[0], ['x.json:2:2', 'A job has no field "Tpye".']);
  t.deepEqual(places('{"ID": "a", "TaskGroups": [{"Name": "g",\n"Tasks": [{"Name": "t",\n"Driver": 5}]}]}')[0], [
    'x.json:3:11',
    'Expected a string, found a number.',
  ]);
  t.regex(places('{"job": {"a": {"grup": {}}}}')[0]?.[1] ?? '', /no attribute "grup"/);
});
