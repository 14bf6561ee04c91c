// What a request must look like before anything reads it: names of this host, no foreign pages, JSON writes.

import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error.ts';

export interface GuardOptions {
  /** Host names beside the loopback ones that are this server. */
  readonly hosts: readonly string[];
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * A page in a browser on this machine can reach a loopback port. It cannot choose `Host` (rebinding shows the foreign
 * name), cannot hide `Origin` on writes, and cannot send JSON without asking first, so these three are checked.
 * @throws HttpError 403 or 415
 */
export function checkRequest(
  method: string,
  headers: IncomingHttpHeaders,
  hasBody: boolean,
  options: GuardOptions,
): void {
  const host = headers.host ?? '';
  if (!isOwnName(hostName(host), options)) {
    throw new HttpError(403, `Host "${host}" is not a name of this agent; call it as 127.0.0.1 or localhost`);
  }
  const origin = headers.origin;
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    throw new HttpError(403, `requests from pages of ${origin} are refused`);
  }
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new HttpError(403, 'writes from pages of other sites are refused');
  }
  if (hasBody) checkContentType(headers, origin !== undefined || site !== undefined);
}

/** The field's Go client names no type; a browser always names its page, so only it must say JSON. */
function checkContentType(headers: IncomingHttpHeaders, isBrowser: boolean): void {
  const type = headers['content-type'];
  if (type === undefined && !isBrowser) return;
  if (type !== undefined && /^application\/json\s*(;|$)/i.test(type)) return;
  throw new HttpError(415, `writes are taken as Content-Type: application/json, not ${type ?? 'without one'}`);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function isOwnName(name: string, options: GuardOptions): boolean {
  return loopbackNames.includes(name) || options.hosts.some((own) => own.toLowerCase() === name);
}

/** The same host and port the request was sent to. */
function isOwnOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
