/* SPDX-License-Identifier: PostgreSQL */
/*
 * Files are read whole with as few calls as they take: a server has
 * thousands of processes.
 */
#include "source/proc_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "source/proc_stat.h"

#define CHUNK 16384
#define PAGE_LEAST 2048 /* /proc gives a page at a time; less than half of one is the end */
#define FILE_MOST (4 << 20)
#define PATH_MOST 128

/* Reads to the end, or to a size that is enough for anybody. */
static bool
read_all(int fd, struct buf *buf)
{
	char chunk[CHUNK];
	ssize_t n;

	buf_reset(buf);
	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_add(buf, chunk, (size_t)n);
	} while ((n >= PAGE_LEAST && buf->len < FILE_MOST) || (n < 0 && errno == EINTR));
	return n >= 0;
}

static bool
read_path(const char *path, struct buf *buf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int saved;
	bool good;

	buf_reset(buf);
	if (fd < 0)
		return false;
	good = read_all(fd, buf);
	saved = errno;
	close(fd);
	errno = saved;
	return good;
}

bool
proc_fs_read(int32_t pid, const char *name, struct buf *buf)
{
	char path[PATH_MOST];

	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	else
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return read_path(path, buf);
}

bool
proc_fs_read_global(const char *name, struct buf *buf)
{
	char path[PATH_MOST];

	snprintf(path, sizeof(path), "/proc/%s", name);
	return read_path(path, buf);
}

bool
proc_fs_read_file(const char *path, struct buf *buf)
{
	struct stat about;

	buf_reset(buf);
	if (stat(path, &about) < 0)
		return false;
	if (!S_ISREG(about.st_mode)) {
		errno = EINVAL;
		return false;
	}
	return read_path(path, buf);
}

bool
proc_fs_link(int32_t pid, const char *name, struct buf *buf)
{
	char path[PATH_MOST], target[4096];
	ssize_t n;

	buf_reset(buf);
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	n = readlink(path, target, sizeof(target));
	if (n < 0 || (size_t)n == sizeof(target))
		return false;
	buf_add(buf, target, (size_t)n);
	return true;
}

bool
proc_fs_stat(int32_t pid, struct proc_stat *stat, struct buf *buf)
{
	return proc_fs_read(pid, "stat", buf) && proc_stat_read(stat, buf_str(buf), buf->len);
}

bool
proc_fs_status(int32_t pid, struct proc_status *status, struct buf *buf)
{
	if (!proc_fs_read(pid, "status", buf))
		return false;
	proc_status_read(status, buf_str(buf), buf->len);
	return true;
}

/* Appends the numbers in the text, which blanks separate; false when there is anything else. */
static bool
add_pids(struct buf *pids, const char *s)
{
	while (*s != '\0') {
		int32_t pid = 0;

		while (*s == ' ' || *s == '\n')
			s++;
		if (*s == '\0')
			return true;
		for (; *s >= '0' && *s <= '9' && pid <= (INT32_MAX - 9) / 10; s++)
			pid = pid * 10 + (*s - '0');
		if (pid == 0)
			return false;
		buf_add(pids, &pid, sizeof(pid));
	}
	return true;
}

bool
proc_fs_list(struct buf *pids)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			add_pids(pids, entry->d_name);
	closedir(dir);
	return true;
}

bool
proc_fs_children(int32_t pid, struct buf *pids, struct buf *scratch)
{
	char name[PATH_MOST];

	snprintf(name, sizeof(name), "task/%d/children", (int)pid);
	return proc_fs_read(pid, name, scratch) && add_pids(pids, buf_str(scratch));
}
