// The text of a job file: from standard input, a file or a URL. Every way has its limit.

import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Range } from '@orch/core/jobspec';
import { hexByte, wrongUtf8At } from '@orch/core/lib/utf8';
import { CommandFailure } from './orch-command.ts';

/** As much as the job language reads; what is larger is not even read whole. */
export const maxJobFileBytes = 4 * 1024 * 1024;

export interface FetchLimits {
  /** For the whole download, redirects included. */
  readonly timeoutMs: number;
  readonly redirects: number;
  readonly bytes: number;
}

const fetchLimits: FetchLimits = { timeoutMs: 30_000, redirects: 5, bytes: maxJobFileBytes };

export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

/** A file that cannot be read as text: why, and where, when the reason is in the text. */
export class UnreadableFile extends CommandFailure {
  readonly fileName: string;
  /** The reason alone, without the file's name where that is known. */
  readonly reason: string;
  readonly range: Range | undefined;

  constructor(fileName: string, reason: string, range?: Range) {
    const place = range === undefined ? '' : `:${range.start.line}:${range.start.column}`;
    super(`Error: ${fileName}${place} cannot be read: ${reason}`);
    this.fileName = fileName;
    this.reason = reason;
    this.range = range;
  }
}

/** How the file is called in messages. */
export function displayName(path: string): string {
  return path === '-' ? '<stdin>' : path;
}

/** @throws UnreadableFile */
export async function readJobText(path: string): Promise<string> {
  if (path === '-') return collect(process.stdin, displayName(path), maxJobFileBytes);
  return isUrl(path) ? fetchText(path) : readFileText(path);
}

/** @throws UnreadableFile */
export async function readFileText(path: string): Promise<string> {
  try {
    return await collect(createReadStream(path), path, maxJobFileBytes);
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UnreadableFile(path, 'there is no such file');
    if (code === 'EISDIR') throw new UnreadableFile(path, 'it is a directory');
    if (code === 'EACCES') throw new UnreadableFile(path, 'this user may not');
    throw new UnreadableFile(path, (error as Error).message);
  }
}

/**
 * Downloads a job file over http or https. Redirects are followed within the limit, never from https to http.
 * @throws UnreadableFile
 */
export async function fetchText(address: string, limits: FetchLimits = fetchLimits): Promise<string> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const fail = (reason: string) => new UnreadableFile(address, reason);
  let url = parseUrl(address, fail);
  try {
    for (let hops = 0; ; hops += 1) {
      const response = await get(url, signal);
      const { statusCode = 0 } = response;
      const { location } = response.headers;
      if (statusCode >= 300 && statusCode < 400 && location !== undefined) {
        response.destroy();
        if (hops === limits.redirects) throw fail(`more than ${limits.redirects} redirects`);
        if (!URL.canParse(location, url.href)) throw fail(`it redirects to "${location}", which is no address`);
        const next = parseUrl(new URL(location, url).href, fail);
        if (url.protocol === 'https:' && next.protocol !== 'https:')
          throw fail(`it redirects from https to ${next.protocol}//${next.host}`);
        url = next;
        continue;
      }
      if (statusCode !== 200) {
        response.destroy();
        throw fail(`${url.host} answers ${statusCode} ${response.statusMessage ?? ''}`.trim());
      }
      if (/^text\/html\b/i.test(response.headers['content-type'] ?? '')) {
        response.destroy();
        throw fail('it is a web page, not a job file (sites that show files have another address for the raw text)');
      }
      return await collect(response, address, limits.bytes);
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    if (signal.aborted) throw fail(`no complete answer within ${limits.timeoutMs / 1000} s`);
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(code === 'ECONNREFUSED' ? `nothing listens at ${url.host}` : (code ?? message));
  }
}

function parseUrl(address: string, fail: (reason: string) => UnreadableFile): URL {
  if (!URL.canParse(address)) throw fail('it is no valid address');
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw fail(`${url.protocol}// is not supported; use http:// or https://, or download it first`);
  return url;
}

async function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  // Loaded only here: most command lines read a file.
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { Accept: '*/*', 'User-Agent': 'orch' };
    request(url, { signal, headers, agent: false }, resolve).once('error', reject).end();
  });
}

async function collect(stream: AsyncIterable<unknown>, name: string, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    size += bytes.length;
    if (size > limit) throw new UnreadableFile(name, `it is larger than ${limit / 1024 / 1024} MiB`);
    chunks.push(bytes);
  }
  return decodeText(Buffer.concat(chunks), name);
}

/** @throws UnreadableFile with the place of the first byte that is no UTF-8 */
export function decodeText(bytes: Buffer, name: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') throw new UnreadableFile(name, 'it is UTF-16 text; save it as UTF-8');
  const offset = wrongUtf8At(bytes) ?? 0;
  const before = bytes.toString('utf8', 0, offset);
  const lines = before.split('\n');
  const column = [...(lines.at(-1) ?? '')].length + 1;
  const position = { line: lines.length, column, offset: before.length };
  throw new UnreadableFile(name, `the byte ${hexByte(bytes[offset])} is no UTF-8 text; save the file as UTF-8`, {
    start: position,
    end: { ...position, column: column + 1, offset: before.length + 1 },
  });
}
