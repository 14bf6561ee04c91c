/**
 * Declares a task's `config` block, so that the server refuses a bad job without running the driver and editors can
 * complete it. Every attribute is listed; an unknown one is an error.
 */
export interface ConfigSchema {
  readonly fields: Readonly<Record<string, ConfigField>>;
  /** Groups of fields of which exactly one must be given. */
  readonly exactlyOneOf?: readonly (readonly string[])[];
}

export interface ConfigField {
  readonly type: ConfigType;
  /** @default false */
  readonly required?: boolean;
  /** What the driver assumes when the field is absent. */
  readonly default?: string | number | boolean;
  /** One sentence for the reference page. */
  readonly doc: string;
  /** For strings: the closed set of values. */
  readonly values?: readonly string[];
  /** For numbers: inclusive range. */
  readonly min?: number;
  readonly max?: number;
  /** Set when the field is accepted for compatibility and has no effect here; the user is warned with this text. */
  readonly noEffect?: string;
}

export type ConfigType =
  | 'string'
  | 'number'
  | 'bool'
  | 'duration'
  | { readonly kind: 'list'; readonly of: ConfigType }
  /** String-keyed map of scalars, written as an attribute (`labels = {…}`) or a block (`labels {…}`). */
  | { readonly kind: 'map'; readonly of: ConfigType }
  /** A nested block; `many` when it may be repeated. */
  | { readonly kind: 'block'; readonly schema: ConfigSchema; readonly many: boolean };
