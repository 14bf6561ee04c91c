// Mounts by handle: the calls of Linux 5.2 to 5.12, by which nothing is looked up twice and no flag comes late.

#ifndef ORCH_MOUNTS_H
#define ORCH_MOUNTS_H

#include <stdbool.h>

// MOUNT_ATTR_* of linux/mount.h, which does not go together with sys/mount.h.
enum { SET_RDONLY = 1, SET_NOSUID = 2, SET_NODEV = 4, SET_NOEXEC = 8 };

// A mount of what `path` leads to from `dir`, attached nowhere. `flags` may be AT_EMPTY_PATH. -1 with errno set.
int clone_mount(int dir, const char *path, unsigned flags);

/*
 * Changes SET_* of a mount of `clone_mount` or of the mount a directory handle is the root of. From then on what is mounted
 * in it stays in its own namespace, and nothing of others comes into it.
 */
bool set_mount(int mount, unsigned long long set, unsigned long long cleared);

// Sets SET_* of a mount of `clone_mount` and of all mounts below it.
bool set_mounts(int mount, unsigned long long set);

// Puts a mount of `clone_mount` upon what the handle `target` stands for.
bool attach_mount(int mount, int target);

// The same upon `name` in `dir`, where nobody else changes what it leads to. A link is not followed.
bool attach_at(int mount, int dir, const char *name);

/*
 * An O_PATH handle of `path` below `base`, following no symlink, magic link or `..`: for what lies below directories that
 * tasks can write. -1 with errno set.
 */
int open_beneath(int base, const char *path, int flags);

// An O_PATH handle of a directory, following links, but none of those in /proc that lead past names. -1 with errno set.
int open_directory(const char *path);

#endif
