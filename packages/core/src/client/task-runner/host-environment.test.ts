import test from 'ava';
import { defaultDenylist, taskHostEnvironment } from './host-environment.ts';

const pass = (name: string, value = 'x', denylist?: readonly string[]) =>
  name in taskHostEnvironment({ [name]: value }, denylist);

test('what programs expect of a machine reaches tasks', (t) => {
  const usual = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'USER', 'http_proxy', 'JAVA_HOME', 'AWS_REGION', 'KEYBOARD'];
  t.deepEqual(
    usual.filter((name) => !pass(name)),
    [],
  );
  t.true(pass('http_proxy', 'http://proxy.example:3128'));
});

test('what Nomad keeps back is kept back', (t) => {
  const names = [...defaultDenylist, 'NOMAD_TOKEN', 'NOMAD_LICENSE', 'NOMAD_LICENSE_PATH'];
  t.deepEqual(
    names.filter((name) => pass(name)),
    [],
  );
});

test("the agent's own settings, its runtime's and its session's are kept back, whatever the list says", (t) => {
  const own = ['ORCH_TOKEN', 'ORCH_ADDR', 'ORCH_VAR_x', 'NOMAD_VAR_x', 'NODE_OPTIONS', 'npm_config_x', 'PWD', '_'];
  const ofSession = ['NOTIFY_SOCKET', 'LISTEN_FDS', 'CREDENTIALS_DIRECTORY', 'SSH_AUTH_SOCK', 'JOURNAL_STREAM'];
  t.deepEqual(
    [...own, ...ofSession].filter((name) => pass(name, 'x', [])),
    [],
  );
});

test('names and values that look like a secret are kept back, whatever the list says', (t) => {
  const names = ['GITHUB_TOKEN', 'DB_PASSWORD', 'db_password', 'CLIENT_SECRET', 'API_KEY', 'STRIPE_APIKEY', 'TOKENS'];
  const more = ['AWS_SECRET_ACCESS_KEY', 'SSH_PRIVATE_KEY', 'GPG_PASSPHRASE', 'AZURE_CREDENTIALS', 'ENCRYPTION_KEY'];
  t.deepEqual(
    [...names, ...more].filter((name) => pass(name, 'x', [])),
    [],
  );
  t.false(pass('DATABASE_URL', 'postgres://user:word@db/x', []));
  t.true(pass('DATABASE_URL', 'postgres://db/x', []));
});

test('a list of the operator takes the place of the usual one', (t) => {
  t.false(pass('MY_NAME', 'x', ['MY_NAME']));
  t.true(pass('MY_NAME'));
  t.true(pass('VAULT_LICENSE_PATH', 'x', ['MY_NAME']));
  t.deepEqual(taskHostEnvironment({ A: undefined, B: 'b' }), { B: 'b' });
});
