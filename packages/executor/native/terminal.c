// Passes what a person types and sees between the host's terminal and a command's own.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "orch-launch.h"

static volatile sig_atomic_t was_resized = 1;

static void note_resize(int number) {
  (void)number;
  was_resized = 1;
}

static void pass_size(int inner) {
  struct winsize size;
  was_resized = 0;
  if (ioctl(0, TIOCGWINSZ, &size) == 0) ioctl(inner, TIOCSWINSZ, &size);
}

// False when there is no more to come, or nobody to take it.
static bool pass(int from, int to) {
  char piece[16384];
  ssize_t got = read(from, piece, sizeof piece);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  for (ssize_t done = 0; done < got;) {
    ssize_t wrote = write(to, piece + done, (size_t)(got - done));
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) done += wrote;
  }
  return got > 0;
}

void relay_terminal(int inner, const char *ready) {
  struct termios mode;
  struct sigaction action = {.sa_handler = note_resize};
  sigaction(SIGWINCH, &action, NULL);
  // The inner terminal does what a terminal does with lines and control characters; the outer one hands all on.
  if (tcgetattr(0, &mode) == 0) {
    cfmakeraw(&mode);
    tcsetattr(0, TCSANOW, &mode);
  }
  // Not before: what is typed until then is taken for a line and shown by the outer terminal.
  dprintf(1, "%s", ready);
  struct pollfd ends[2] = {{.fd = 0, .events = POLLIN}, {.fd = inner, .events = POLLIN}};
  for (;;) {
    if (was_resized) pass_size(inner);
    if (poll(ends, 2, -1) < 0) {
      if (errno != EINTR) return;
      continue;
    }
    // The last process on the inner terminal has closed it.
    if (ends[1].revents != 0 && !pass(inner, 1)) return;
    if (ends[0].revents != 0 && !pass(0, inner)) ends[0].fd = -1;
  }
}
