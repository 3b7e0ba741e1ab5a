/* SPDX-License-Identifier: PostgreSQL */
/*
 * The child writes a line for each answer, "INDEX ADDRESS" or "INDEX !words",
 * and ends; its end closes the pipe.
 */
#include "source/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "source/conninfo.h"

#define ANSWER_MAX 65536 /* bytes; more is not taken */

struct resolve {
	const struct conn_host *hosts; /* the caller's */
	size_t count;
	pid_t child; /* 0 once it ended */
	int fd;      /* of the pipe, to read */
	struct buf answer;
};

/* One line of the answer. */
struct line {
	size_t host;
	const char *text; /* address, or words after a "!" */
	size_t len;
};

/* In the child: looks one name up. */
static void
look_up(int fd, size_t index, const char *name)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char address[NI_MAXHOST];
	int status = getaddrinfo(name, NULL, &hints, &list);

	if (status != 0)
		dprintf(fd, "%zu !%s\n", index,
		    status == EAI_SYSTEM ? strerror(errno) : gai_strerror(status));
	for (const struct addrinfo *at = list; status == 0 && at != NULL; at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof(address), NULL, 0,
		        NI_NUMERICHOST) == 0)
			dprintf(fd, "%zu %s\n", index, address);
	if (list != NULL)
		freeaddrinfo(list);
}

static void
run_child(int fd, const struct conn_host *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (conn_host_needs_lookup(&hosts[i]))
			look_up(fd, i, hosts[i].name);
	_exit(0);
}

struct resolve *
resolve_start(const struct conn_host *hosts, size_t count, struct err *err)
{
	struct resolve *resolve;
	int fds[2];
	pid_t child;

	if (pipe(fds) != 0) {
		err_set(err, "could not look up host names: %s", strerror(errno));
		return NULL;
	}
	child = fork();
	if (child == 0) {
		close(fds[0]);
		run_child(fds[1], hosts, count);
	}
	close(fds[1]);
	if (child < 0) {
		err_set(err, "could not look up host names: %s", strerror(errno));
		close(fds[0]);
		return NULL;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	resolve = mem_alloc(1, sizeof(*resolve));
	*resolve = (struct resolve){ .hosts = hosts, .count = count, .child = child, .fd = fds[0] };
	return resolve;
}

int
resolve_fd(const struct resolve *resolve)
{
	return resolve->fd;
}

/* The child has ended or is killed now: no waiting. */
static void
reap(struct resolve *resolve)
{
	while (waitpid(resolve->child, NULL, 0) < 0 && errno == EINTR)
		;
	resolve->child = 0;
}

bool
resolve_step(struct resolve *resolve)
{
	char bytes[4096];
	ssize_t n;

	while (resolve->child != 0) {
		n = read(resolve->fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		if (n > 0 && resolve->answer.len < ANSWER_MAX)
			buf_add(&resolve->answer, bytes, (size_t)n);
		else if (n <= 0)
			reap(resolve);
	}
	return true;
}

/* Takes the next line off the answer. */
static bool
next_line(const char **at, struct line *line)
{
	size_t len = strcspn(*at, "\n");
	char *end;

	if ((*at)[len] != '\n')
		return false;
	line->host = strtoul(*at, &end, 10);
	line->text = end + 1;
	line->len = (size_t)(*at + len - line->text);
	*at += len + 1;
	return true;
}

/* Appends the addresses of one host to the list; false when it has none, with the words about it.
 */
static bool
add_addresses(const struct resolve *resolve, size_t host, struct arena *arena,
    struct conn_host **next, struct err *err)
{
	const char *at = buf_str(&resolve->answer);
	const struct conn_host *asked = &resolve->hosts[host];
	bool found = false;
	struct line line;

	err_set(err, "could not translate host name \"%s\" to address: %s", asked->name,
	    "no answer");
	while (next_line(&at, &line)) {
		if (line.host != host)
			continue;
		if (line.text[0] == '!') {
			err_set(err, "could not translate host name \"%s\" to address: %.*s",
			    asked->name, (int)line.len - 1, line.text + 1);
			continue;
		}
		**next = *asked;
		(*next)->addr = arena_strndup(arena, line.text, line.len);
		++*next;
		found = true;
	}
	return found;
}

size_t
resolve_hosts(const struct resolve *resolve, struct arena *arena, struct conn_host **found,
    struct err *err)
{
	size_t room = resolve->count;
	struct conn_host *next;

	for (const char *at = buf_str(&resolve->answer); *at != '\0'; at++)
		room += *at == '\n';
	*found = next = arena_alloc(arena, room, sizeof(*next));
	for (size_t i = 0; i < resolve->count; i++)
		if (!conn_host_needs_lookup(&resolve->hosts[i]))
			*next++ = resolve->hosts[i];
		else
			add_addresses(resolve, i, arena, &next, err);
	return (size_t)(next - *found);
}

void
resolve_free(struct resolve *resolve)
{
	if (resolve == NULL)
		return;
	if (resolve->child != 0) {
		kill(resolve->child, SIGKILL);
		reap(resolve);
	}
	close(resolve->fd);
	buf_clear(&resolve->answer);
	mem_free(resolve);
}
