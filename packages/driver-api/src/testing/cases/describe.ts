// Cases about what a driver says of itself and of the node.
import { API_VERSION, type Fingerprint } from '../../driver.ts';
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureJsonSafe } from '../expect.ts';

export const describeCases: readonly ConformanceCase[] = [
  defineCase('info, capabilities and the config schema are static data that survives JSON', async ({ driver }) => {
    ensureJsonSafe(driver.info, 'info');
    ensureJsonSafe(driver.capabilities, 'capabilities');
    ensureJsonSafe(driver.configSchema, 'configSchema');
    ensure(/^[a-z][a-z0-9_-]*$/.test(driver.info.name), `info.name ${driver.info.name} is not a word`);
    ensure(driver.info.version !== '', 'info.version is empty');
    ensureEqual(driver.info.apiVersion, API_VERSION, 'info.apiVersion');
    for (const [name, field] of Object.entries(driver.configSchema.fields)) {
      ensure(field.doc !== '', `config field ${name} has no doc`);
    }
  }),
  defineCase('optional groups are present if and only if the capability says so', async ({ driver }) => {
    const { capabilities } = driver;
    ensureEqual(driver.signals !== undefined, capabilities.signals, 'signals is present');
    ensureEqual(driver.exec !== undefined, capabilities.exec, 'exec is present');
    ensureEqual(driver.update !== undefined, capabilities.update, 'update is present');
    ensureEqual(driver.logs !== undefined, capabilities.logs === 'stream', 'logs is present');
  }),
  defineCase('the fingerprint gives its first item at once and ends without an error on abort', async (bench) => {
    const stop = new AbortController();
    const items: Fingerprint[] = [];
    const reading = (async () => {
      for await (const item of bench.driver.fingerprint({ signal: stop.signal })) {
        items.push(item);
        stop.abort();
      }
    })();
    await bench.step('fingerprint', reading);
    const first = items[0];
    ensure(first !== undefined, 'the fingerprint ended without an item');
    ensureJsonSafe(first, 'fingerprint');
    ensure(['undetected', 'unhealthy', 'healthy'].includes(first.health), `health is ${first.health}`);
    ensure(first.health === 'healthy' || first.description !== '', 'not healthy, and no description says why');
  }),
  defineCase('a fingerprint asked for with an aborted signal ends', async (bench) => {
    const read = async () => {
      let count = 0;
      for await (const _item of bench.driver.fingerprint({ signal: AbortSignal.abort() })) count += 1;
      return count;
    };
    ensure((await bench.step('fingerprint', read())) <= 1, 'more than one item after the abort');
  }),
];
