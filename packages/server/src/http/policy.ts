// Who asks, and whether it may: the seam where access control is decided. Asked before every handler.

export interface Principal {
  /** `dev`: anyone who reaches the loopback API of a development agent. */
  readonly kind: 'dev';
  readonly name: string;
}

/** What a request is about to do. */
export interface PolicyQuestion {
  readonly principal: Principal;
  readonly method: string;
  /** The route's pattern, `/v1/job/*jobId`. */
  readonly route: string;
  readonly namespace: string;
}

/** A reason to refuse, or undefined to allow. */
export type Policy = (question: PolicyQuestion) => string | undefined;

/** The only policy until tokens exist: the guard has already held everyone but loopback callers off. */
export const devPolicy: Policy = () => undefined;
