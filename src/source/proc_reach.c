/* SPDX-License-Identifier: PostgreSQL */
/*
 * A socket in /proc/net/tcp has a number, which the descriptors of its process
 * name too. Whoever may not see those goes by the account of the socket.
 */
#include "source/proc_reach.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "source/proc_fs.h"

#define LISTENS 0x0A /* a state of the kernel's */

/* The kernel's struct ucred, which glibc shows to GNU programs only. */
struct credentials {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* What a login is for. */
struct goal {
	unsigned port;
	bool v4, v6;          /* by which protocols the host may be reached */
	struct in_addr addr4; /* of the host */
	const struct proc_peer *process;
};

int
proc_reach_socket(const char *path, struct proc_peer *peer)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct credentials about = { 0 };
	socklen_t len = sizeof(about);
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
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &about, &len) < 0)
		failed = errno;
	close(fd);
	peer->pid = about.pid;
	peer->uid = about.uid;
	return failed;
}

/* The goal's host, false when it is no loopback one. */
static bool
read_host(struct goal *goal, const char *host)
{
	goal->addr4.s_addr = htonl(INADDR_LOOPBACK);
	goal->v4 = goal->v6 = strcmp(host, "localhost") == 0;
	if (strcmp(host, "::1") == 0)
		goal->v6 = true;
	else if (inet_pton(AF_INET, host, &goal->addr4) == 1)
		goal->v4 = ntohl(goal->addr4.s_addr) >> 24 == IN_LOOPBACKNET;
	return goal->v4 || goal->v6;
}

bool
proc_reach_is_loopback(const char *host)
{
	struct goal goal = { 0 };

	return read_host(&goal, host);
}

/* One of the descriptors of the process is that socket. */
static bool
is_its(const struct proc_peer *process, unsigned long number, int64_t uid)
{
	struct buf text = { 0 }, wanted = { 0 };
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	buf_addf(&text, "/proc/%d/fd", (int)process->pid);
	buf_addf(&wanted, "socket:[%lu]", number);
	dir = opendir(buf_str(&text));
	if (dir == NULL)
		found = process->uid == uid;
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		char name[64];

		snprintf(name, sizeof(name), "fd/%.32s", entry->d_name);
		found = proc_fs_link(process->pid, name, &text) &&
		    strcmp(buf_str(&text), buf_str(&wanted)) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	buf_clear(&text);
	buf_clear(&wanted);
	return found;
}

/* Whether a listener at that address, as the kernel writes it, takes logins to the host. */
static bool
takes(const struct goal *goal, const char *address)
{
	static const char any6[] = "00000000000000000000000000000000";
	char own6[sizeof(any6)], own4[9];

	snprintf(own4, sizeof(own4), "%08X", (unsigned)goal->addr4.s_addr);
	snprintf(own6, sizeof(own6), "000000000000000000000000%08X", (unsigned)htonl(1));
	if (strlen(address) == sizeof(own4) - 1)
		return goal->v4 && (strcmp(address, own4) == 0 || strcmp(address, "00000000") == 0);
	return strcmp(address, any6) == 0 || (goal->v6 && strcmp(address, own6) == 0);
}

/* Goes through one of the kernel's tables: 1 when the listener is the process, 0 when it is
 * another one, -1 for none. */
static int
look(const struct goal *goal, const char *table)
{
	struct buf text = { 0 };
	int result = -1;

	proc_fs_read_global(table, &text);
	for (const char *line = strchr(buf_str(&text), '\n'); line != NULL && result != 0;
	     line = strchr(line, '\n')) {
		char address[33];
		unsigned port, state;
		unsigned long uid, number;

		line++;
		if (sscanf(line,
		        "%*s %32[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %lu %*d %lu",
		        address, &port, &state, &uid, &number) == 5 &&
		    state == LISTENS && port == goal->port && takes(goal, address))
			result = is_its(goal->process, number, (int64_t)uid);
	}
	buf_clear(&text);
	return result;
}

bool
proc_reach_tcp(const char *host, const char *port, const struct proc_peer *process)
{
	struct goal goal = { .port = (unsigned)strtoul(port, NULL, 10), .process = process };
	int v4 = -1;

	if (!read_host(&goal, host))
		return false;
	if (goal.v4)
		v4 = look(&goal, "net/tcp");
	/* One for IPv6 may take both, but only when there is none for IPv4. */
	if (v4 == 0 || (v4 == 1 && !goal.v6))
		return v4 == 1;
	return look(&goal, "net/tcp6") != 0;
}
