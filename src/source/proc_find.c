/* SPDX-License-Identifier: PostgreSQL */
/*
 * The socket names its listener in our own terms: SO_PEERCRED gives its pid
 * as our pid namespace has it, 0 when it is not in there. A pid out of a file
 * is one of the namespace of whoever wrote it, and proves nothing by itself.
 */
#include "source/proc_find.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "source/proc_fs.h"
#include "source/proc_pidfile.h"
#include "source/proc_stat.h"

#define DEFAULT_PORT "5432"
#define START_MOST_S 30 /* between the start of the process and what postmaster.pid says */

/* The kernel's struct ucred, which glibc shows to GNU programs only. */
struct peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* What points to the server, before it is believed. */
struct lead {
	int32_t pid;
	int64_t uid;              /* of its socket or its data directory */
	struct proc_pidfile file; /* pid 0 when there is none */
	bool peer;                /* the kernel says so */
};

/* Where servers have their sockets unless they are told otherwise. */
static const char *const socket_dirs[] = { "/var/run/postgresql", "/tmp" };

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL && text[0] != '\0' ? text : otherwise;
}

/* The listener of a socket: 0, or errno. Connecting to a Unix socket is done or refused at once. */
static int
ask_socket(const char *path, struct peer *peer)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(*peer);
	size_t path_len = strlen(path);
	int fd, failed = 0;

	if (path_len >= sizeof(addr.sun_path))
		return ENAMETOOLONG;
	memcpy(addr.sun_path, path, path_len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&addr,
	        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_len + (path[0] != '@'))) <
	        0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &len) < 0)
		failed = errno;
	close(fd);
	return failed;
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
	struct peer peer = { 0 };
	int failed = ask_socket(path, &peer);

	if (failed == EAGAIN)
		return find_lock_file(lead, path, err);
	if (failed == ENOENT || failed == ECONNREFUSED)
		return err_set(err, "no server listens on the socket %s", path);
	if (failed != 0)
		return err_set(err, "the socket %s: %s", path, strerror(failed));
	if (peer.pid == 0)
		return err_set(err,
		    "the server behind %s runs in another pid namespace, such as a container: its "
		    "processes are not to be seen from here",
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
		    "with --host, or --pgdata",
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

static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	    strcmp(host, "::1") == 0;
}

static bool
find_lead(struct lead *lead, const struct proc_place *place, struct err *err)
{
	const char *host = text_or(place->host, "");
	const char *port = text_or(place->port, DEFAULT_PORT);
	struct err none;

	if (place->pgdata != NULL)
		return find_pgdata(lead, place->pgdata, err);
	if (host[0] == '/' || host[0] == '@')
		return find_dir(lead, host, port, err);
	if (is_loopback(host))
		return find_port(lead, port, err);
	if (host[0] != '\0')
		return err_set(err,
		    "%s may be another machine: on the server's own, name the "
		    "directory of its socket with --host, or --pgdata",
		    host);
	for (size_t i = 0; i + 1 < sizeof(socket_dirs) / sizeof(socket_dirs[0]); i++)
		if (find_dir(lead, socket_dirs[i], port, &none))
			return true;
	return find_dir(lead, socket_dirs[sizeof(socket_dirs) / sizeof(socket_dirs[0]) - 1], port,
	    err);
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
		    "process %d is in a pid namespace of its own, a container's: run "
		    "in there",
		    pid);
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
	good = find_lead(&lead, place, err) && verify(out, &lead, place->pgdata, &buf, err);
	buf_clear(&buf);
	if (!good)
		return false;
	snprintf(out->port, sizeof(out->port), "%s",
	    lead.file.port[0] != '\0' ? lead.file.port : text_or(place->port, DEFAULT_PORT));
	name_account(out->account, out->uid);
	out->may_signal = geteuid() == 0 || (int64_t)geteuid() == out->uid;
	return true;
}
