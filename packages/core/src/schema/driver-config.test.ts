// A task's config against what its driver declares.

import type { ConfigSchema } from '@orch/driver-api';
import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import type { Json } from '../model/task.ts';
import { validateDriverConfig } from './driver-config.ts';

const SCHEMA: ConfigSchema = {
  fields: {
    image: { type: 'string', required: true, doc: 'The image.' },
    args: { type: { kind: 'list', of: 'string' }, doc: 'Arguments.' },
    labels: { type: { kind: 'map', of: 'string' }, doc: 'Labels.' },
    privileged: { type: 'bool', doc: 'All rights.' },
    pids: { type: 'number', min: 1, max: 100, doc: 'Processes.' },
    pull: { type: 'duration', doc: 'Time.' },
    mode: { type: 'string', values: ['fast', 'slow'], doc: 'Mode.' },
    old: { type: 'string', doc: 'Old.', noEffect: 'it is gone' },
    jar: { type: 'string', doc: 'Jar.' },
    class: { type: 'string', doc: 'Class.' },
    mount: {
      type: {
        kind: 'block',
        many: true,
        schema: { fields: { source: { type: 'string', required: true, doc: 'From.' } } },
      },
      doc: 'Mounts.',
    },
  },
};
const check = (config: Parameters<typeof validateDriverConfig>[0], schema = SCHEMA) =>
  validateDriverConfig(config, schema, 'c');

test('a sound config is brought to the shape the driver declares', (t) => {
  const { config, errors, warnings } = check({
    image: 'x',
    args: ['a', 1],
    labels: [{ a: 'b' }],
    pids: '5',
    privileged: 'true',
    mount: { source: '/a' },
    pull: '5m',
    mode: '${meta.mode}',
    old: 'y',
  });
  t.deepEqual(errors, []);
  t.deepEqual(warnings, [{ path: 'c.old', message: '"old" has no effect here: it is gone' }]);
  t.deepEqual(config, {
    image: 'x',
    args: ['a', '1'],
    labels: { a: 'b' },
    pids: 5,
    privileged: true,
    mount: [{ source: '/a' }],
    pull: '5m',
    mode: '${meta.mode}',
    old: 'y',
  });
});

test('every mistake of a config is named at its path', (t) => {
  const { errors } = check({
    imgae: 'x',
    args: 'a',
    pids: 1000,
    privileged: 'perhaps',
    pull: 'soon',
    mode: 'fst',
    mount: [{ source: '/a' }, { sorce: '/b' }],
  });
  t.deepEqual(
    errors.map(({ path, hint }) => [path, hint]),
    [
      ['c.imgae', 'did you mean "image"?'],
      ['c.args', 'put it in brackets: […]'],
      ['c.pids', 'at most 100'],
      ['c.privileged', undefined],
      ['c.pull', 'write it like "30s" or "5m"'],
      ['c.mode', 'did you mean "fast"?'],
      ['c.mount[1].sorce', 'did you mean "source"?'],
    ],
  );
});

test('what is required is missed, but not where it stands under a misspelt name', (t) => {
  const paths = (config: Parameters<typeof validateDriverConfig>[0]) => check(config).errors.map(({ path }) => path);
  t.deepEqual(paths({ mount: [{}] }), ['c.mount.source', 'c.image']);
  t.deepEqual(paths({ imgae: 'x' }), ['c.imgae']);
  t.deepEqual(paths({ nonsense: 'x' }), ['c.nonsense', 'c.image']);
});

test('exactly one of a group of options must be given', (t) => {
  const schema = { ...SCHEMA, exactlyOneOf: [['jar', 'class']] };
  t.is(check({ image: 'x' }, schema).errors[0]?.message, 'one of "jar", "class" is required');
  t.is(check({ image: 'x', jar: 'a', class: 'b' }, schema).errors[0]?.path, 'c.class');
  t.deepEqual(check({ image: 'x', jar: 'a' }, schema).errors, []);
});

const NESTED: ConfigSchema = {
  fields: {
    args: { type: { kind: 'list', of: 'number' }, doc: 'Numbers.' },
    labels: { type: { kind: 'map', of: 'bool' }, doc: 'Flags.' },
    logging: {
      type: { kind: 'block', many: false, schema: { fields: { type: { type: 'string', values: ['a'], doc: 'A.' } } } },
      doc: 'Once.',
    },
    mount: {
      type: {
        kind: 'block',
        many: true,
        schema: {
          fields: {
            source: { type: 'string', doc: 'From.' },
            options: {
              type: { kind: 'block', many: true, schema: { fields: { size: { type: 'number', max: 9, doc: 'S.' } } } },
              doc: 'O.',
            },
          },
        },
      },
      doc: 'Mounts.',
    },
  },
};

test('every mistake of a config, however deep, has the path of its place in the job file', (t) => {
  // Each wrong line ends with a mark.
  const text = `job "j" {
  group "g" {
    task "t" {
      driver = "x"
      config {
        args = [
          1,
          "two", #!
        ]
        labels {
          a = "perhaps" #!
        }
        labels {
          b = "never" #!
        }
        logging {
          type = "b" #!
        }
        logging { #!
          type = "a"
        }
        mount {
          sorce = "x" #!
        }
        mount {
          source = ["y"] #!
          options {
            size = 1
          }
          options {
            size = 10 #!
            sise = 1 #!
          }
        }
      }
    }
  }
}`;
  const { job, sourceMap } = parseJob(text, { fileName: 'x' });
  const config = (job?.taskGroups[0]?.tasks[0]?.config ?? {}) as Readonly<Record<string, Json>>;
  const { errors } = validateDriverConfig(config, NESTED, 'group["g"].task["t"].config');
  const found = errors.map(({ path }) => [sourceMap.has(path), sourceMap.locate(path)?.start.line]);
  const marked = text.split('\n').flatMap((line, index) => (line.includes('#!') ? [[true, index + 1]] : []));
  t.deepEqual(
    found.toSorted((left, right) => Number(left[1]) - Number(right[1])),
    marked,
  );
});
