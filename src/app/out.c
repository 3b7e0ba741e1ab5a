/* SPDX-License-Identifier: PostgreSQL */
/*
 * A file is written beside the old one and renamed over it, so that a reader
 * sees the one or the other, and a full disk harms neither. Signals are let
 * in only while standard output is waited for: none of them can leave half
 * of it behind.
 */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <termios.h>
#include <unistd.h>

#include "app.h"
#include "base/buf.h"
#include "base/units.h"
#include "config.h"
#include "feed.h"
#include "report/report.h"

#define FINISH_US (2 * UNITS_US_PER_SECOND) /* how long a signal waits for the reader */
#define PROBE_BYTES 65536                   /* room that a report of an act may need */

void
out_open(struct out *out, const char *path)
{
	*out = (struct out){ .path = path };
	if (path != NULL && strcmp(path, "-") == 0)
		out->path = NULL;
}

int
out_width(const struct out *out)
{
	struct winsize size;

	if (out->path != NULL || !isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col > 0 ? size.ws_col : 80;
}

void
out_report(const struct out *out, const struct settings *settings, struct report *report)
{
	const char *no_color = getenv("NO_COLOR");
	bool color = out_width(out) > 0 && (no_color == NULL || no_color[0] == '\0');

	report->version = PACKAGE_VERSION;
	report->writer = writer_by_format(settings->format);
	report->limit = (size_t)settings->limit;
	report->utf8 = !settings->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	report->color = settings->color == 1 || (settings->color == 0 && color);
}

/* Waits until standard output takes bytes; false when a signal says not to wait any longer. */
static bool
wait_for_reader(int64_t *give_up_us)
{
	struct pollfd fds = { .fd = STDOUT_FILENO, .events = POLLOUT };

	for (;;) {
		int64_t now_us = clock_mono_us(), left = *give_up_us - now_us;
		struct timespec limit = { left / UNITS_US_PER_SECOND,
			left % UNITS_US_PER_SECOND * 1000 };

		if (signals_hurry() || left <= 0)
			return false;
		if (ppoll(&fds, 1, *give_up_us == INT64_MAX ? NULL : &limit, signals_mask()) > 0)
			return true;
		if (signals_quit() && *give_up_us == INT64_MAX)
			*give_up_us = now_us + FINISH_US;
	}
}

static enum out_result
write_stdout(const struct buf *report, struct err *err)
{
	int64_t give_up_us = INT64_MAX;
	size_t done = 0;

	while (done < report->len) {
		size_t rest = report->len - done;
		ssize_t n;

		if (!wait_for_reader(&give_up_us))
			return OUT_GONE;
		/* So much a pipe that is ready takes without blocking. */
		n = write(STDOUT_FILENO, report->data + done, rest < PIPE_BUF ? rest : PIPE_BUF);
		if (n < 0 && errno == EPIPE)
			return OUT_GONE;
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			err_set(err, "cannot write: %s", strerror(errno));
			return OUT_FAILED;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return OUT_DONE;
}

static bool
write_all(int fd, const struct buf *report)
{
	size_t done = 0;

	while (done < report->len) {
		ssize_t n = write(fd, report->data + done, report->len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The file that is meant: what a link leads to. A device or a pipe is never replaced. */
static bool
find_file(const char *path, char real[PATH_MAX], struct stat *old, struct err *err)
{
	if (lstat(path, old) != 0 && errno == ENOENT) {
		if (snprintf(real, PATH_MAX, "%s", path) >= PATH_MAX)
			return err_set(err, "cannot write %s: name too long", path);
		old->st_mode = 0; /* a new one */
		return true;
	}
	if (realpath(path, real) == NULL || stat(real, old) != 0)
		return err_set(err, "cannot write %s: %s", path, strerror(errno));
	return S_ISREG(old->st_mode) ||
	    err_set(err, "cannot write %s: it is no regular file, which could be replaced", path);
}

/* The new file looks like the old one: its mode, and its owner where we may give it away. */
static bool
adopt(int fd, const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	if (old->st_mode == 0)
		return fchmod(fd, 0666 & ~mask) == 0;
	if (fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)
		return false;
	return fchmod(fd, old->st_mode & 0777) == 0;
}

/* Some file systems cannot sync, and need not. */
static bool
finish(int fd, const struct buf *report, const struct stat *old)
{
	return write_all(fd, report) && adopt(fd, old) && (fsync(fd) == 0 || errno == EINVAL);
}

/* A file that is to become another one: beside it, under a name of its own. */
struct draft {
	const char *path;
	char real[PATH_MAX];
	char temporary[PATH_MAX];
	struct stat old;
	int fd;
};

static bool
open_draft(struct draft *draft, const char *path, struct err *err)
{
	const char *slash;
	int n;

	if (path[0] == '\0')
		return err_set(err, "--output names no file");
	draft->path = path;
	if (!find_file(path, draft->real, &draft->old, err))
		return false;
	slash = strrchr(draft->real, '/');
	n = slash != NULL ? (int)(slash + 1 - draft->real) : 0;
	if (snprintf(draft->temporary, PATH_MAX, "%.*s.pgconntop-XXXXXX", n, draft->real) >=
	    PATH_MAX)
		return err_set(err, "cannot write %s: name too long", path);
	draft->fd = mkostemp(draft->temporary, O_CLOEXEC);
	return draft->fd >= 0 || err_set(err, "cannot write beside %s: %s", path, strerror(errno));
}

/* Writes and closes it. */
static bool
fill_draft(const struct draft *draft, const struct buf *report, struct err *err)
{
	bool good = finish(draft->fd, report, &draft->old);

	if (!good)
		err_set(err, "cannot write %s: %s", draft->path, strerror(errno));
	if (close(draft->fd) != 0 && good)
		good = err_set(err, "cannot write %s: %s", draft->path, strerror(errno));
	return good;
}

static bool
replace_file(const char *path, const struct buf *report, struct err *err)
{
	struct draft draft;
	bool good;

	if (!open_draft(&draft, path, err))
		return false;
	good = fill_draft(&draft, report, err);
	if (good && rename(draft.temporary, draft.real) != 0)
		good = err_set(err, "cannot replace %s: %s", path, strerror(errno));
	if (!good)
		unlink(draft.temporary);
	return good;
}

/* Whether there is room for some of a report beside the file. */
static bool
check_file(const char *path, struct err *err)
{
	struct buf some = { 0 };
	struct draft draft;
	bool good;

	if (!open_draft(&draft, path, err))
		return false;
	buf_fill(&some, ' ', PROBE_BYTES);
	good = fill_draft(&draft, &some, err);
	unlink(draft.temporary);
	buf_clear(&some);
	return good;
}

/* A reader that went away is not asked for: who does not read needs no report. */
static bool
check_stdout(struct err *err)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);
	struct statvfs system;
	struct stat file;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return err_set(err, "cannot write: standard output is closed");
	if (write(STDOUT_FILENO, "", 0) < 0 && errno != EPIPE && errno != EAGAIN && errno != EINTR)
		return err_set(err, "cannot write: %s", strerror(errno));
	if (fstat(STDOUT_FILENO, &file) != 0 || !S_ISREG(file.st_mode) ||
	    fstatvfs(STDOUT_FILENO, &system) != 0 || system.f_bavail > 0 || system.f_blocks == 0)
		return true;
	return err_set(err, "cannot write: %s", strerror(ENOSPC));
}

bool
out_check(const struct out *out, struct err *err)
{
	return out->path != NULL ? check_file(out->path, err) : check_stdout(err);
}

/* Says what went wrong when it is not what was said before, or when something was done. */
static void
tell(struct out *out, const struct err *err)
{
	struct err lost;

	if (out->done != NULL) {
		err_set(&lost, "%s; the report could not be written: %s", out->done, err->msg);
		complain(lost.msg);
	} else if (strcmp(out->told.msg, err->msg) != 0) {
		complain(err->msg);
	}
	out->told = *err;
}

enum out_result
out_write(struct out *out, const struct buf *report)
{
	enum out_result result = OUT_DONE;
	struct err err = { 0 };

	if (report->len == 0)
		return OUT_DONE;
	if (out->path == NULL)
		result = write_stdout(report, &err);
	else if (!replace_file(out->path, report, &err))
		result = OUT_FAILED;
	if (result == OUT_FAILED) {
		tell(out, &err);
	} else if (out->told.msg[0] != '\0') {
		err_set(&err, "%s is written again", out->path);
		complain(err.msg);
		out->told.msg[0] = '\0';
	}
	return result;
}
