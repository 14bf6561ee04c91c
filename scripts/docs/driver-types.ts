// The types of `config` in jobs in TypeScript, from the drivers' own schemas.

import type { ConfigField, ConfigSchema, ConfigType } from '@orch/driver-api';
import { DOCKER_CONFIG_SCHEMA } from '@orch/driver-docker';
import { EXEC_SCHEMA, RAW_EXEC_SCHEMA } from '../../packages/driver-exec/src/task-config.ts';
import { configSchema as javaSchema } from '../../packages/driver-java/src/config.ts';
import { configSchema as qemuSchema } from '../../packages/driver-qemu/src/config.ts';
import { comment, HEAD, pascal } from './type-text.ts';

export const drivers: Readonly<Record<string, ConfigSchema>> = {
  docker: DOCKER_CONFIG_SCHEMA,
  exec: EXEC_SCHEMA,
  raw_exec: RAW_EXEC_SCHEMA,
  java: javaSchema,
  qemu: qemuSchema,
};

/** File name → text, not yet laid out. */
export function driverTypeFiles(): Map<string, string> {
  const files = Object.entries(drivers).map(
    ([driver, schema]) => [configFile(driver), configFileText(driver, schema)] as const,
  );
  return new Map([...files, ['drivers.ts', driversText()]]);
}

function configFile(driver: string): string {
  return `config-${driver.replaceAll('_', '-')}.ts`;
}

function configFileText(driver: string, schema: ConfigSchema): string {
  const body = configText(schema);
  const used = ['Repeated', 'RunTimeText'].filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  const imports = used.length === 0 ? [] : [`import type { ${used.join(', ')} } from './values.ts';`];
  const doc = comment(`\`config\` of driver ${driver}.`);
  return [HEAD, ...imports, `${doc}export interface ${pascal(driver)}Config ${body}`].join('\n\n');
}

function driversText(): string {
  const names = Object.keys(drivers);
  const imports = names.map((driver) => `import type { ${pascal(driver)}Config } from './${configFile(driver)}';`);
  const list = names.map((driver) => `readonly ${driver}: ${pascal(driver)}Config;`);
  const doc = comment("Drivers whose `config` is typed. A plugin's package may add its own by declaration merging.");
  return [HEAD, imports.sort().join('\n'), `${doc}export interface DriverConfigs {\n${list.join('\n')}\n}`].join(
    '\n\n',
  );
}

function configText(schema: ConfigSchema): string {
  const lines = Object.entries(schema.fields).map(([name, field]) => {
    const required = field.required === true;
    const shown = field.default === undefined ? [] : [`@default ${JSON.stringify(field.default)}`];
    const idle = field.noEffect === undefined ? [] : [`No effect here: ${field.noEffect}.`];
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `${comment(field.doc, ...idle, ...shown)}readonly ${key}${required ? '' : '?'}: ${configType(field.type, field)}${required ? '' : ' | undefined'};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

function configType(type: ConfigType, field?: ConfigField): string {
  if (typeof type === 'object') {
    if (type.kind === 'list') return `readonly (${configType(type.of)})[]`;
    if (type.kind === 'map') return `Readonly<Record<string, ${configType(type.of)}>>`;
    return type.many ? `Repeated<${configText(type.schema)}>` : configText(type.schema);
  }
  switch (type) {
    case 'string':
      return field?.values === undefined
        ? 'string'
        : [...field.values.map((value) => JSON.stringify(value)), 'RunTimeText'].join(' | ');
    case 'number':
      return 'number | RunTimeText';
    case 'bool':
      return 'boolean | RunTimeText';
    case 'duration':
      return 'string';
  }
}
