// GET over HTTP with the platform's plain client: redirects, time limits, encodings; a body that is cut short is an error.

import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OrchError } from '../../lib/errors.ts';

export interface HttpAnswer {
  readonly status: number;
  /** The body, decoded. Leaving the loop, or its error, frees the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the connection without reading. */
  discard(): void;
}

/**
 * Asks for a URL and follows redirects. Rejects when nobody answers, when an answer makes no sense, and when `signal` is
 * aborted, which ends the body as well.
 * @throws OrchError `http-redirect`, `http-timeout`; errors of the platform
 */
export type HttpGet = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<HttpAnswer>;

export interface HttpLimits {
  readonly maxRedirects: number;
  /** Until the connection stands, its name looked up and its keys agreed. */
  readonly connectMs: number;
  /** Without a byte. */
  readonly idleMs: number;
}

export const defaultHttpLimits: HttpLimits = { maxRedirects: 20, connectMs: 10_000, idleMs: 300_000 };

const redirects = new Set([301, 302, 303, 307, 308]);
/** What may be told to another host than the one the headers were written for. */
const forAnyHost = /^(?:accept|accept-encoding|accept-language|user-agent)$/i;
const ownHeaders = { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': 'orch' };
/** An answer that names more is no answer to an artifact. */
const maxEncodings = 5;

export function httpGet(limits: HttpLimits = defaultHttpLimits): HttpGet {
  return async (given, { headers, signal }) => {
    const asked = checkedUrl(given);
    let url = asked;
    for (let step = 0; step <= limits.maxRedirects; step += 1) {
      // Each step has a connection of its own, which ends with it.
      const answer = await ask(url, url.origin === asked.origin ? headers : harmless(headers), limits, signal);
      const { location } = answer.message.headers;
      const { message } = answer;
      if (location === undefined || !redirects.has(message.statusCode ?? 0)) return answerOf(answer, signal);
      message.destroy();
      url = checkedUrl(location, url);
    }
    throw new OrchError('http-redirect', `the server redirects more than ${limits.maxRedirects} times`);
  };
}

function checkedUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null) throw new OrchError('http-redirect', 'the server redirects to what is no URL');
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new OrchError('http-redirect', `the server redirects to ${url.protocol}, which is not followed`);
}

function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => forAnyHost.test(name)));
}

/** Names in the job win over our own, however they are written. */
function withDefaults(headers: Readonly<Record<string, string>>): Record<string, string> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(ownHeaders).filter(([name]) => !given.has(name))), ...headers };
}

/** An answer whose body is still to come, and what ends its connection before its time. */
interface Answer {
  readonly message: IncomingMessage;
  failure(): Error | undefined;
}

function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = { method: 'GET', headers: withDefaults(headers), agent: false as const, signal };
    let failure: Error | undefined;
    const sent = request(url, options, (message) => {
      // The body is read by whoever asked; an error before that must find somebody.
      message.on('error', () => {});
      resolve({ message, failure: () => failure });
    });
    sent.on('error', (error) => {
      failure ??= error;
      reject(error);
    });
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new OrchError('http-protocol', 'the server wants to speak another protocol'));
    });
    limitTimes(sent, url, limits);
    sent.end();
  });
}

function limitTimes(sent: ClientRequest, url: URL, { connectMs, idleMs }: HttpLimits): void {
  const late = (what: string, ms: number) =>
    sent.destroy(new OrchError('http-timeout', `${what} within ${ms / 1000} s`));
  const connecting = setTimeout(() => late('the server does not take a connection', connectMs), connectMs);
  const done = () => clearTimeout(connecting);
  sent.on('socket', (socket) => socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', done));
  sent.on('close', done);
  sent.setTimeout(idleMs, () => late('the server sends nothing', idleMs));
}

function answerOf({ message, failure }: Answer, signal: AbortSignal): HttpAnswer {
  return {
    status: message.statusCode ?? 0,
    body: wholeBody(decoded(message), failure, signal),
    discard: () => message.destroy(),
  };
}

/**
 * The platform takes a body whose length nobody said as complete when its connection ends, also when it broke, was
 * aborted or came too late.
 */
async function* wholeBody(body: Readable, failure: Answer['failure'], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failure() ?? error;
  }
  signal.throwIfAborted();
  const broken = failure();
  if (broken !== undefined) throw broken;
}

function decoded(message: IncomingMessage): Readable {
  const named = (message.headers['content-encoding'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const encodings = named.filter((name) => name !== '' && name !== 'identity').reverse();
  if (encodings.length > maxEncodings) {
    return message.destroy(new OrchError('http-encoding', `the body is encoded ${encodings.length} times`));
  }
  const decoders = encodings.map(decoderOf);
  // What is encoded in an unknown way is given as it is.
  if (decoders.length === 0 || decoders.includes(undefined)) return message;
  // An error of any part ends all of them, and is the last one's.
  return pipeline([message, ...(decoders as Transform[])], () => {}) as unknown as Readable;
}

function decoderOf(encoding: string): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
