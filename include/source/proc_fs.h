/* SPDX-License-Identifier: PostgreSQL */
/*
 * Small files of the host: the one place that opens /proc. Reading one does
 * not wait, for only regular files are read.
 */
#ifndef PGCONNTOP_SOURCE_PROC_FS_H
#define PGCONNTOP_SOURCE_PROC_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct proc_stat;
struct proc_status;

/* Replaces buf by a file of a process ("stat", "task/12/children"); false with errno. Pid 0 is
 * ourselves. */
bool proc_fs_read(int32_t pid, const char *name, struct buf *buf);

/* The same for a file of /proc itself: "net/unix". */
bool proc_fs_read_global(const char *name, struct buf *buf);

/* The same for any file, up to a size that no such file reaches. */
bool proc_fs_read_file(const char *path, struct buf *buf);

/* Replaces buf by where a link of a process leads: "cwd". */
bool proc_fs_link(int32_t pid, const char *name, struct buf *buf);

/* The figures of a process; false when it is gone. buf is scratch. */
bool proc_fs_stat(int32_t pid, struct proc_stat *stat, struct buf *buf);
bool proc_fs_status(int32_t pid, struct proc_status *status, struct buf *buf);

/* Appends the pids of all processes (int32_t), in no order. */
bool proc_fs_list(struct buf *pids);

/* Appends the children of a process; false when this kernel does not list them, or it is gone. */
bool proc_fs_children(int32_t pid, struct buf *pids, struct buf *scratch);

#endif
