// Where the mounts of a container lie, and which places are refused. Pure.
//
// Engine and runtime go to a place by its path. In a directory that others change meanwhile that path is bent: upon the
// host's files, or upon the container's own /dev. And what lies at /dev pretends to be the kernel's: the runtime then leaves
// the host's /dev/null to the container as its input, and masks parts of /proc with whatever is called null.
import { posix } from 'node:path';
import type { MountSettings } from 'dockerode';
import { deniedError } from '../engine/errors.ts';

/** Something that is mounted in a container. */
export interface Place {
  /** Absolute and normalized, as it is written. */
  readonly target: string;
  /** What hides the image's files there: new memory, a bind, or nothing else than the image itself. */
  readonly holds: 'memory' | 'image' | 'bind';
}

/** What the engine mounts in each container, too. */
const OF_ENGINE = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'];
/** Directories of the kernel's, and the places in them that no part of the boundary rests on. */
const OF_KERNEL = ['/proc', '/sys', '/dev'];
const FREE = ['/dev/shm', '/dev/log'];

export const PLACE_HINT =
  'Choose another target, or set volumes { enabled = true } in the config of plugin "docker" on the node.';

/** @param volumes that the engine makes for the image, of the image's files */
export function placesOf(
  mounts: readonly MountSettings[],
  tmpfs: readonly string[],
  volumes: readonly string[],
): readonly Place[] {
  return [
    ...mounts.map(({ Target, Type }) => placeAt(Target, Type === 'tmpfs' ? 'memory' : 'bind')),
    ...tmpfs.map((target) => placeAt(target, 'memory')),
    ...[...volumes, ...OF_ENGINE].map((target) => placeAt(target, 'image')),
  ];
}

function placeAt(target: string, holds: Place['holds']): Place {
  return { target: plainTarget(target), holds };
}

export function plainTarget(target: string): string {
  return posix.normalize(`/${target}`).replace(/(?<=.)\/$/, '');
}

export function isOfKernel(place: string): boolean {
  return OF_KERNEL.some((top) => place === top || place.startsWith(`${top}/`)) && !FREE.includes(place);
}

/**
 * A place in a bind is refused, in one of the task's own directory, too: whoever had that directory open once, as an earlier
 * run of the task, can change it while the engine is on its way.
 * @param linkAt where a path leads that is a link in the image, else the path itself
 * @throws DriverError `denied`
 */
export function judgePlaces(places: readonly Place[], linkAt: (path: string) => string): void {
  const tops = Map.groupBy(places, ({ target }) => follow(target, linkAt));
  for (const { target } of places)
    if (isOfKernel(lead(target, tops, linkAt)))
      throw deniedError([], `this node does not allow a mount at "${target}"`, PLACE_HINT);
}

function insideError(target: string, above: string): Error {
  return deniedError(
    [],
    `a mount at "${target}" lies in the one at "${above}", where tasks may turn its path elsewhere`,
    PLACE_HINT,
  );
}

function follow(target: string, linkAt: (path: string) => string): string {
  return namesOf(target).reduce((at, name) => linkAt(posix.join(at, name)), '/');
}

/** The path it is in the image. @throws DriverError where a bind lies on the way, or a link in what memory hides */
function lead(target: string, tops: ReadonlyMap<string, readonly Place[]>, linkAt: (path: string) => string): string {
  let at = '/';
  let memory: Place | undefined;
  for (const name of namesOf(target)) {
    const here = tops.get(at) ?? [];
    const bind = here.find(({ holds }) => holds === 'bind');
    if (bind !== undefined) throw insideError(target, bind.target);
    memory ??= here.find(({ holds }) => holds === 'memory');
    const next = posix.join(at, name);
    at = linkAt(next);
    // There the image's link is hidden, or not yet: it would have to be followed and not.
    if (memory !== undefined && at !== next) throw insideError(target, memory.target);
  }
  return at;
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
