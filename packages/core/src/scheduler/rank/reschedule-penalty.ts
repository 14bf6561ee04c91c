// Keeps a replacement away from the nodes on which its predecessors failed.

/** Added to the scores of a node that had a failed attempt of the same instance. */
export const reschedulePenaltyScore = -1;
