// What an endpoint answers, and how it is written.

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type ProblemDetailsWire, problemMediaType } from '@orch/api/types/problem';

export type Reply =
  | {
      readonly kind: 'json';
      readonly body: unknown;
      /** X-Nomad-Index: at least 1. */
      readonly index?: number;
      readonly nextToken?: string;
    }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'problem'; readonly status: number; readonly body: ProblemDetailsWire }
  | { readonly kind: 'stream'; readonly contentType: string; readonly chunks: AsyncIterable<Uint8Array> };

export function json(body: unknown, index?: number): Reply {
  return index === undefined ? { kind: 'json', body } : { kind: 'json', body, index };
}

export interface WriteOptions {
  readonly pretty: boolean;
  /** For replies that name no index of their own. */
  readonly index: number;
  readonly headOnly: boolean;
}

/** Resolves when the reply was handed to the socket or the caller went away. */
export async function writeReply(response: ServerResponse, reply: Reply, options: WriteOptions): Promise<void> {
  response.setHeader('X-Nomad-KnownLeader', 'true');
  response.setHeader('X-Nomad-LastContact', '0');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  switch (reply.kind) {
    case 'text':
      return end(response, reply.status, 'text/plain; charset=utf-8', reply.text, options);
    case 'problem': {
      const text = JSON.stringify(reply.body, null, options.pretty ? 4 : undefined);
      return end(response, reply.status, problemMediaType, text, options);
    }
    case 'json': {
      response.setHeader('X-Nomad-Index', String(Math.max(1, reply.index ?? options.index)));
      if (reply.nextToken !== undefined) response.setHeader('X-Nomad-NextToken', reply.nextToken);
      const text = JSON.stringify(reply.body, null, options.pretty ? 4 : undefined);
      return end(response, 200, 'application/json', text, options);
    }
    case 'stream':
      response.setHeader('X-Nomad-Index', String(Math.max(1, options.index)));
      response.writeHead(200, { 'Content-Type': reply.contentType });
      response.flushHeaders();
      if (options.headOnly) response.end();
      else await pump(response, reply.chunks);
  }
}

function end(response: ServerResponse, status: number, type: string, text: string, options: WriteOptions): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(options.headOnly ? undefined : text);
}

/** A reader that does not take its bytes holds the source back. */
async function pump(response: ServerResponse, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for await (const chunk of chunks) {
      if (gone.signal.aborted) return;
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    // The status is out already: a cut connection is the only way left to say that this is not the end.
    response.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
