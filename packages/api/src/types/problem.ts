// Ours: what is wrong with a request, as data. Beside the texts that Nomad's clients read, never in their place.
//
// Answers with status 200 (`/v1/validate/job`, `/v1/jobs`, `/v1/job/<id>/plan`) carry a field `Problems` more than Nomad's;
// clients that do not know it skip it. A refusal is plain text, as Nomad's clients read it, unless the request says
// `Accept: application/problem+json`: then it is `ProblemDetailsWire`, with the same text as `detail`.

export interface ProblemWire {
  readonly Severity: 'error' | 'warning';
  /** Field path: `group["web"].task["server"].resources.memory`; empty = the whole job. */
  readonly Path: string;
  readonly Message: string;
  /** The mend, when it is known. */
  readonly Hint?: string;
  /** Where in the text that was sent, by `/v1/jobs/parse` alone: 1-based, the column in characters. */
  readonly Line?: number;
  readonly Column?: number;
}

/** The body of a refusal after RFC 9457. */
export interface ProblemDetailsWire {
  /** The name of the status. */
  readonly title: string;
  readonly status: number;
  /** The text that other clients get as the whole body. */
  readonly detail: string;
  /** Stable word for the kind of refusal, where it has one: `unknown-task`. */
  readonly code?: string;
  /** All that is wrong with a job, when that is why it was refused. */
  readonly problems?: readonly ProblemWire[];
}

export const problemMediaType = 'application/problem+json';
