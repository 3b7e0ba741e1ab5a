/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's limits without asking it: its command line and configuration
 * files, read as it reads them, as far as needed.
 */
#ifndef PGCONNTOP_SOURCE_PROC_CONF_H
#define PGCONNTOP_SOURCE_PROC_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "model/param.h"

enum proc_limit {
	PROC_MAX_CONNECTIONS,
	PROC_SUPERUSER_RESERVED,
	PROC_RESERVED,
	PROC_MAX_WAL_SENDERS,
	PROC_LIMITS
};

#define PROC_PATH_MAX 1024

struct proc_conf {
	int limits[PROC_LIMITS];     /* -1 is not said */
	bool certain[PROC_LIMITS];   /* of the command line, which nothing can overrule */
	int64_t params[PARAM_COUNT]; /* likewise */
	bool params_certain[PARAM_COUNT];
	char data_dir[PROC_PATH_MAX];    /* as the command line says, "" when it does not */
	char config_file[PROC_PATH_MAX]; /* likewise */
	int files;                       /* read so far */
};

/* Nothing is said. */
void proc_conf_init(struct proc_conf *conf);

/* Takes in a command line, its arguments separated by NULs. */
void proc_conf_arguments(struct proc_conf *conf, const char *text, size_t len);

/*
 * Takes in the configuration files and what they include, and for the rest
 * the server's defaults; what the command line said stays. data_dir "" is
 * unknown. False when the main file cannot be read.
 */
bool proc_conf_files(struct proc_conf *conf, const char *data_dir);

#endif
