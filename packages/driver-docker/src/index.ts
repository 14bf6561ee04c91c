// The docker driver for the agent, and the names its tests need.
import type { CreateDriver } from '@orch/driver-api';
import { createDockerDriver } from './driver.ts';

export { DOCKER_CONFIG_SCHEMA } from './config-schema.ts';
export { DOOR_IMAGE } from './door.ts';
export { createDockerDriver, DOCKER_CAPABILITIES, type DockerDriverDeps } from './driver.ts';
export { createEngine, type Engine } from './engine.ts';
export { containerName, ownerOf } from './labels.ts';

export const createDriver: CreateDriver = (options) => createDockerDriver(options);
