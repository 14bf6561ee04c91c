// What a plugin answers to ADD, for reading; it is stored and passed on as it came.
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** The answer as the plugin gave it. Read it through `readAddresses` and `readInterfaces`. */
export interface CniResult extends JsonObject {
  readonly cniVersion?: string;
}

export interface CniAddress {
  /** With prefix length: `10.1.0.5/24`. */
  readonly address: string;
  readonly gateway?: string;
  /** Index into the result's interfaces. */
  readonly interface?: number;
}

export interface CniInterface {
  readonly name: string;
  readonly mac?: string;
  /** Path of the namespace it is in; absent = the host. */
  readonly sandbox?: string;
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function readInterfaces(result: CniResult): CniInterface[] {
  return objects(result['interfaces']).map((found) => ({
    name: String(found['name'] ?? ''),
    ...(typeof found['mac'] === 'string' ? { mac: found['mac'] } : {}),
    ...(typeof found['sandbox'] === 'string' && found['sandbox'] !== '' ? { sandbox: found['sandbox'] } : {}),
  }));
}

export function readAddresses(result: CniResult): CniAddress[] {
  return objects(result['ips']).flatMap((found) => {
    const address = found['address'];
    if (typeof address !== 'string') return [];
    return {
      address,
      ...(typeof found['gateway'] === 'string' ? { gateway: found['gateway'] } : {}),
      ...(typeof found['interface'] === 'number' ? { interface: found['interface'] } : {}),
    };
  });
}

/** Name servers a result names. */
export function readDns(result: CniResult): { servers: string[]; searches: string[]; options: string[] } {
  const dns = isJsonObject(result['dns']) ? result['dns'] : {};
  const strings = (value: JsonValue | undefined) =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  return { servers: strings(dns['nameservers']), searches: strings(dns['search']), options: strings(dns['options']) };
}

/** Undefined when `text` is a result; else what is wrong with it. */
export function resultProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'its answer is not JSON';
  }
  if (!isJsonObject(value)) return 'its answer is not an object';
  for (const key of ['interfaces', 'ips', 'routes']) {
    if (value[key] !== undefined && value[key] !== null && !Array.isArray(value[key]))
      return `"${key}" in its answer is not a list`;
  }
  for (const ip of objects(value['ips'])) {
    if (typeof ip['address'] !== 'string' || !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(ip['address'])) {
      return `"ips" in its answer has ${JSON.stringify(ip['address'])} instead of an address with prefix length`;
    }
  }
  return undefined;
}
