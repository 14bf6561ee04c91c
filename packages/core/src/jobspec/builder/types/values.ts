// The kinds of values of fields in a job in TypeScript.

/** `'30s'`, `'1h30m'`, or milliseconds. */
export type Duration = string | number;

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** A block that may be repeated: one, or a list. */
export type Repeated<T> = T | readonly T[];

/** Blocks with labels: by label; a list where several have the same. */
export type Labelled<T> = Readonly<Record<string, Repeated<T>>>;

export type TextMap = Readonly<Record<string, string | number | boolean | undefined>>;

/** Text with a reference that only the node can resolve, `${NOMAD_PORT_http}`. */
export type RunTimeText = `${string}\${${string}`;
