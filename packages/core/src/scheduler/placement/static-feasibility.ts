// The checks that do not depend on what runs on a node: answered once per computed class where the class decides.

import type { Node } from '../../model/node.ts';
import { checkDevices } from '../feasible/device-check.ts';
import { hasDriver } from '../feasible/driver-check.ts';
import { findHostNetwork } from '../feasible/host-network-check.ts';
import { checkNetwork } from '../feasible/network-check.ts';
import type { GroupAsk } from './ask.ts';

export interface StaticFeasibility {
  readonly isFeasible: (node: Node) => boolean;
  /** Computed class → whether its nodes can ever hold the group, for the classes asked about so far. */
  readonly classes: ReadonlyMap<string, boolean>;
}

export function staticFeasibility(ask: GroupAsk): StaticFeasibility {
  const classes = new Map<string, boolean>();
  const ofClass = ask.constraints.filter((compiled) => !compiled.escapes);
  const ofNode = ask.constraints.filter((compiled) => compiled.escapes);
  const networks = ask.group.networks.filter(({ mode }) => mode !== '' && mode !== 'host' && mode !== 'none');
  const ports = [...ask.ports.fixed, ...ask.ports.dynamic];
  const hasDevices = checkDevices(ask.group) !== undefined;
  const classAnswer = (node: Node) =>
    ofClass.every((compiled) => compiled.holds(node)) &&
    networks.every((network) => checkNetwork(network, node) === undefined);
  const answerOf = (node: Node) => {
    const known = classes.get(node.computedClass);
    if (known !== undefined) return known;
    const answer = classAnswer(node);
    if (node.computedClass !== '') classes.set(node.computedClass, answer);
    return answer;
  };
  return {
    classes,
    isFeasible: (node) =>
      !hasDevices &&
      answerOf(node) &&
      ask.drivers.every((driver) => hasDriver(driver, node)) &&
      ofNode.every((compiled) => compiled.holds(node)) &&
      ports.every((port) => findHostNetwork(node, port.hostNetwork) !== undefined),
  };
}
