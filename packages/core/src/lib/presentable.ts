// What of an error or a message may be told to people at the API: no paths of the host, no secrets of URLs, a bounded length.
// The log of the agent is for its operator and says all of it.

import { describeError } from './errors.ts';

/** Directories of the agent by their absolute paths, and what they are called instead. */
export type HostPlaces = Readonly<Record<string, string>>;

/** Longest text told, in UTF-16 units. */
export const maxPresentableLength = 4_096;

/** An error with its causes and its hint, as the API may say it. */
export function presentable(error: unknown, places: HostPlaces = {}): string {
  return presentableText(describeError(error), places);
}

/**
 * A text as the API may say it. Paths of an allocation become relative to it; those below another of the agent's
 * directories begin with the name of the place; system errors lose the path they name; URLs their password and query.
 */
export function presentableText(text: string, places: HostPlaces = {}): string {
  if (!text.includes('/')) return cut(text);
  let shown = text
    .replace(systemError, '$1')
    .replace(openHandle, '')
    .replace(url, (found) => presentableUrl(found));
  // Longer ones first: one may lie in another.
  for (const place of Object.keys(places).sort((left, right) => right.length - left.length)) {
    if (place.length > 1 && shown.includes(place)) shown = renamed(shown, place, places[place] ?? '');
  }
  return cut(shown.replace(inAllocation, ''));
}

/** Without what may be secret in a URL: name and password, query and fragment. What is no URL loses its query as well. */
export function presentableUrl(text: string): string {
  const end = text.search(/[?#]/);
  const plain = end < 0 ? text : `${text.slice(0, end)}${text[end] === '?' ? '?…' : ''}`;
  const from = plain.indexOf('://') + 3;
  if (from < 3) return plain;
  const slash = plain.indexOf('/', from);
  const host = slash < 0 ? plain.slice(from) : plain.slice(from, slash);
  return plain.slice(0, from) + host.slice(host.lastIndexOf('@') + 1) + (slash < 0 ? '' : plain.slice(slash));
}

/** As the platform writes them: `ENOENT: no such file or directory, open '/a/b'`, with a second path for renames and links. */
const systemError = /(\bE[A-Z0-9]{2,15}: [^,'\n]{1,80}, [a-z]{2,20})(?: '[^'\n]*'(?: -> '[^'\n]*')?)/g;
/** A file as this process holds it open. */
const openHandle = /\/proc\/(?:self|\d+)\/fd\/\d+(?:\/\.(?![.\w]))?\/?/g;
const url = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>`]+/gi;
/** What is left of a path into an allocation once its data directory has its name. */
const inAllocation = /<data>\/(?:allocations|client\/tasks)\/[^/\s'"]+\/?/g;

/** Whole directories only: `/var/lib/orch` is not the beginning of `/var/lib/orchard`. */
function renamed(text: string, place: string, name: string): string {
  let shown = '';
  let from = 0;
  for (let at = text.indexOf(place); at >= 0; at = text.indexOf(place, from)) {
    const end = at + place.length;
    const isWhole = !/[\w.-]/.test(text[end] ?? '');
    shown += text.slice(from, at) + (isWhole ? name : place);
    from = end;
  }
  return shown + text.slice(from);
}

function cut(text: string): string {
  return text.length > maxPresentableLength ? `${text.slice(0, maxPresentableLength)}…` : text;
}
