/* SPDX-License-Identifier: PostgreSQL */
/*
 * The socket names its listener in our own terms: SO_PEERCRED gives its pid
 * as our pid namespace has it, 0 when it is not in there. A pid out of a file
 * is one of the namespace of whoever wrote it, and proves nothing by itself.
 */
#include "source/proc_find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/link.h"
#include "source/proc_fs.h"
#include "source/proc_pidfile.h"
#include "source/proc_reach.h"
#include "source/proc_stat.h"

#define DEFAULT_PORT "5432"
#define START_MOST_S 30 /* between the start of the process and what postmaster.pid says */

/* What points to the server, before it is believed. */
struct lead {
	int32_t pid;
	int64_t uid;              /* of its socket or its data directory */
	struct proc_pidfile file; /* pid 0 when there is none */
	bool peer;                /* the kernel says so */
	bool absent;              /* nobody listens there */
};

/* Where servers have their sockets unless they are told otherwise. */
static const char *const socket_dirs[] = { "/var/run/postgresql", "/tmp" };

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL && text[0] != '\0' ? text : otherwise;
}

/* By the file that the server keeps beside its socket, when nobody can connect. */
static bool
find_lock_file(struct lead *lead, const char *path, struct err *err)
{
	struct buf name = { 0 }, text = { 0 };
	struct stat about;
	bool good;

	buf_addf(&name, "%s.lock", path);
	good = proc_fs_read_file(buf_str(&name), &text) && stat(buf_str(&name), &about) == 0 &&
	    proc_pidfile_read(&lead->file, buf_str(&text), text.len);
	if (good) {
		lead->pid = lead->file.pid;
		lead->uid = about.st_uid;
	} else {
		err_set(err, "the socket %s takes no more connections, and %s cannot be read", path,
		    buf_str(&name));
	}
	buf_clear(&name);
	buf_clear(&text);
	return good;
}

static bool
find_socket(struct lead *lead, const char *path, struct err *err)
{
	struct proc_peer peer = { 0 };
	int failed = proc_reach_socket(path, &peer);

	if (failed == EAGAIN)
		return find_lock_file(lead, path, err);
	lead->absent = failed == ENOENT || failed == ECONNREFUSED;
	if (lead->absent)
		return err_set(err, "no server listens on the socket %s", path);
	if (failed != 0)
		return err_set(err, "the socket %s: %s", path, strerror(failed));
	if (peer.pid == 0)
		return err_set(err,
		    "the server behind %s runs in another " REFUSAL_NAMESPACE
		    ", such as a container: its processes are not to be seen from here",
		    path);
	lead->pid = peer.pid;
	lead->uid = peer.uid;
	lead->peer = true;
	return true;
}

static bool
find_dir(struct lead *lead, const char *dir, const char *port, struct err *err)
{
	struct buf path = { 0 };
	bool good;

	buf_addf(&path, "%s/.s.PGSQL.%s", dir, port);
	good = find_socket(lead, buf_str(&path), err);
	buf_clear(&path);
	return good;
}

/* By the port alone: the one server whose socket listens for it. */
static bool
find_port(struct lead *lead, const char *port, struct err *err)
{
	struct buf table = { 0 }, name = { 0 }, found = { 0 };
	bool several = false, good = false;

	buf_addf(&name, "/.s.PGSQL.%s", port);
	proc_fs_read_global("net/unix", &table);
	for (char *line = table.data, *next; line != NULL; line = next) {
		const char *path;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		path = strpbrk(line, "/@");
		if (path == NULL || strlen(path) < name.len ||
		    strcmp(path + strlen(path) - name.len, buf_str(&name)) != 0 ||
		    strcmp(path, buf_str(&found)) == 0)
			continue;
		several = several || found.len > 0;
		buf_reset(&found);
		buf_adds(&found, path);
	}
	if (several)
		err_set(err,
		    "several servers here have a socket for port %s: name its directory "
		    "with --host",
		    port);
	else if (found.len == 0)
		err_set(err, "no server here has a Unix socket for port %s", port);
	else
		good = find_socket(lead, buf_str(&found), err);
	buf_clear(&table);
	buf_clear(&name);
	buf_clear(&found);
	return good;
}

