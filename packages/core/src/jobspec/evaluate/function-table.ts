// The shape of a function of the language, and the table they are found in.

import type { Budget } from './budget.ts';
import type { Value } from './value.ts';

/** What functions need from outside. The room is pure: a caller that gives no such member has no such functions. */
export interface FunctionEnvironment {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly randomUuid?: () => string;
  /** UUID version 5 of a name in a namespace UUID. */
  readonly namedUuid?: (namespace: string, name: string) => string;
  /** Lower-case hexadecimal digest of the UTF-8 text. */
  readonly hash?: (algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512', text: string) => string;
  readonly bcrypt?: (text: string, cost: number) => string;
  readonly rsaDecrypt?: (ciphertextBase64: string, privateKeyPem: string) => string;
  /** One YAML document as a tree of what is written. Throws an Error with the place. */
  readonly parseYaml?: (text: string) => YamlNode;
  /** Paths are as written in the job file. Absent on the server. */
  readonly files?: FileFunctions;
}

/** What is written in a YAML document, aliases replaced by what they stand for. Tags are in their long form. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly text: string; readonly isQuoted: boolean; readonly tag?: string | undefined }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly tag?: string | undefined }
  | {
      readonly kind: 'map';
      readonly pairs: readonly (readonly [YamlNode, YamlNode])[];
      readonly tag?: string | undefined;
    };

export interface FileFunctions {
  readText(path: string): string;
  readBase64(path: string): string;
  exists(path: string): boolean;
  /** Relative paths under `directory` that match the pattern, sorted. */
  match(directory: string, pattern: string): readonly string[];
  absolute(path: string): string;
  /** `~` expanded. */
  expandHome(path: string): string;
}

export interface FunctionContext {
  readonly environment: FunctionEnvironment;
  readonly budget: Budget;
}

export interface LanguageFunction {
  /** Names of the parameters, for messages and the reference. A trailing `...` means any number of them. */
  readonly params: readonly string[];
  /** Number of parameters at the end that may be left out. @default 0 */
  readonly optional?: number;
  /** @default false: null is refused as an argument */
  readonly allowNull?: boolean;
  /** One sentence for the reference. */
  readonly doc: string;
  /** Throws ValueError on bad arguments. */
  readonly fn: (args: readonly Value[], context: FunctionContext) => Value;
  /** Set for functions that exist only when the environment has this member. */
  readonly needs?: keyof FunctionEnvironment;
}

export interface FunctionTable {
  readonly functions: Readonly<Record<string, LanguageFunction>>;
  readonly context: FunctionContext;
}

/** Declares a family of functions. */
export function family(functions: Record<string, LanguageFunction>): Readonly<Record<string, LanguageFunction>> {
  return functions;
}
