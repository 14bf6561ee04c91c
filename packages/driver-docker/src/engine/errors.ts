// Turns what the engine answered into a DriverError whose code the restart policy can act on.
import { DriverError, type DriverErrorCode, isDriverError } from '@orch/driver-api';

/** The fields an error of the HTTP client may have. */
interface EngineFault {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
  readonly json?: unknown;
}

const CONNECTION_CODES = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT', 'ENOTSOCK']);

const UNAVAILABLE_HINT =
  'Start the Docker engine (systemctl start docker) or set plugin "docker" { config { endpoint } }.';

/** Known messages of engine and runtime, most specific first. */
const MESSAGES: readonly {
  readonly pattern: RegExp;
  readonly code: DriverErrorCode;
  readonly recoverable: boolean;
  readonly hint: string;
}[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'exhausted',
    recoverable: true,
    hint: 'Free disk space below the Docker root directory.',
  },
  {
    pattern: /port is already allocated|address already in use/i,
    code: 'exhausted',
    recoverable: true,
    hint: 'Another process or container holds this port: choose another static port or a dynamic one.',
  },
  {
    pattern: /cannot allocate memory|resource temporarily unavailable/i,
    code: 'exhausted',
    recoverable: true,
    hint: 'The machine is out of memory or processes.',
  },
  {
    pattern: /rlimit/i,
    code: 'start-failed',
    recoverable: false,
    hint: 'The engine may not raise this limit: lower `ulimit`, or give the engine CAP_SYS_RESOURCE.',
  },
  {
    pattern:
      /executable file not found|exec: ".*": stat|no such file or directory: unknown|unable to start container process/i,
    code: 'not-found',
    recoverable: false,
    hint: 'Check `command`, `entrypoint` and `args`: the image has no such program.',
  },
  {
    pattern: /unable to find user|no matching entries in passwd|unable to find group/i,
    code: 'invalid-config',
    recoverable: false,
    hint: 'Name a user of the image, or a number.',
  },
];

export function statusOf(error: unknown): number | undefined {
  return (error as Partial<EngineFault> | undefined)?.statusCode;
}

/** True when nobody answered, so that nothing is known about what the call was about. */
export function isConnectionFault(error: unknown): boolean {
  const { code, message } = (error ?? {}) as Partial<EngineFault>;
  return (code !== undefined && CONNECTION_CODES.has(code)) || /socket hang up/.test(message ?? '');
}

/** The engine's own sentence, without the HTTP client's wrapping. */
export function engineMessage(error: unknown): string {
  const { json, message } = (error ?? {}) as Partial<EngineFault>;
  const said = (json as { message?: unknown } | undefined)?.message;
  return typeof said === 'string' ? said.trim() : (message ?? String(error));
}

/**
 * `doing` begins the message: "pulling busybox:1". `fallback` is the code when nothing more is known. The message says all
 * of an answer of the engine, so such an error has no cause that would say it again.
 */
export function engineError(error: unknown, doing: string, fallback: DriverErrorCode = 'internal'): DriverError {
  if (isDriverError(error)) return error;
  const message = `${doing}: ${engineMessage(error)}`;
  if ((error as { name?: string } | undefined)?.name === 'AbortError') {
    return new DriverError('canceled', `${doing}: canceled`, { cause: error });
  }
  if (isConnectionFault(error)) {
    const said = `${doing}: the Docker engine does not answer`;
    return new DriverError('runtime-unavailable', said, { recoverable: true, hint: UNAVAILABLE_HINT, cause: error });
  }
  for (const { pattern, code, recoverable, hint } of MESSAGES) {
    if (pattern.test(message)) return new DriverError(code, message, { recoverable, hint });
  }
  const status = statusOf(error);
  if (status === 400) return new DriverError('invalid-config', message);
  if (status !== undefined) return new DriverError(fallback, message, { recoverable: status >= 500 });
  return new DriverError(fallback, message, { cause: error });
}

/** A fault in the task's `config` block. */
export function configError(path: readonly string[], message: string, hint?: string): DriverError {
  return new DriverError('invalid-config', message, hint === undefined ? { path } : { path, hint });
}

/** A policy of this node. */
export function deniedError(path: readonly string[], message: string, hint: string): DriverError {
  return new DriverError('denied', message, { path, hint });
}
