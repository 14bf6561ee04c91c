// Guards of the API's requests: who asks, what a browser may send, how many may ask.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const http = 'packages/server/src/http';

export const apiMutants: readonly Mutant[] = [
  {
    against: 'class 10',
    guard: 'names of foreign hosts',
    file: `${http}/guard.ts`,
    find: 'if (!options.anyHost && !isOwnName(hostName(host), options)) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${http}/http-api.test.ts`,
      title: 'foreign hosts, foreign pages and bodies that are not JSON are refused',
    },
  },
  {
    against: 'class 10',
    guard: 'pages of foreign origins',
    file: `${http}/guard.ts`,
    find: 'if (origin !== undefined && !isOwnOrigin(origin, host)) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${http}/http-api.test.ts`,
      title: 'foreign hosts, foreign pages and bodies that are not JSON are refused',
    },
  },
  {
    against: 'F17',
    guard: 'pages of other sites',
    file: `${http}/guard.ts`,
    find: "if (site !== undefined && site !== 'same-origin' && site !== 'none') {",
    put: 'if (1 > 2) {',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'pages of other sites are refused for every method, and answers say that no other site may embed them',
    },
  },
  {
    against: 'F17',
    guard: 'pages of other sites, for GET too',
    file: `${http}/guard.ts`,
    find: "if (site !== undefined && site !== 'same-origin' && site !== 'none') {",
    put: "if (method !== 'GET' && site !== undefined && site !== 'same-origin' && site !== 'none') {",
    test: {
      file: `${http}/guard.test.ts`,
      title: 'pages of other sites are refused for every method, and answers say that no other site may embed them',
    },
  },
  {
    against: 'F17',
    guard: 'no browser changes state with GET',
    file: `${http}/guard.ts`,
    find: 'if (isBrowser(headers)) throw',
    put: 'if (false) throw',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F17',
    guard: 'nor with HEAD',
    file: `${http}/guard.ts`,
    find: "(method !== 'GET' && method !== 'HEAD')",
    put: "(method !== 'GET')",
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F17',
    guard: 'browsers by Sec-Fetch',
    file: `${http}/guard.ts`,
    find: "Object.keys(headers).some((name) => name.startsWith('sec-fetch-'))",
    put: 'false',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F17',
    guard: 'browsers by Referer',
    file: `${http}/guard.ts`,
    find: 'headers.referer !== undefined',
    put: 'false',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F17',
    guard: 'browsers by their name',
    file: `${http}/guard.ts`,
    find: "/^mozilla\\//i.test(headers['user-agent'] ?? '')",
    put: 'false',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F17',
    guard: 'the token lets a GET through',
    file: `${http}/guard.ts`,
    find: " || principal.kind === 'token') return;",
    put: ') return;',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'with the token a GET that changes state is taken from a browser too, which adds none by itself',
    },
  },
  {
    against: 'F17',
    guard: 'GETs that change state are looked at',
    file: `${http}/http-server.ts`,
    find: '  checkStateChange(method, message.headers, access, principal);\n',
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'a GET that changes state is refused to every browser, also as HEAD, and taken from programs',
    },
  },
  {
    against: 'F16',
    guard: 'the policy is asked before every handler',
    file: `${http}/http-server.ts`,
    find: 'if (refusal !== undefined) throw new HttpError(403, refusal);',
    put: '',
    test: {
      file: `${http}/access.test.ts`,
      title:
        'every route, method and caller: who is not known gets the open ones and nothing else, who is known is let in',
    },
  },
  {
    against: 'class 10',
    guard: 'the WebSocket is guarded',
    file: `${http}/upgrade.ts`,
    find: "  checkRequest('GET', headers, false, { hosts: api.context.config.http.hosts, anyHost: entrance.anyHost });\n",
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'the WebSocket of exec is guarded as the rest: names, pages, browsers, the token',
    },
  },
  {
    against: 'F16',
    guard: 'the policy is asked before a WebSocket',
    file: `${http}/upgrade.ts`,
    find: '  if (refusal !== undefined) throw new HttpError(403, refusal);\n',
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'the WebSocket of exec is guarded as the rest: names, pages, browsers, the token',
    },
  },
  {
    against: 'F17',
    guard: 'no browser runs commands',
    file: `${http}/upgrade.ts`,
    find: "  checkStateChange('GET', headers, access, principal);\n",
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'the WebSocket of exec is guarded as the rest: names, pages, browsers, the token',
    },
  },
  {
    against: 'F10',
    guard: 'exec is the only WebSocket',
    file: `${http}/upgrade.ts`,
    find: ' || match.route.path !== execPath',
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'there is no link for nodes: not as a path, not as a WebSocket, whoever asks',
    },
  },
  {
    against: 'F16',
    guard: 'who is not known reads nothing',
    file: `${http}/policy.ts`,
    find: "anonymous: ['open'],",
    put: "anonymous: ['open', 'read'],",
    test: {
      file: `${http}/access.test.ts`,
      title:
        'every route, method and caller: who is not known gets the open ones and nothing else, who is known is let in',
    },
  },
  {
    against: 'class 5',
    guard: 'a route that declares nothing is refused',
    file: `${http}/policy.ts`,
    find: 'granted[principal.kind].includes(access) ? undefined : permissionDenied',
    put: "principal.kind !== 'anonymous' || granted.anonymous.includes(access) ? undefined : permissionDenied",
    test: {
      file: `${http}/access.test.ts`,
      title: 'a route that declares nothing is refused to everybody, the operator too',
    },
  },
  {
    against: 'F16',
    guard: 'tokens are compared in constant time',
    file: `${http}/token.ts`,
    find: 'equal(digest(presented), own)',
    put: 'Buffer.from(digest(presented)).equals(own)',
    test: {
      file: `${http}/token.test.ts`,
      title: 'tokens are compared by a function whose time tells nothing, as digests of one length',
    },
  },
  {
    against: 'F16',
    guard: 'a token is compared whole',
    file: `${http}/token.ts`,
    find: 'equal(digest(presented), own)',
    put: 'token.startsWith(presented)',
    test: { file: `${http}/token.test.ts`, title: 'the token is taken as the field presents it, whole and exact' },
  },
  {
    against: 'F21',
    guard: 'connections in all',
    file: `${http}/connection-limits.ts`,
    find: 'server.maxConnections = total;',
    put: '',
    test: {
      file: `${http}/limits.test.ts`,
      title: 'TCP takes so many connections of one address and so many in all; the sockets stay free',
    },
  },
  {
    against: 'F21',
    guard: 'connections of an address',
    file: `${http}/connection-limits.ts`,
    find: 'if (count > most) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${http}/limits.test.ts`,
      title: 'TCP takes so many connections of one address and so many in all; the sockets stay free',
    },
  },
  {
    against: 'F21',
    guard: 'connections of the group',
    file: `${http}/listener.ts`,
    find: 'return { total: config.groupConnections };',
    put: 'return { total: 100_000 };',
    test: { file: `${http}/limits.test.ts`, title: 'the group fills its own socket and not the one of the operator' },
  },
  {
    against: 'F21',
    guard: 'connections of the operator',
    file: `${http}/listener.ts`,
    find: 'return { total: config.operatorConnections };',
    put: 'return { total: 100_000 };',
    test: { file: `${http}/limits.test.ts`, title: 'the group fills its own socket and not the one of the operator' },
  },
  {
    against: 'class 10',
    guard: 'waiting queries have a limit',
    file: `${http}/blocking.ts`,
    find: 'if (others >= config.http.blockingQueries) {',
    put: 'if (1 > 2) {',
    test: {
      file: `${http}/limits.test.ts`,
      title: 'so many queries wait at one listener; one more is refused, at another listener it waits',
    },
  },
  {
    against: 'F21',
    guard: 'waiting queries are counted apart',
    file: `${http}/blocking.ts`,
    find: 'const { kind } = request.principal;',
    put: "const kind = 'open' as const;",
    test: {
      file: `${http}/limits.test.ts`,
      title: 'so many queries wait at one listener; one more is refused, at another listener it waits',
    },
  },
  {
    against: 'F21',
    guard: 'who went away waits no longer',
    file: `${http}/blocking.ts`,
    find: 'waiting.set(kind, (waiting.get(kind) ?? 1) - 1);',
    put: '',
    test: {
      file: `${http}/limits.test.ts`,
      title: 'so many queries wait at one listener; one more is refused, at another listener it waits',
    },
  },
  {
    against: 'class 10',
    guard: 'a body without a length has a limit',
    file: `${http}/api-request.ts`,
    find: 'if (size > limitBytes) throw tooLarge();',
    put: '',
    test: {
      file: `${http}/limits.test.ts`,
      title:
        'a body beyond its limit is refused by its length before it comes, and without a length where it passes the limit',
    },
  },
  {
    against: 'class 10',
    guard: 'a body with a length has a limit',
    file: `${http}/api-request.ts`,
    find: "if (Number(message.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();",
    put: '',
    test: {
      file: `${http}/limits.test.ts`,
      title:
        'a body beyond its limit is refused by its length before it comes, and without a length where it passes the limit',
    },
  },
  {
    against: 'F17',
    guard: 'no other site embeds answers',
    file: `${http}/reply.ts`,
    find: "  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');\n",
    put: '',
    test: {
      file: `${http}/guard.test.ts`,
      title: 'pages of other sites are refused for every method, and answers say that no other site may embed them',
    },
  },
];
