/* SPDX-License-Identifier: PostgreSQL */
/*
 * A connection of few bytes, without libpq, for that one knows only how to
 * wait for it.
 */
#include "source/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/proc_fs.h"
#include "source/proc_stat.h"

struct probe {
	int fd;
	bool who; /* asks who is there */
	bool sent;
	enum probe_answer answer;
};

/* What SO_PEERCRED gives: libc's struct ucred, which is not declared for POSIX programs. */
struct peer {
	int32_t pid;
	uint32_t uid, gid;
};

/* Length, code of a cancel request, process and key: there is no process 0. */
static const unsigned char cancel[16] = { 0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e };

/* A login by version 4 of the protocol, which there is not. */
static const unsigned char login[8] = { 0, 0, 0, 8, 0, 4, 0, 0 };

struct probe *
probe_start(int socket_fd, bool who)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	struct probe *probe;
	int fd;

	if (socket_fd < 0 || getpeername(socket_fd, (struct sockaddr *)&peer, &len) != 0)
		return NULL;
	fd = socket(peer.ss_family, SOCK_STREAM, 0);
	if (fd < 0)
		return NULL;
	probe = mem_alloc(1, sizeof(*probe));
	probe->fd = fd;
	probe->who = who;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* What goes wrong here is no answer. */
	if (connect(fd, (struct sockaddr *)&peer, len) == 0 || errno == EINPROGRESS)
		probe_step(probe);
	return probe;
}

/* Who refuses: a server says that it knows no such version, a pooler only that something is wrong.
 */
static enum probe_answer
read_refusal(const char *bytes, size_t n)
{
	static const char pooler[] = "C08P01";
	const size_t len = sizeof(pooler) - 1;

	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(bytes + i, pooler, len) == 0)
			return PROBE_POOLER;
	return PROBE_SERVER;
}

enum probe_answer
probe_step(struct probe *probe)
{
	const unsigned char *request = probe->who ? login : cancel;
	size_t len = probe->who ? sizeof(login) : sizeof(cancel);
	char bytes[64];
	ssize_t n;

	if (!probe->sent)
		probe->sent = send(probe->fd, request, len, MSG_NOSIGNAL) == (ssize_t)len;
	if (!probe->sent || probe->answer != PROBE_NOTHING)
		return probe->answer;
	n = recv(probe->fd, bytes, sizeof(bytes), 0);
	if (n >= 0)
		probe->answer = read_refusal(bytes, (size_t)n);
	return probe->answer;
}

int32_t
probe_stopped(int socket_fd)
{
	struct peer peer = { 0 };
	socklen_t len = sizeof(peer);
	struct proc_stat stat = { 0 };
	struct buf scratch = { 0 };

	/* Of a TCP connection it is nobody; of another pid namespace 0. */
	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || peer.pid <= 0 ||
	    !proc_fs_stat(peer.pid, &stat, &scratch))
		peer.pid = 0;
	buf_clear(&scratch);
	return stat.state == 'T' ? peer.pid : 0;
}

void
probe_free(struct probe *probe)
{
	if (probe == NULL)
		return;
	close(probe->fd);
	mem_free(probe);
}
