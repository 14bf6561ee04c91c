// Branded identifiers, so that a node id is never handed where an allocation id is wanted.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]?: Name };

export type NodeId = Branded<'node'>;
export type AllocationId = Branded<'allocation'>;
export type EvaluationId = Branded<'evaluation'>;
export type DeploymentId = Branded<'deployment'>;
/** Chosen by the user; unique within a namespace. */
export type JobId = Branded<'job'>;

/** A job's key across namespaces. */
export function jobKey(namespace: string, jobId: string): string {
  return `${namespace}\u0000${jobId}`;
}

/** The first eight characters: what lists show and prefixes match. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
