/*
 * Carries a task's output from its pipes to rotated files, with or without an agent.
 *
 * The files lie where only root can write; each is also shown, as a hard link, in a directory that tasks can write. Both
 * directories are opened once. Nothing is opened, read or cut through the second one, and a link that fails or was
 * replaced there is left as it is.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "orch-launch.h"

static const char LOST[] = "[orch: output was lost here: the log file could not be written]\n";
enum { RETRY_MS = 500, PIECE = 1 << 20, MOST_TAKEN = 16 };

// Handles of both directories; -1 = none.
static int logs = -1, view = -1;

struct stream {
  int in, out;
  struct log_file file;
  // Files up to this number are removed.
  long removed;
  bool ended;
  // Set while the file cannot be written: output is dropped, so that the task never blocks.
  bool lost;
  long long retry_at;
};

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// Without a symlink in the last component; the ones before it are root's.
static int open_directory(int at, const char *path) {
  return openat(at, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// From the root down, one component after the other, so that no symlink is followed.
static int open_view(const struct plan *plan) {
  char path[4096], *rest = path, *name;
  if (plan->view_root == NULL || snprintf(path, sizeof path, "%s", plan->view_path) >= (int)sizeof path) return -1;
  int at = open_directory(AT_FDCWD, plan->view_root);
  while (at >= 0 && (name = strsep(&rest, "/")) != NULL) {
    int below = *name == '\0' || strcmp(name, "..") == 0 ? -1 : open_directory(at, name);
    close(at);
    at = below;
  }
  return at;
}

static bool open_logs(const char *base) {
  char path[4096];
  const char *slash = strrchr(base, '/');
  if (slash == NULL || slash - base >= (long)sizeof path) return false;
  snprintf(path, sizeof path, "%.*s", (int)(slash - base), base);
  logs = open_directory(AT_FDCWD, path);
  return logs >= 0;
}

static bool name_log(const struct stream *stream, long number, char *name, size_t size) {
  const char *slash = strrchr(stream->file.base, '/');
  int length = snprintf(name, size, "%s.%ld", slash == NULL ? "" : slash + 1, number);
  return length > 0 && (size_t)length < size;
}

static bool is_same(const struct stat *left, const struct stat *right) {
  return left->st_dev == right->st_dev && left->st_ino == right->st_ino;
}

static void remove_log(const struct stream *stream, long number) {
  char name[NAME_MAX + 1];
  struct stat log, shown;
  if (!name_log(stream, number, name, sizeof name) || fstatat(logs, name, &log, AT_SYMLINK_NOFOLLOW) != 0) return;
  // What a task has put in its place is the task's.
  if (view >= 0 && fstatat(view, name, &shown, AT_SYMLINK_NOFOLLOW) == 0 && is_same(&log, &shown)) unlinkat(view, name, 0);
  unlinkat(logs, name, 0);
}

static bool is_taken(int reason) {
  return reason == ELOOP || reason == ENXIO || reason == EISDIR || reason == EAGAIN || reason == ETXTBSY || reason == EPERM;
}

// A number whose name does not lead to a plain file of root's is taken: the log goes on with the next.
static int open_free(struct stream *stream, char *name, size_t size) {
  for (int taken = 0; taken < MOST_TAKEN; taken += 1, stream->file.number += 1) {
    if (!name_log(stream, stream->file.number, name, size)) return -1;
    // Not O_APPEND: splice(2) refuses such a file. Neither a FIFO nor a lease on the shown link may hold the copier up.
    int file = openat(logs, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
    struct stat found;
    if (file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid()) {
      // Whatever a container's root has made of it through the view.
      if ((found.st_mode & 07777) != 0644) fchmod(file, 0644);
      return file;
    }
    if (file >= 0) close(file);
    else if (!is_taken(errno)) return -1;
  }
  return -1;
}

static bool open_log(struct stream *stream) {
  char name[NAME_MAX + 1];
  if (logs < 0 && !open_logs(stream->file.base)) return false;
  stream->out = open_free(stream, name, sizeof name);
  if (stream->out < 0) return false;
  stream->file.bytes = lseek(stream->out, 0, SEEK_END);
  // It is there already when the file is gone on with.
  if (view >= 0) linkat(logs, name, view, name, 0);
  return true;
}

static void begin_loss(struct stream *stream) {
  if (stream->out >= 0) close(stream->out);
  stream->out = -1;
  stream->lost = true;
  stream->retry_at = now_ms() + RETRY_MS;
}

// Tries the file again; the loss is written into it first.
static void end_loss(struct stream *stream) {
  if (!open_log(stream)) return begin_loss(stream);
  ssize_t wrote = write(stream->out, LOST, sizeof LOST - 1);
  if (wrote < (ssize_t)sizeof LOST - 1) {
    // Half of the sentence would be worse than none.
    if (wrote > 0 && ftruncate(stream->out, stream->file.bytes) != 0) stream->file.bytes += wrote;
    return begin_loss(stream);
  }
  stream->file.bytes += wrote;
  stream->lost = false;
}

static void drop(struct stream *stream) {
  char waste[65536];
  ssize_t got;
  while ((got = read(stream->in, waste, sizeof waste)) > 0) continue;
  if (got == 0) stream->ended = true;
}

static void rotate(const struct plan *plan, struct stream *stream) {
  if (stream->out >= 0) close(stream->out);
  stream->out = -1;
  stream->file.number += 1;
  stream->file.bytes = 0;
  while (stream->removed < stream->file.number - plan->max_files) remove_log(stream, ++stream->removed);
}

// For file systems that splice(2) does not know.
static ssize_t copy_piece(struct stream *stream, size_t limit) {
  char piece[4096];
  ssize_t got = read(stream->in, piece, limit < sizeof piece ? limit : sizeof piece);
  for (ssize_t done = 0; done < got;) {
    ssize_t wrote = write(stream->out, piece + done, (size_t)(got - done));
    if (wrote < 0) return -1;
    done += wrote;
  }
  return got;
}

/*
 * Moves what is in the pipe. splice(2) takes from the pipe what it has written and nothing else: a copier killed at any
 * moment loses no output.
 */
