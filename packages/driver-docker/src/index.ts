// The docker driver for the agent, and the names its tests need.
import type { CreateDriver } from '@orch/driver-api';
import { createDockerDriver } from './driver.ts';

export { DOCKER_CONFIG_SCHEMA } from './config-schema.ts';
export { containerName, ownerOf } from './container/labels.ts';
export { createDockerDriver, DOCKER_CAPABILITIES, type DockerDriverDeps } from './driver.ts';
export { createEngine, type Engine } from './engine/engine.ts';

export const createDriver: CreateDriver = (options) => createDockerDriver(options);
