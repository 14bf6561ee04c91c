// Lists: prefix, order, pages. Everything a list endpoint shares.

import type { ApiRequest } from './api-request.ts';
import { PageOf } from './blocking.ts';
import { HttpError } from './http-error.ts';

export interface ListOptions<T> {
  readonly idOf: (item: T) => string;
  readonly namespaceOf?: (item: T) => string;
  readonly toWire: (item: T) => unknown;
}

/**
 * The asked part of a list in the order of ids. `?prefix`, `?namespace` (where items have one), `?reverse`,
 * `?per_page` with `?next_token`.
 * @throws HttpError 400 for `?filter`, which is not supported yet
 */
export function listPage<T>(request: ApiRequest, items: Iterable<T>, options: ListOptions<T>): PageOf {
  const filter = request.query.get('filter');
  if (filter !== null && filter !== '') {
    throw new HttpError(400, 'query parameter filter is not supported yet; use prefix, or filter what comes back');
  }
  const prefix = request.query.get('prefix') ?? '';
  const { idOf, namespaceOf } = options;
  const wanted = [...items].filter(
    (item) =>
      idOf(item).startsWith(prefix) &&
      (namespaceOf === undefined || request.namespace === '*' || namespaceOf(item) === request.namespace),
  );
  wanted.sort((left, right) => compare(idOf(left), idOf(right)));
  const reverse = request.flag('reverse');
  if (reverse) wanted.reverse();

  const perPage = request.integer('per_page', 0);
  const token = request.query.get('next_token') ?? '';
  const from = token === '' ? 0 : wanted.findIndex((item) => reaches(idOf(item), token, reverse));
  const rest = from < 0 ? [] : wanted.slice(from);
  const page = perPage > 0 ? rest.slice(0, perPage) : rest;
  const following = perPage > 0 ? rest[perPage] : undefined;
  return new PageOf(page.map(options.toWire), following === undefined ? undefined : idOf(following));
}

function reaches(id: string, token: string, reverse: boolean): boolean {
  return reverse ? id <= token : id >= token;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
