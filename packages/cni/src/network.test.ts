import test from 'ava';
import { CniError } from './cni-error.ts';
import { parseNetwork, pluginTypes } from './network.ts';

const file = '/etc/cni/net.d/10-front.conflist';

function problem(text: string): string {
  try {
    parseNetwork(text, file);
  } catch (error) {
    if (error instanceof CniError) return `${error.code} ${error.configFile} ${error.message}`;
    throw error;
  }
  return 'none';
}

test('parseNetwork reads a list with its plugins and address managers', (t) => {
  const network = parseNetwork(
    JSON.stringify({
      cniVersion: '1.0.0',
      name: 'front',
      disableCheck: true,
      plugins: [{ type: 'bridge', ipam: { type: 'host-local' } }, { type: 'firewall' }],
    }),
    file,
  );
  t.is(network.name, 'front');
  t.true(network.disableCheck);
  t.deepEqual(pluginTypes(network), ['bridge', 'firewall', 'host-local']);
});

test('parseNetwork makes a list of one from a single plugin', (t) => {
  const network = parseNetwork(
    JSON.stringify({ cniVersion: '0.4.0', name: 'lan', type: 'macvlan', master: 'eth0' }),
    file,
  );
  t.deepEqual(
    network.plugins.map((plugin) => [plugin.type, plugin['master']]),
    [['macvlan', 'eth0']],
  );
  t.false(network.disableCheck);
});

test('parseNetwork names the file and the field of what is wrong', (t) => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [[], 'expected an object; got []'],
    [{ cniVersion: '1.0.0', type: 'bridge' }, 'name: expected letters'],
    [{ cniVersion: '1.0.0', name: 'a/b', type: 'bridge' }, 'name: expected letters'],
    [{ name: 'a', type: 'bridge' }, 'cniVersion: expected one of 0.3.0'],
    [{ cniVersion: '9.0.0', name: 'a', type: 'bridge' }, 'got "9.0.0"'],
    [{ cniVersion: '1.0.0', name: 'a', plugins: [] }, 'plugins: expected a list of at least one plugin'],
    [{ cniVersion: '1.0.0', name: 'a', plugins: [{ type: 'bridge' }, 3] }, 'plugins[1]: expected an object; got 3'],
    [{ cniVersion: '1.0.0', name: 'a', plugins: [{ type: '../sh' }] }, 'plugins[0].type: expected the name'],
    [{ cniVersion: '1.0.0', name: 'a', plugins: [{ type: 'b', ipam: { type: 1 } }] }, 'plugins[0].ipam.type: expected'],
    [
      { cniVersion: '1.0.0', name: 'a', plugins: [{ type: 'b', capabilities: { dns: 1 } }] },
      'plugins[0].capabilities.dns',
    ],
    [
      { cniVersion: '1.0.0', name: 'a', disableCheck: 'yes', plugins: [{ type: 'b' }] },
      'disableCheck: expected true or',
    ],
  ];
  for (const [value, message] of wrong) {
    const text = problem(JSON.stringify(value));
    t.true(text.startsWith(`config-invalid ${file} ${file}: `), text);
    t.true(text.includes(message), text);
  }
  t.true(problem('{').includes('not valid JSON'));
});
