// Who asks, and whether it may: the seam where access control is decided. Asked before every handler.

/**
 * By the listener a caller came by, and on TCP by what it presented.
 * - operator: over the operator's socket, which only root opens
 * - group: over the group's socket
 * - token: over TCP, with the token
 * - open: over TCP where the configuration asks for no token
 * - anonymous: over TCP, without the token
 */
export const principalKinds = ['operator', 'group', 'token', 'open', 'anonymous'] as const;
export type PrincipalKind = (typeof principalKinds)[number];

export interface Principal {
  readonly kind: PrincipalKind;
  readonly name: string;
}

/**
 * What a route asks of its caller. `open`: nothing. It tells neither what runs here nor where. `read`: it tells what runs,
 * and that may hold secrets. `write`: it changes state, or runs something.
 */
export const accessClasses = ['open', 'read', 'write'] as const;
export type Access = (typeof accessClasses)[number];

/** What a request is about to do. */
export interface PolicyQuestion {
  readonly principal: Principal;
  readonly method: string;
  /** The route's pattern, `/v1/job/*jobId`. */
  readonly route: string;
  /** What the route declares. */
  readonly access: Access;
  readonly namespace: string;
}

/** A reason to refuse, or undefined to allow. */
export type Policy = (question: PolicyQuestion) => string | undefined;

/** The field's words: its clients look for them. */
export const permissionDenied = 'Permission denied';

const granted: Readonly<Record<PrincipalKind, readonly Access[]>> = {
  operator: accessClasses,
  group: accessClasses,
  token: accessClasses,
  open: accessClasses,
  anonymous: ['open'],
};

/** Until there are tokens with rights of their own: who is known may everything. What declares nothing is nobody's. */
export const accessPolicy: Policy = ({ principal, access }) =>
  granted[principal.kind].includes(access) ? undefined : permissionDenied;
