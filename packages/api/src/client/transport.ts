// One HTTP exchange with an agent, on node:http alone: a command line starts with every import it makes.

import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { type ProblemDetailsWire, problemMediaType } from '../types/problem.ts';
import { ApiError } from './api-error.ts';

// Not an import: linking node:http as a module reads all its exports, and one of them loads the platform's whole fetch and
// WebSocket code, which doubles the time a command line needs to start.
const { Agent, request: httpRequest } = process.getBuiltinModule('node:http');

export interface ClientOptions {
  /** `http://127.0.0.1:4646`, or `unix:///run/orch/operator.sock`. */
  readonly address: string;
  readonly token?: string;
  /** What a person should do when nothing answers, where that is known better than here. */
  readonly noAnswerHint?: string;
  readonly region?: string;
  /** For requests that name none. */
  readonly namespace?: string;
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** What every read may say. */
export interface ReadOptions {
  readonly namespace?: string;
  /** Wait until the answer is newer than this index. */
  readonly index?: number;
  /** How long to wait at most. @default the server's, 5 minutes */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** What every list may say beside it. */
export interface ListOptions extends ReadOptions {
  readonly prefix?: string;
  readonly perPage?: number;
  readonly nextToken?: string;
  readonly reverse?: boolean;
}

export interface WriteOptions {
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

export interface Read<T> {
  readonly value: T;
  /** For the next blocking read. */
  readonly index: number;
  /** Where the next page of a list begins. */
  readonly nextToken?: string;
}

export interface Transport {
  /** As errors name it: `127.0.0.1:4646`, or the path of a socket. */
  readonly place: string;
  read<T>(path: string, options?: ListOptions, parameters?: Parameters): Promise<Read<T>>;
  write<T>(
    method: 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    options?: WriteOptions,
    parameters?: Parameters,
  ): Promise<T>;
  /** The bytes of an answer as they come. Leaving the loop ends the request. */
  stream(path: string, parameters: Parameters, options?: WriteOptions): AsyncIterable<Uint8Array>;
  /** What a WebSocket needs. */
  webSocket(path: string, parameters: Parameters, options?: WriteOptions): WebSocketTarget;
  close(): void;
}

export interface WebSocketTarget {
  readonly url: URL;
  /** The Unix socket to connect to instead of the URL's host. */
  readonly socketPath: string | undefined;
  /** Headers that say who asks. */
  readonly headers: Readonly<Record<string, string>>;
  noAnswer(cause: NodeJS.ErrnoException): ApiError;
}

/** @throws ApiError when the address is none this client speaks */
export function transport(options: ClientOptions): Transport {
  const { base, socketPath, place } = parseAddress(options.address);
  const agent = new Agent({ keepAlive: true, maxSockets: 64, ...(socketPath === undefined ? {} : { socketPath }) });
  const identity = identityHeaders(options.token);
  const noAnswer = (cause: NodeJS.ErrnoException) => noAnswerFrom(place, cause, options.noAnswerHint);

  const urlOf = (path: string, parameters: Parameters, namespace: string | undefined): URL => {
    const url = new URL(path, base);
    const all: Parameters = { region: options.region, namespace: namespace ?? options.namespace, ...parameters };
    for (const [name, value] of Object.entries(all)) {
      if (value !== undefined && value !== false && value !== '') url.searchParams.set(name, String(value));
    }
    return url;
  };
  const send = (method: string, url: URL, body: string | undefined, signal: AbortSignal | undefined) =>
    exchange({ method, url, body, signal, agent, identity, noAnswer });

  return {
    place,
    async read(path, given = {}, parameters = {}) {
      const url = urlOf(path, { ...listParameters(given), ...parameters }, given.namespace);
      const response = await send('GET', url, undefined, given.signal);
      const text = await textOf(response);
      const nextToken = header(response, 'x-nomad-nexttoken');
      return {
        value: parseJson(response, text),
        index: Number(header(response, 'x-nomad-index') ?? 0),
        ...(nextToken === undefined ? {} : { nextToken }),
      };
    },
    async write(method, path, body, given = {}, parameters = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const response = await send(method, urlOf(path, parameters, given.namespace), text, given.signal);
      return parseJson(response, await textOf(response));
    },
    async *stream(path, parameters, given = {}) {
      const response = await send('GET', urlOf(path, parameters, given.namespace), undefined, given.signal);
      try {
        yield* response as AsyncIterable<Uint8Array>;
      } catch (cause) {
        if (given.signal?.aborted) return;
        throw new ApiError(0, `the stream from ${place} was cut off`, { cause });
      } finally {
        response.destroy();
      }
    },
    webSocket(path, parameters, given = {}) {
      const url = urlOf(path, parameters, given.namespace);
      url.protocol = 'ws:';
      return { url, socketPath, headers: identity, noAnswer };
    },
    close: () => agent.destroy(),
  };
}

interface Address {
  /** What paths are put behind. */
  readonly base: URL;
  readonly socketPath?: string;
  readonly place: string;
}

const socketScheme = 'unix://';

function parseAddress(text: string): Address {
  if (text.startsWith(socketScheme)) {
    const socketPath = text.slice(socketScheme.length);
    if (!socketPath.startsWith('/')) {
      throw new ApiError(0, `"${text}" is no address`, { hint: 'a socket is named unix:///run/orch/api.sock' });
    }
    return { base: new URL('http://localhost'), socketPath, place: socketPath };
  }
  if (text.startsWith('/') || text.startsWith('unix:')) {
    const path = text.replace(/^unix:/, '');
    throw new ApiError(0, `"${text}" is no address`, { hint: `a socket is named ${socketScheme}${path}` });
  }
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) {
    throw new ApiError(0, `"${text}" is no address`, {
      hint: 'an address looks like http://127.0.0.1:4646 or unix:///run/orch/api.sock',
    });
  }
  const base = new URL(withScheme);
  if (base.protocol !== 'http:') {
    throw new ApiError(0, `addresses with ${base.protocol}// are not supported yet`, {
      hint: 'use http:// on loopback, or unix://',
    });
  }
  return { base, place: base.host };
}

/** As the field's clients say who they are. */
function identityHeaders(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined || token === '' ? {} : { 'X-Nomad-Token': token };
}

function listParameters(options: ListOptions): Parameters {
  return {
    index: options.index,
    wait: options.waitMs === undefined ? undefined : `${Math.round(options.waitMs)}ms`,
    prefix: options.prefix,
    per_page: options.perPage,
    next_token: options.nextToken,
    reverse: options.reverse,
  };
}

interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly agent: HttpAgent;
  readonly identity: Readonly<Record<string, string>>;
  noAnswer(cause: NodeJS.ErrnoException): ApiError;
}

/** The answer's head, its body still to be read. @throws ApiError for no answer and for every status but 200 */
async function exchange(given: Exchange): Promise<IncomingMessage> {
  const { method, url, body, signal, agent, identity, noAnswer } = given;
  const headers: Record<string, string> = { ...identity, Accept: `application/json, ${problemMediaType}, */*` };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    headers['Content-Length'] = String(Buffer.byteLength(body));
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent, ...(signal === undefined ? {} : { signal }) }, resolve);
    request.once('error', (cause: NodeJS.ErrnoException) => reject(noAnswer(cause)));
    request.end(body);
  });
  if (response.statusCode === 200) return response;
  throw await refusalOf(response);
}

