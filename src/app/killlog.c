/* SPDX-License-Identifier: PostgreSQL */
/*
 * The kill log: what was meant, on disk before the first signal goes out,
 * and what became of it. One JSON object a line, in a file of our own that
 * nobody else may read. It is opened anew for each act, so a log that was
 * rotated away is made again.
 */
#include "killlog.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/job.h"
#include "base/err.h"
#include "base/settings.h"
#include "model/snapshot.h"
#include "report/json.h"

/* The default: below the user's state directory. */
static bool
default_path(struct buf *path, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state != NULL && state[0] == '/')
		buf_addf(path, "%s/pgconntop/kill.log", state);
	else if (home != NULL && home[0] == '/')
		buf_addf(path, "%s/.local/state/pgconntop/kill.log", home);
	else
		return err_set(err, "no place for the kill log: HOME is not set; give --kill-log");
	return true;
}

/* Makes the directories above a file; what cannot be made shows when the file is opened. */
static void
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

/* Looked up once: it may ask a server in the network. */
static void
set_os_user(struct buf *out)
{
	const struct passwd *entry = getpwuid(getuid());

	buf_reset(out);
	if (entry != NULL)
		buf_adds(out, entry->pw_name);
	else
		buf_addf(out, "%lu", (unsigned long)getuid());
}

/* Whether a full disk has cut the last line. A log that we may not read is taken as it is. */
static bool
is_cut(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat info;
	char last = '\n';

	if (fd < 0)
		return false;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
	    pread(fd, &last, 1, info.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

bool
killlog_open(struct killlog *log, const struct settings *settings, struct err *err)
{
	struct stat info;

	log->fd = -1;
	buf_reset(&log->path);
	buf_reset(&log->lines);
	if (settings->kill_log != NULL)
		buf_adds(&log->path, settings->kill_log);
	else if (!default_path(&log->path, err))
		return false;
	if (settings->kill_log == NULL)
		make_directories(log->path.data);
	if (is_cut(log->path.data))
		buf_addc(&log->lines, '\n');
	set_os_user(&log->os_user);
	/* A pipe that nobody reads is refused: the screen must not wait for it. */
	log->fd = open(log->path.data,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	/* One that was made by another program may be open to all: queries hold secrets. */
	if (log->fd >= 0 && fstat(log->fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    info.st_uid == geteuid() && (info.st_mode & 077) != 0)
		fchmod(log->fd, 0600);
	return log->fd >= 0 ||
	    err_set(err, "cannot write the kill log %s: %s", log->path.data, strerror(errno));
}

void
killlog_close(struct killlog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
	buf_clear(&log->path);
	buf_clear(&log->os_user);
	buf_clear(&log->lines);
}

void
killlog_add(struct killlog *log, const char *event, const struct job *job,
    const struct target *target, const struct killlog_where *where)
{
	bool intent = strcmp(event, "intent") == 0;
	const struct json_field fields[] = {
		{ "time", value_time(where->wall_us) },
		{ "event", value_text(event) },
		{ "action", value_text(action_row(job->action)->name) },
		{ "policy", value_text(policy_row(job->policy)->name) },
		{ "os_user", value_text(buf_str(&log->os_user)) },
		{ "sudo_user", value_text(getenv("SUDO_USER")) },
		{ "ssh_client", value_text(getenv("SSH_CLIENT")) },
		{ "server", value_text(where->server) },
		{ "role", value_text(target->via != VIA_PROC ? where->role : NULL) },
		{ "pid", value_int(target->id.pid) },
		{ "backend_start", value_time(target->id.start_us) },
		{ "user", value_text(target->user) },
		{ "database", value_text(target->database) },
		{ "application", value_text(target->application) },
		{ "client", value_text(target->client) },
		{ "state", value_text(session_state_name(target->state)) },
		{ "state_change", value_time(target->state_change_us) },
		{ "age_seconds", value_duration(target->age_us) },
		{ "query", value_text(intent ? target->query : NULL) },
		{ "outcome", value_text(intent ? NULL : outcome_name(target->outcome)) },
		{ "note", value_text(target->note) },
	};

	json_line(&log->lines, fields, sizeof(fields) / sizeof(fields[0]));
}

/* Writes what it can, and keeps the rest: a line that was cut goes on where it was. */
static bool
write_lines(struct killlog *log)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < log->lines.len) {
		n = write(log->fd, log->lines.data + done, log->lines.len - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (done > 0) {
		log->lines.len -= done;
		memmove(log->lines.data, log->lines.data + done, log->lines.len + 1);
	}
	return log->lines.len == 0;
}

bool
killlog_flush(struct killlog *log, bool to_disk, struct err *err)
{
	/* A pipe or a device cannot be synced, and need not be. */
	if (write_lines(log) &&
	    (!to_disk || fsync(log->fd) == 0 || errno == EINVAL || errno == EROFS))
		return true;
	return err_set(err, "cannot write the kill log %s: %s", buf_str(&log->path),
	    strerror(errno));
}
