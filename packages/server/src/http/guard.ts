// What a request must look like before anything reads it: names of this host, no foreign pages, JSON writes.

import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error.ts';
import type { Access, Principal } from './policy.ts';

export interface GuardOptions {
  /** Host names beside the loopback ones that are this server. */
  readonly hosts: readonly string[];
  /** On a socket: no browser opens one, and clients write there whatever they like. */
  readonly anyHost: boolean;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * A page in a browser on this machine can reach a loopback port. It cannot choose `Host` (rebinding shows the foreign
 * name), cannot hide `Origin` on writes, cannot hide what site it is of, and cannot send JSON without asking first, so
 * these four are checked.
 * @throws HttpError 403 or 415
 */
export function checkRequest(
  method: string,
  headers: IncomingHttpHeaders,
  hasBody: boolean,
  options: GuardOptions,
): void {
  const host = headers.host ?? '';
  if (!options.anyHost && !isOwnName(hostName(host), options)) {
    throw new HttpError(403, `Host "${host}" is not a name of this agent; call it as 127.0.0.1 or localhost`);
  }
  const origin = headers.origin;
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    throw new HttpError(403, `requests from pages of ${origin} are refused`);
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new HttpError(403, 'requests from pages of other sites are refused');
  }
  if (method === 'GET' || method === 'HEAD') return;
  if (hasBody) checkContentType(headers, origin !== undefined || site !== undefined);
}

/**
 * The field has GETs that change state, and a page of any site makes a browser send a GET: with an image. No page adds the
 * token to one, so it passes.
 * @throws HttpError 403
 */
export function checkStateChange(
  method: string,
  headers: IncomingHttpHeaders,
  access: Access,
  principal: Principal,
): void {
  if (access !== 'write' || (method !== 'GET' && method !== 'HEAD') || principal.kind === 'token') return;
  if (isBrowser(headers)) throw new HttpError(403, 'browsers change nothing here with GET; use PUT, or the token');
}

/** `Sec-Fetch-…` of today's browsers; what older ones say of the page; and the name that all of them begin with. */
function isBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    Object.keys(headers).some((name) => name.startsWith('sec-fetch-')) ||
    headers.origin !== undefined ||
    headers.referer !== undefined ||
    /^mozilla\//i.test(headers['user-agent'] ?? '')
  );
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
