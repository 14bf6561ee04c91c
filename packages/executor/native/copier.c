// Carries a task's output from its pipes to rotated files, with or without an agent.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "orch-launch.h"

static const char LOST[] = "[orch: output was lost here: the log file could not be written]\n";
enum { RETRY_MS = 500, PIECE = 1 << 20 };

struct stream {
  int in, out;
  struct log_file file;
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

static bool open_log(struct stream *stream) {
  char path[4096];
  snprintf(path, sizeof path, "%s.%ld", stream->file.base, stream->file.number);
  // Not O_APPEND: splice(2) refuses such a file.
  stream->out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (stream->out < 0) return false;
  stream->file.bytes = lseek(stream->out, 0, SEEK_END);
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
  long old = stream->file.number - plan->max_files;
  if (old < 0) return;
  char path[4096];
  snprintf(path, sizeof path, "%s.%ld", stream->file.base, old);
  unlink(path);
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

void copy_streams(const struct plan *plan) {
  struct stream streams[2] = {{.in = OUT_READER, .out = -1, .file = plan->out},
                              {.in = ERR_READER, .out = -1, .file = plan->err, .ended = !plan->has_logs}};
  for (int index = 0; index < 2 && plan->has_logs; index += 1)
    if (!open_log(&streams[index])) begin_loss(&streams[index]);
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