static bool
find_pgdata(struct lead *lead, const char *pgdata, struct err *err)
{
	struct buf path = { 0 }, text = { 0 };
	struct stat about = { 0 };
	bool good = false;

	buf_addf(&path, "%s/postmaster.pid", pgdata);
	if (stat(pgdata, &about) < 0)
		err_set(err, "--pgdata=%s: %s", pgdata, strerror(errno));
	else if (!proc_fs_read_file(buf_str(&path), &text) && errno == ENOENT)
		err_set(err, "there is no %s: no server runs there, or it is not a data directory",
		    buf_str(&path));
	else if (text.len == 0)
		err_set(err, "cannot read %s: run as the owner of that directory, or root",
		    buf_str(&path));
	else if (!proc_pidfile_read(&lead->file, buf_str(&text), text.len))
		err_set(err, "%s does not name a server's process", buf_str(&path));
	else
		good = true;
	lead->pid = lead->file.pid;
	lead->uid = about.st_uid;
	buf_clear(&path);
	buf_clear(&text);
	return good;
}

/*
 * Where nobody said a directory the client library has one built in, which it
 * does not tell: servers in two of them are one too many.
 */
static bool
find_default(struct lead *lead, const char *port, struct err *err)
{
	struct lead found[sizeof(socket_dirs) / sizeof(socket_dirs[0])] = { { 0 } };
	size_t count = 0;

	for (size_t i = 0; i < sizeof(socket_dirs) / sizeof(socket_dirs[0]); i++) {
		if (find_dir(&found[count], socket_dirs[i], port, err))
			count++;
		else if (!found[count].absent)
			return false;
	}
	if (count == 0)
		return false;
	if (count > 1 && found[0].pid != found[1].pid)
		return err_set(err,
		    "several servers here have a socket for port %s: name its directory with "
		    "--host",
		    port);
	*lead = found[0];
	return true;
}
/* By what a login goes to. */
static bool
find_login(struct lead *lead, const struct proc_place *place, struct err *err)
{
	const char *host = text_or(place->host, "");
	const char *port = text_or(place->port, DEFAULT_PORT);

	if (host[0] == '/' || host[0] == '@')
		return find_dir(lead, host, port, err);
	if (host[0] == '\0')
		return find_default(lead, port, err);
	if (proc_reach_is_loopback(host))
		return find_port(lead, port, err);
	return err_set(err,
	    "%s may be another machine: on the server's own, name the directory of its socket "
	    "with --host",
	    host);
}

/* Whether a login, which is what the user sees refused, goes to that server and no other. */
static bool
is_login_to(const struct lead *lead, const struct proc_place *place)
{
	const char *host = text_or(place->host, "");
	const char *port = text_or(place->port, DEFAULT_PORT);
	struct proc_peer process = { lead->pid, lead->uid };
	struct lead other = { 0 };
	struct err ignored;

	if (place->pgdata != NULL && strcmp(lead->file.port, port) != 0)
		return false;
	if (proc_reach_is_loopback(host))
		return proc_reach_tcp(host, port, &process);
	return place->pgdata == NULL ||
	    (find_login(&other, place, &ignored) && other.pid == lead->pid);
}

/* Says what the login goes to, what the server is, and how to name that. */
static bool
refuse_login(const struct lead *lead, const struct proc_place *place, struct err *err)
{
	const char *host = text_or(place->host, "[local]");
	const char *port = text_or(place->port, DEFAULT_PORT);
	const struct proc_pidfile *file = &lead->file;
	const char *dir = text_or(file->socket_dir, "localhost");
	bool dead = strcmp(dir, host) == 0 && strcmp(file->port, port) == 0;

	if (place->pgdata == NULL)
		return err_set(err,
		    "on port %s of %s listens another program than the server of that port here, "
		    "such as a tunnel or a pooler: name the directory of its socket with --host",
		    port, host);
	return err_set(err,
	    "--pgdata=%s is the server of port %s, but the connection goes to %s:%s: for that "
	    "server give -h %s -p %s, for another one leave --pgdata out",
	    place->pgdata, text_or(file->port, "?"), host, port, dead ? "localhost" : dir,
	    text_or(file->port, "?"));
}

/* The name of an account out of the local list only: other directories can take their time. */
static void
name_account(char out[PROC_ACCOUNT_MAX], int64_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	char line[1024];

	snprintf(out, PROC_ACCOUNT_MAX, "uid %lld", (long long)uid);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *first = strchr(line, ':');
		const char *second = first != NULL ? strchr(first + 1, ':') : NULL;
		char *end;

		if (second == NULL || first - line >= PROC_ACCOUNT_MAX)
			continue;
		if (strtoll(second + 1, &end, 10) == uid && end > second + 1 && *end == ':') {
			snprintf(out, PROC_ACCOUNT_MAX, "%.*s", (int)(first - line), line);
			break;
		}
	}
	if (file != NULL)
		fclose(file);
}

