// The token of the API on TCP: as the field's clients present it, and compared so that time tells nothing.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type TokenFound = 'none' | 'right' | 'wrong';

/**
 * Looks for the token in a request: `X-Nomad-Token`, else `Authorization: Bearer`. Digests are compared, not texts: they
 * have one length, whatever was sent.
 * @param equal takes as long for any two of one length
 */
export function tokenCheck(
  token: string,
  equal: (left: Uint8Array, right: Uint8Array) => boolean = timingSafeEqual,
): (headers: IncomingHttpHeaders) => TokenFound {
  const own = digest(token);
  return (headers) => {
    const presented = presentedToken(headers);
    if (presented === undefined) return 'none';
    return equal(digest(presented), own) ? 'right' : 'wrong';
  };
}

function presentedToken({ 'x-nomad-token': field, authorization }: IncomingHttpHeaders): string | undefined {
  const named = typeof field === 'string' ? field.trim() : '';
  if (named !== '') return named;
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
