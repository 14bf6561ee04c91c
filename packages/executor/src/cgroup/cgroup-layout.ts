// Which cgroup hierarchies this machine has, read from its mount table.

/** Where controllers are to be found: v1 hierarchies, the unified one (v2), or both on a hybrid machine. */
export interface CgroupLayout {
  /** The cgroup2 mount; its kill, freeze, events and cpu.stat files work without any controller. */
  readonly unified?: { readonly path: string; readonly controllers: readonly string[] };
  /** v1 mount point by controller name; named hierarchies as `name=systemd`. */
  readonly legacy: Readonly<Record<string, string>>;
}

/**
 * Reads a layout from the text of /proc/self/mountinfo.
 *
 * @param unifiedControllers text of the cgroup2 root's cgroup.controllers, given its path
 */
export function parseCgroupLayout(mountinfo: string, unifiedControllers: (path: string) => string): CgroupLayout {
  const legacy: Record<string, string> = {};
  let unified: CgroupLayout['unified'];
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const path = before?.split(' ')[4];
    const [kind, , options] = after?.split(' ') ?? [];
    if (path === undefined || !path.startsWith('/sys/fs/cgroup')) continue;
    if (kind === 'cgroup2') {
      unified ??= { path, controllers: unifiedControllers(path).trim().split(/\s+/).filter(Boolean) };
    } else if (kind === 'cgroup') {
      for (const option of options?.split(',') ?? [])
        if (!['rw', 'ro', 'xattr', 'none'].includes(option)) legacy[option] ??= path;
    }
  }
  return unified === undefined ? { legacy } : { unified, legacy };
}

/** Every hierarchy's mount point once. */
export function hierarchies(layout: CgroupLayout): readonly string[] {
  const paths = new Set(Object.values(layout.legacy));
  if (layout.unified) paths.add(layout.unified.path);
  return [...paths];
}
