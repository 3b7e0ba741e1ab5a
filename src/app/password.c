/* SPDX-License-Identifier: PostgreSQL */
/*
 * Asking for a password: on the terminal itself, without echo, never through
 * stdin, so that a pipe cannot take it for data.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/link.h"

#define PASSWORD_MOST 1024

static void
tell(int tty, const char *text)
{
	if (write(tty, text, strlen(text)) < 0)
		return; /* nobody to tell */
}

/* Reads a line; false at the end of input, a signal to quit, or ^C. */
static bool
read_line(int tty, const struct termios *quiet, struct buf *line)
{
	struct pollfd fds = { .fd = tty, .events = POLLIN };
	char c;

	for (;;) {
		if (ppoll(&fds, 1, NULL, signals_mask()) < 0) {
			if (errno != EINTR || signals_quit())
				return false;
			/* After ^Z and fg: shells have set modes of their own. */
			if (signals_continued())
				tcsetattr(tty, TCSAFLUSH, quiet);
			continue;
		}
		if (read(tty, &c, 1) != 1)
			return false;
		if (c == '\n')
			return true;
		if (line->len < PASSWORD_MOST)
			buf_addc(line, c);
	}
}

char *
password_ask(const char *user, const struct link *link)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios saved, quiet;
	struct buf line = { 0 };
	char *password = NULL;

	if (tty < 0)
		return NULL;
	if (tcgetattr(tty, &saved) == 0) {
		quiet = saved;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		tcsetattr(tty, TCSAFLUSH, &quiet);
		if (link->refusal == REFUSAL_PASSWORD) {
			tell(tty, refusal_words(link->refusal));
			tell(tty, "\n");
		}
		tell(tty, "Password");
		tell(tty, user != NULL ? " for user " : "");
		tell(tty, user != NULL ? user : "");
		tell(tty, ": ");
		if (read_line(tty, &quiet, &line))
			password = mem_strdup(buf_str(&line));
		tell(tty, "\n");
		tcsetattr(tty, TCSAFLUSH, &saved);
	}
	if (line.data != NULL)
		explicit_bzero(line.data, line.cap);
	buf_clear(&line);
	close(tty);
	return password;
}

void
password_free(char *password)
{
	mem_free_secret(password);
}
