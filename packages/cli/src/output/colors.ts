// Whether what is written may hold colours.

export interface ColorFlags {
  readonly 'no-color'?: boolean | undefined;
  readonly 'force-color'?: boolean | undefined;
}

/**
 * Colours go to terminals only. `-no-color`, `NO_COLOR` and Nomad's `NOMAD_CLI_NO_COLOR` turn them off, and win over
 * `-force-color`, `FORCE_COLOR` and `NOMAD_CLI_FORCE_COLOR`, which turn them on where there is no terminal.
 */
export function wantsColors(
  stream: { readonly isTTY?: boolean },
  flags: ColorFlags,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const isSet = (name: string) => (environment[name] ?? '') !== '';
  if (flags['no-color'] === true || isSet('NO_COLOR') || isSet('NOMAD_CLI_NO_COLOR')) return false;
  if (flags['force-color'] === true || isSet('NOMAD_CLI_FORCE_COLOR')) return true;
  if (isSet('FORCE_COLOR')) return environment['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
