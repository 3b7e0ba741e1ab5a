/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of source/proc_pidfile, source/proc_control and of the command
 * line in source/proc_conf: texts end within their fields, numbers are in range.
 */
#include "source/proc_conf.h"
#include "source/proc_control.h"
#include "source/proc_pidfile.h"

#include <stddef.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_pidfile file;
	struct proc_control control;
	struct proc_conf conf;

	if (proc_pidfile_read(&file, text, size)) {
		assert(file.pid > 0 && file.start_s >= -1);
		assert(memchr(file.data_dir, '\0', sizeof(file.data_dir)));
		assert(memchr(file.port, '\0', sizeof(file.port)));
		assert(memchr(file.socket_dir, '\0', sizeof(file.socket_dir)));
	}
	if (proc_control_read(&control, data, size))
		assert(control.max_connections > 0 && control.max_wal_senders >= 0);
	proc_conf_init(&conf);
	proc_conf_arguments(&conf, text, size);
	for (int i = 0; i < PROC_LIMITS; i++)
		assert(conf.limits[i] >= -1 && conf.limits[i] <= 262143);
	assert(memchr(conf.data_dir, '\0', sizeof(conf.data_dir)));
	assert(memchr(conf.config_file, '\0', sizeof(conf.config_file)));
	return 0;
}
