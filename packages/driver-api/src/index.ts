// The stable door between orch and its drivers. Everything a driver package needs, and nothing else.
export * from './config-schema.ts';
export * from './driver.ts';
export * from './errors.ts';
export * from './json.ts';
export * from './stream.ts';
export * from './task.ts';
