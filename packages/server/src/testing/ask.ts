// One HTTP exchange as bare as a test needs it: any header, any address, no body promised that is not sent.

import { type IncomingMessage, request } from 'node:http';

export interface Ask {
  /** `http://127.0.0.1:1`, `unix:///x`. */
  readonly url: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in pieces, so without a length. */
  readonly chunks?: readonly string[];
  /** Headers are sent, and the request is not ended. */
  readonly unended?: boolean;
  readonly signal?: AbortSignal;
}

export interface Asked {
  /** 101 when a WebSocket opened. */
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

/** Rejects with the socket's error when it is closed without an answer. */
export function ask(options: Ask): Promise<Asked> {
  const { url, path, method = 'GET', headers = {}, chunks = [], unended = false, signal } = options;
  const isSocket = url.startsWith('unix://');
  const place = isSocket
    ? { socketPath: url.slice('unix://'.length) }
    : { host: new URL(url).hostname, port: new URL(url).port };
  return new Promise((resolve, reject) => {
    const asking = request({
      ...place,
      path,
      method,
      headers,
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    asking.once('error', reject);
    asking.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: 101, text: '', headers: response.headers });
    });
    asking.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('error', reject);
      response.once('end', () => {
        asking.destroy();
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    if (unended) asking.flushHeaders();
    else {
      for (const chunk of chunks) asking.write(chunk);
      asking.end();
    }
  });
}

export const upgradeHeaders: Readonly<Record<string, string>> = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