static void pump(const struct plan *plan, struct stream *stream) {
  if (!plan->has_logs) return drop(stream);
  for (;;) {
    if (stream->lost && now_ms() >= stream->retry_at) end_loss(stream);
    if (stream->lost) return drop(stream);
    if (stream->file.bytes >= plan->max_bytes) rotate(plan, stream);
    if (stream->out < 0 && !open_log(stream)) {
      begin_loss(stream);
      continue;
    }
    long long left = plan->max_bytes - stream->file.bytes;
    if (left <= 0) continue;
    size_t limit = left < PIECE ? (size_t)left : PIECE;
    ssize_t moved = splice(stream->in, NULL, stream->out, NULL, limit, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (moved < 0 && errno == EINVAL) moved = copy_piece(stream, limit);
    if (moved > 0) stream->file.bytes += moved;
    else if (moved == 0) {
      stream->ended = true;
      return;
    } else if (errno == EAGAIN) return;
    else if (errno != EINTR) begin_loss(stream);
  }
}

static struct stream begin_stream(const struct plan *plan, const struct log_file *file, int in, bool has_ended) {
  struct stream stream = {.in = in, .out = -1, .file = *file, .ended = has_ended};
  // A copier killed in the middle of a rotation has left one more.
  long kept = file->number - plan->max_files;
  stream.removed = kept > 0 ? kept - 1 : -1;
  if (plan->has_logs && !has_ended && !open_log(&stream)) begin_loss(&stream);
  return stream;
}

void copy_streams(const struct plan *plan) {
  bool is_successor = plan->carries_out || plan->carries_err;
  view = open_view(plan);
  struct stream streams[2] = {
      begin_stream(plan, &plan->out, OUT_READER, is_successor && !plan->carries_out),
      begin_stream(plan, &plan->err, ERR_READER, !plan->has_logs || (is_successor && !plan->carries_err)),
  };
  while (!streams[0].ended || !streams[1].ended) {
    struct pollfd polls[2];
    bool is_losing = false;
    for (int index = 0; index < 2; index += 1) {
      polls[index] = (struct pollfd){.fd = streams[index].ended ? -1 : streams[index].in, .events = POLLIN};
      is_losing = is_losing || (streams[index].lost && !streams[index].ended);
    }
    int ready = poll(polls, 2, is_losing ? RETRY_MS : -1);
    if (ready < 0 && errno != EINTR) return;
    for (int index = 0; index < 2; index += 1) {
      struct stream *stream = &streams[index];
      if (stream->ended) continue;
      if (stream->lost || (ready > 0 && polls[index].revents != 0)) pump(plan, stream);
    }
  }
}
