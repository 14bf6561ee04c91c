import test from 'ava';
import { parseJob } from '../index.ts';

const TEXT = `job "j" {
  group "a.b" {
    task "c]d" {
      driver = "docker"
      env {
        HOME = "/"
      }
      config {
        image  = "x"
        args   = ["-a", "-b"]
        labels = { one = "1", "t.wo" = "2", "[\\"x\\"]" = "3" }
        mount { type = "bind" }
        mount { type = "tmpfs" }
        ports = [{ a = [1, 2] }, { b = 2 }]
      }
    }
  }
}
`;

const { sourceMap } = parseJob(TEXT, { fileName: 'j.hcl' });
const TASK = 'group["a.b"].task["c]d"]';
/** What stands at the place of a path. */
const at = (path: string) => {
  const range = sourceMap.locate(path);
  return range === undefined ? undefined : TEXT.slice(range.start.offset, range.end.offset);
};

const ROWS: readonly (readonly [path: string, text: string])[] = [
  ['', 'job "j"'],
  ['group["a.b"]', 'group "a.b"'],
  [`${TASK}.driver`, 'driver = "docker"'],
  [`${TASK}.env.HOME`, 'HOME = "/"'],
  [`${TASK}.env["HOME"]`, 'HOME = "/"'],
  [`${TASK}.config.args[1]`, '"-b"'],
  [`${TASK}.config.labels.one`, 'one = "1"'],
  [`${TASK}.config.labels.t.wo`, '"t.wo" = "2"'],
  [`${TASK}.config.labels["t.wo"]`, '"t.wo" = "2"'],
  [`${TASK}.config.labels["["x"]"]`, '"[\\"x\\"]" = "3"'],
  [`${TASK}.config.mount`, 'mount'],
  [`${TASK}.config.mount[0].type`, 'type = "bind"'],
  [`${TASK}.config.mount.type`, 'type = "bind"'],
  [`${TASK}.config.mount[1].type`, 'type = "tmpfs"'],
  [`${TASK}.config.ports.a[1]`, '2'],
  [`${TASK}.config.ports[1].b`, 'b = 2'],
];

for (const [path, text] of ROWS) {
  test(`the place of ${path === '' ? 'the job' : path} is that of ${text}`, (t) => {
    t.true(sourceMap.has(path));
    t.is(at(path), text);
  });
}

test('what is not written has the place of the block around it', (t) => {
  t.false(sourceMap.has(`${TASK}.config.labels.three`));
  t.is(at(`${TASK}.config.labels.three`), at(`${TASK}.config.labels`));
  t.is(at(`${TASK}.config.args[2]`), at(`${TASK}.config.args`));
  t.is(at(`${TASK}.kill_timeout`), 'task "c]d"');
});

test('of many fields each has its place', (t) => {
  const names = Array.from({ length: 2_000 }, (_, index) => `N${index}`);
  const text = `job "j" {\n  meta {\n${names.map((name) => `    ${name} = "v${name}"\n`).join('')}  }\n}\n`;
  const many = parseJob(text, { fileName: 'j.hcl' }).sourceMap;
  t.deepEqual(
    names.filter((name) => many.locate(`meta["${name}"]`)?.start.line !== 3 + names.indexOf(name)),
    [],
  );
});