/** What an answer that is a refusal says. */
export async function refusalOf(response: IncomingMessage): Promise<ApiError> {
  const text = (await textOf(response)).trim();
  const status = response.statusCode ?? 0;
  if (header(response, 'content-type')?.startsWith(problemMediaType) !== true)
    return new ApiError(status, text === '' ? `status ${status}` : text);
  const { detail, code, problems } = parseJson<ProblemDetailsWire>(response, text);
  return new ApiError(status, detail, {
    ...(code === undefined ? {} : { code }),
    ...(problems === undefined ? {} : { problems }),
  });
}

function noAnswerFrom(place: string, cause: NodeJS.ErrnoException, known: string | undefined): ApiError {
  if (cause.name === 'AbortError') return new ApiError(0, 'the request was aborted', { cause });
  const hint = known ?? noAnswerHints[cause.code ?? ''] ?? 'check --address, ORCH_ADDR or NOMAD_ADDR';
  return new ApiError(0, `no answer from the agent at ${place} (${cause.code ?? cause.message})`, { hint, cause });
}

const startOne = 'is the agent running? `orch agent --dev` starts one; --address or ORCH_ADDR names another';
const noAnswerHints: Readonly<Record<string, string>> = {
  ECONNREFUSED: startOne,
  ENOENT: startOne,
  EACCES:
    "you may not open this socket: the operator's is for root, the other one for members of its group (ls -l shows it; usermod -aG GROUP NAME, and log in again)",
  ECONNRESET: "the agent closed the connection: too many may be open; the operator's socket has room of its own",
};

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (cause) {
    throw new ApiError(0, 'the answer was cut off', { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The body is trusted to be what the path promises. */
function parseJson<T>(response: IncomingMessage, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new ApiError(response.statusCode ?? 0, 'the answer is not JSON', {
      hint: 'is the address that of an orch agent?',
      cause,
    });
  }
}

/** A name as one part of a path: job ids may contain slashes. */
export function part(name: string): string {
  return encodeURIComponent(name);
}
