import test from 'ava';
import type { Engine } from '../engine/engine.ts';
import type { BindsSeen } from '../files/binds-seen.ts';
import { ImagePlaces } from './image-places.ts';
import { placesOf } from './places.ts';

const FIFO = 1 << 25;
const DEVICE = 1 << 26;

interface File {
  readonly mode?: number;
  readonly linkTarget?: string;
}

const notThere = () => Object.assign(new Error('no such container'), { statusCode: 404 });

/** An engine with one image; `isGone` takes away what is looked at before the look is over. */
function rig(files: Readonly<Record<string, File>>) {
  const state = { looks: 0, removed: 0, isGone: false };
  const container = {
    id: 'look',
    async infoArchive({ path }: { path: string }) {
      const file = files[path];
      if (file === undefined || state.isGone) throw notThere();
      const header = Buffer.from(JSON.stringify({ mode: 0, linkTarget: '', ...file })).toString('base64');
      return { headers: { 'x-docker-container-path-stat': header }, resume() {} };
    },
    async inspect() {
      if (state.isGone) throw notThere();
    },
    async remove() {
      state.removed += 1;
    },
  };
  const client = {
    getContainer: () => container,
    async createContainer() {
      state.looks += 1;
      return container;
    },
  };
  const seen = { isKnown: true, forget() {}, begin: async () => ({ mounts: [], async check() {}, async end() {} }) };
  const engine = { client: async () => client } as unknown as Engine;
  return { state, places: new ImagePlaces(engine, 'owner', seen as unknown as BindsSeen) };
}

const bindAt = (target: string) => placesOf([{ Type: 'bind', Source: 's', Target: target }], [], []);

test('users of an image that are a FIFO or a device are refused, behind links, too', async (t) => {
  for (const files of [
    { '/etc/passwd': { mode: FIFO } },
    { '/etc/group': { mode: DEVICE } },
    { '/etc/passwd': { linkTarget: '/run/x' }, '/run/x': { mode: FIFO } },
  ] as Record<string, File>[])
    await t.throwsAsync(rig(files).places.check('image', []), { message: /of the image is no file/ });
  await t.notThrowsAsync(rig({ '/etc/passwd': { mode: 0o644 } }).places.check('image', []));
});

test('links of the image are followed to the place of a mount', async (t) => {
  const { places } = rig({ '/a': { linkTarget: '/b' }, '/b/c': { linkTarget: '/dev' } });
  await t.throwsAsync(places.check('image', bindAt('/a/c/null')), { message: /does not allow a mount/ });
});

test('an image is looked at once for each new path, also by starts at the same time, and again with a new engine', async (t) => {
  const { places, state } = rig({});
  await Promise.all([places.check('image', bindAt('/a/b')), places.check('image', bindAt('/a/b'))]);
  t.is(state.looks, 1);
  await places.check('image', bindAt('/a/c'));
  await places.check('other', []);
  t.is(state.looks, 3);
  places.forget();
  await places.check('image', bindAt('/a/b'));
  t.is(state.looks, 4);
  t.is(state.removed, 4);
});

test('what was looked at and went meanwhile says nothing of the image', async (t) => {
  const { places, state } = rig({ '/a': { linkTarget: '/dev' } });
  state.isGone = true;
  await t.throwsAsync(places.check('image', bindAt('/a')), { message: /no such container/ });
  state.isGone = false;
  await t.throwsAsync(places.check('image', bindAt('/a')), { message: /does not allow a mount/ });
});