/* The process is in our pid namespace, as far as one can see. */
static bool
is_of_our_namespace(int32_t pid, const struct proc_status *status, struct buf *scratch)
{
	struct buf own = { 0 };
	bool same = !status->nested;

	if (proc_fs_link(pid, "ns/pid", scratch) && proc_fs_link((int32_t)getpid(), "ns/pid", &own))
		same = same && strcmp(buf_str(&own), buf_str(scratch)) == 0;
	buf_clear(&own);
	return same;
}

/* Whether the process started about when its file says. */
static bool
started_then(const struct proc_stat *stat, int64_t start_s)
{
	struct timespec now, up;
	int64_t began_s;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	began_s = now.tv_sec - up.tv_sec + (int64_t)stat->start_ticks / sysconf(_SC_CLK_TCK);
	return began_s - start_s <= START_MOST_S && start_s - began_s <= START_MOST_S;
}

static bool
is_server_name(const char *comm)
{
	return strstr(comm, "postgres") != NULL || strcmp(comm, "postmaster") == 0;
}

/* Its working directory is the data directory; not to be seen by everybody. */
static bool
check_dir(struct proc_server *out, const struct lead *lead, const char *pgdata, struct buf *buf)
{
	const char *said = pgdata != NULL ? pgdata : lead->file.data_dir;
	struct stat there, here;

	if (!proc_fs_link(out->pid, "cwd", buf))
		return true;
	if (said[0] != '\0' && stat(said, &there) == 0 && stat(buf_str(buf), &here) == 0 &&
	    (there.st_ino != here.st_ino || there.st_dev != here.st_dev))
		return false;
	if (buf->len < sizeof(out->data_dir))
		snprintf(out->data_dir, sizeof(out->data_dir), "%s", buf_str(buf));
	return true;
}

static bool
verify(struct proc_server *out, const struct lead *lead, const char *pgdata, struct buf *buf,
    struct err *err)
{
	struct proc_stat stat;
	struct proc_status status;
	int pid = (int)lead->pid;

	out->pid = lead->pid;
	if (!proc_fs_stat(lead->pid, &stat, buf) || !proc_fs_status(lead->pid, &status, buf))
		return err_set(err,
		    "the server's process %d is not to be seen in /proc: it is gone, "
		    "in a container, or hidden from this account",
		    pid);
	if (!is_server_name(stat.comm))
		return err_set(err,
		    "process %d is %s, not a server: the file that names it is old, "
		    "or of a container",
		    pid, stat.comm);
	if (status.uid != lead->uid)
		return err_set(err,
		    "process %d belongs to uid %lld, its socket or directory to uid "
		    "%lld: not taken for the server",
		    pid, (long long)status.uid, (long long)lead->uid);
	if (!is_of_our_namespace(lead->pid, &status, buf))
		return err_set(err,
		    "process %d is in a " REFUSAL_NAMESPACE " of its own, a container's", pid);
	if (!check_dir(out, lead, pgdata, buf))
		return err_set(err, "process %d works in %s: another server", pid, buf_str(buf));
	if (lead->file.start_s >= 0 && !lead->peer && !started_then(&stat, lead->file.start_s))
		return err_set(err,
		    "process %d did not start when postmaster.pid says: it is "
		    "another one",
		    pid);
	out->uid = status.uid;
	out->start_ticks = stat.start_ticks;
	/* The last NUL of the environment, and one that the server keeps for itself. */
	out->title_most = stat.arg_start > 0 && stat.env_end > stat.arg_start + 2
	    ? stat.env_end - stat.arg_start - 2
	    : SIZE_MAX;
	return true;
}

bool
proc_find(struct proc_server *out, const struct proc_place *place, struct err *err)
{
	struct lead lead = { 0 };
	struct buf buf = { 0 };
	bool good;

	*out = (struct proc_server){ 0 };
	good = (place->pgdata != NULL ? find_pgdata(&lead, place->pgdata, err)
	                              : find_login(&lead, place, err)) &&
	    verify(out, &lead, place->pgdata, &buf, err) &&
	    (is_login_to(&lead, place) || refuse_login(&lead, place, err));
	buf_clear(&buf);
	if (!good)
		return false;
	snprintf(out->port, sizeof(out->port), "%s",
	    lead.file.port[0] != '\0' ? lead.file.port : text_or(place->port, DEFAULT_PORT));
	name_account(out->account, out->uid);
	out->may_signal = geteuid() == 0 || (int64_t)geteuid() == out->uid;
	return true;
}
