// Credentials for a pull: the task's own, else those of the node's Docker client configuration.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DriverError } from '@orch/driver-api';
import type { RegistryAuth, TaskBlock } from '../container/task-config.ts';
import { configError } from '../engine/errors.ts';
import { parseReference } from './reference.ts';

/** The registry an image reference names, as the engine reads it; Docker Hub when it names none. */
export function registryOf(image: string): string {
  const registry = parseReference(image)?.registry ?? 'docker.io';
  return registry === 'docker.io' ? 'index.docker.io' : registry;
}

/** What the job itself brings. @throws DriverError `invalid-config` */
export function ownAuth(image: string, block: TaskBlock): RegistryAuth | undefined {
  const own = block.block('auth');
  if (own === undefined) return undefined;
  const username = own.text('username');
  const password = own.text('password');
  if (username === undefined || password === undefined) {
    throw configError(own.path, 'auth needs username and password');
  }
  const email = own.text('email');
  const serveraddress = own.text('server_address') ?? registryOf(image);
  return { username, password, serveraddress, ...(email === undefined ? {} : { email }) };
}

/** Tells credentials apart without keeping them. */
export function credentialsHash({ username, password, serveraddress = '' }: RegistryAuth): string {
  return createHash('sha256')
    .update(JSON.stringify([serveraddress, username, password]))
    .digest('hex');
}

/** Shorter ones stand in many a text by chance, and say nothing there. */
const SECRET_LENGTH = 4;

/** A text of a registry or the engine, without the credentials that were sent there: some answer with what they were sent. */
export function withoutCredentials(text: string, auth: RegistryAuth | undefined): string {
  if (auth === undefined) return text;
  const { username, password } = auth;
  const header = Buffer.from(`${username}:${password}`).toString('base64');
  const engineHeader = Buffer.from(JSON.stringify(auth));
  const forms = [
    header,
    header.replace(/=+$/, ''),
    engineHeader.toString('base64'),
    engineHeader.toString('base64url'),
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
    password,
  ];
  return forms
    .filter((form) => form.length >= SECRET_LENGTH)
    .reduce((shown, form) => shown.replaceAll(form, '<credentials>'), text);
}

/** @throws DriverError `invalid-config` when the node's file cannot be read and the task does not say `auth_soft_fail`. */
export async function registryAuth(
  image: string,
  block: TaskBlock,
  authFile: string | undefined,
): Promise<RegistryAuth | undefined> {
  const own = ownAuth(image, block);
  if (own !== undefined) return own;
  if (authFile === undefined) return undefined;
  try {
    return fromClientConfig(await readFile(authFile, 'utf8'), registryOf(image));
  } catch (error) {
    if (block.flag('auth_soft_fail')) return undefined;
    const hint = 'Correct auth { config } in plugin "docker" of the node, or set auth_soft_fail = true.';
    throw new DriverError('invalid-config', `the node's credentials for registries cannot be read`, {
      hint,
      cause: error,
    });
  }
}

/** Reads `auths` of a Docker client's config.json. */
export function fromClientConfig(text: string, registry: string): RegistryAuth | undefined {
  const { auths = {} } = JSON.parse(text) as { auths?: Record<string, { auth?: string }> };
  const names =
    registry === 'index.docker.io'
      ? [registry, 'https://index.docker.io/v1/', 'docker.io']
      : [registry, `https://${registry}`];
  const entry = names.map((name) => auths[name]?.auth).find((auth) => auth !== undefined);
  if (entry === undefined) return undefined;
  const [username = '', password = ''] = Buffer.from(entry, 'base64').toString('utf8').split(/:(.*)/s);
  return { username, password, serveraddress: registry };
}
