// Only the first interface of a group has the default route.
import type { JsonObject } from '@orch/driver-api';
import { type CommandRunner, runTool } from './command-runner.ts';

const defaults: Readonly<Record<string, string>> = { '0.0.0.0/0': '-4', '::/0': '-6' };

interface ResultRoute {
  readonly dst?: unknown;
}

/**
 * Removes default routes that a later network brought: plugins add theirs before those that stand. The answer without
 * them, so that CHECK does not miss them.
 */
export async function dropDefaultRoutes(
  runner: CommandRunner,
  namespaceName: string,
  ifName: string,
  result: JsonObject,
): Promise<JsonObject> {
  const routes = result['routes'];
  if (!Array.isArray(routes)) return result;
  const isDefault = (route: ResultRoute) => defaults[String(route.dst)] !== undefined;
  for (const family of new Set(
    routes.filter(isDefault).map((route: ResultRoute) => defaults[String(route.dst)] ?? '-4'),
  )) {
    await runTool(runner, ['ip', family, '-n', namespaceName, 'route', 'delete', 'default', 'dev', ifName]);
  }
  return { ...result, routes: routes.filter((route: ResultRoute) => !isDefault(route)) };
}
