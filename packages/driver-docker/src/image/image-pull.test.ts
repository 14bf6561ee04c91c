import { DriverError } from '@orch/driver-api';
import test from 'ava';
import type Docker from 'dockerode';
import { ImagePulls } from './image-pull.ts';

const auth = { username: 'user', password: 'pa"ss/hunter2', serveraddress: 'registry.test' };
const basic = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');

/** An error with all that caused it, as people may be shown it. */
function chain(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${chain(error.cause)}` : '';
}

/** What a task is told of a pull that an engine refuses with a text. */
async function refusal(text: string) {
  const client = {
    async pull() {
      throw Object.assign(new Error(`(HTTP code 500) server error - ${text}`), {
        statusCode: 500,
        json: { message: text },
      });
    },
  };
  const pulls = new ImagePulls(async () => client as unknown as Docker);
  const told: string[] = [];
  const request = { image: 'registry.test/a:1', auth, timeoutMs: 5_000, signal: undefined };
  try {
    await pulls.pull({ ...request, onProgress: (message) => told.push(message) });
  } catch (error) {
    if (error instanceof DriverError) return { error, text: [chain(error), ...told].join('\n') };
    throw error;
  }
  throw new Error('it was not refused');
}

test('a registry that answers with the credentials it was sent has them nowhere shown', async (t) => {
  for (const echoed of [
    basic,
    basic.replace(/=+$/, ''),
    auth.password,
    encodeURIComponent(auth.password),
    'pa\\"ss/hunter2',
  ]) {
    const { text } = await refusal(`unexpected status: Authorization: Basic ${echoed} is unknown`);
    t.false(text.includes(echoed), text);
    t.false(text.includes('hunter2'), text);
    t.regex(text, /Authorization: Basic <credentials> is unknown/);
  }
});

test('what a pull fails with keeps its code and its own words where no credentials stand', async (t) => {
  const { error, text } = await refusal('unauthorized: authentication required');
  t.is(error.code, 'denied');
  t.regex(text, /unauthorized: authentication required/);
  const echoing = await refusal(`unauthorized: ${basic}`);
  t.is(echoing.error.code, 'denied');
});
