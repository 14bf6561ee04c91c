// A task's config against what its driver declares.

import type { ConfigSchema } from '@orch/driver-api';
import test from 'ava';
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
