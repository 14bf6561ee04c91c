// The ports of a service in its group's network, once the number of instances is known.

import { configure, give, open } from '../draft.ts';
import type { PortWish, ServiceContext } from './service-context.ts';

/** Publishes the ports once the number of instances is known. */
export function publishPorts(context: ServiceContext): void {
  const { run, task, ports, facts } = context;
  const network = context.network();
  give(run, network, 'mode', facts.mode, context.at);
  for (const wish of ports) {
    if (facts.mode === 'none') {
      run.error(wish.at, 'Cannot be converted', 'A service without a network publishes no ports.');
      continue;
    }
    const port = open(run, network, 'port', wish.at, wish.label);
    const isFixed = wish.published !== undefined && !(wish.isInternal && facts.count > 1);
    if (isFixed) give(run, port, 'static', wish.published, wish.at);
    if (facts.mode === 'bridge') give(run, port, 'to', wish.to, wish.at);
    if (wish.hostNetwork !== undefined) give(run, port, 'host_network', wish.hostNetwork, wish.at);
    sayReach(context, wish, isFixed);
  }
  if (ports.length > 0)
    configure(
      run,
      task,
      'ports',
      ports.map(({ label }) => label),
      ports[0]?.at ?? context.at,
    );
}

function sayReach({ run, name, facts }: ServiceContext, wish: PortWish, isFixed: boolean): void {
  if (wish.isInternal && isFixed) {
    const detail = `Port ${wish.to} of "${name}" is opened on the address of the node, because services do not reach each other inside the cluster yet: whoever reaches the node reaches it.`;
    run.warn(wish.at, 'Open on the node', detail, 'protect it with a password, or by a firewall');
  } else if (wish.isInternal) {
    const detail = `Port ${wish.to} of "${name}" cannot be reached by name: it has ${facts.count} instances, and services are not looked up yet.`;
    run.warn(wish.at, 'Not reachable by name', detail, 'run one instance, or publish the port');
  } else if (isFixed && facts.count > 1) {
    const detail = `Each of the ${facts.count} instances takes port ${wish.published} of its node, so each needs a node of its own: there is no routing mesh yet.`;
    run.warn(wish.at, 'One instance on a node', detail, 'leave the published port out to run several on one node');
  }
}
