// Pure: which of the agent's own variables tasks on the node's file system inherit.

/**
 * Names that are kept back where the node's configuration says nothing else: what Nomad keeps back, and what belongs to
 * one process or one person's session.
 */
export const defaultDenylist: readonly string[] = [
  'AWS_ACCESS_KEY_ID',
  'AWS_METADATA_URL',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'CONSUL_HTTP_TOKEN',
  'CONSUL_HTTP_TOKEN_FILE',
  'CONSUL_LICENSE',
  'CONSUL_LICENSE_PATH',
  'CONSUL_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_OAUTH_ACCESS_TOKEN',
  'VAULT_LICENSE',
  'VAULT_LICENSE_PATH',
  'VAULT_TOKEN',
];

/** Never handed on, whatever is configured: the agent's own, and what its service manager or shell told it alone. */
const ownNames = [
  'CREDENTIALS_DIRECTORY',
  'DBUS_SESSION_BUS_ADDRESS',
  'INVOCATION_ID',
  'JOURNAL_STREAM',
  'LISTEN_FDNAMES',
  'LISTEN_FDS',
  'LISTEN_PID',
  'MAINPID',
  'NOTIFY_SOCKET',
  'OLDPWD',
  'PWD',
  'SHLVL',
  'SSH_AUTH_SOCK',
  'SYSTEMD_EXEC_PID',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'XAUTHORITY',
  '_',
];
/** The agent's settings, those of the peer whose commands it answers to, and those of the runtime it is written in. */
const ownPrefixes = ['ORCH_', 'NOMAD_', 'NODE_', 'npm_'];
const secretName =
  /(^|_)(TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|CREDENTIALS?|APIKEY|AUTH)(_|$)|(API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION|MASTER|ACCOUNT)_?KEY/i;
/** `https://user:password@host`. */
const secretValue = /:\/\/[^/@\s]*:[^/@\s]+@/;

/**
 * The agent's variables without secrets and without what is its own. `denylist` takes the place of `defaultDenylist`, as
 * `env.denylist` does in Nomad's client options; names and values that look like a secret never pass.
 */
export function taskHostEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  denylist: readonly string[] = defaultDenylist,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || denylist.includes(name) || isOwn(name)) continue;
    if (secretName.test(name) || secretValue.test(value)) continue;
    result[name] = value;
  }
  return result;
}

function isOwn(name: string): boolean {
  return ownNames.includes(name) || ownPrefixes.some((prefix) => name.startsWith(prefix));
}
