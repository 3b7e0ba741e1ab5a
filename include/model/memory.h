/* SPDX-License-Identifier: PostgreSQL */
/* Memory that sessions were measured to have for themselves, on the server's host. */
#ifndef PGCONNTOP_MODEL_MEMORY_H
#define PGCONNTOP_MODEL_MEMORY_H

#include <stdint.h>

struct memory {
	int sessions;        /* that were measured; 0 is nothing known */
	int64_t total_bytes; /* private memory of these together */
	int64_t most_bytes;  /* the most that one of them has */
};

#endif
