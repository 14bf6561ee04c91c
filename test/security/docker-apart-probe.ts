// Run in a mount namespace of its own, as an agent in a container is: starts one task and says how that went.
import { createDockerHarness } from '../e2e/docker/docker-harness.ts';

const harness = await createDockerHarness();
const driver = harness.createDriver();
try {
  await driver.start(await harness.script('touch /local/lost'), {});
  console.log('started');
} catch (error) {
  const { code, message } = error as { code?: string; message?: string };
  console.log(`${code}: ${message}; left: ${JSON.stringify(await harness.listLeftovers())}`);
}
await driver.close();
await harness.cleanup();
