/* SPDX-License-Identifier: PostgreSQL */
/*
 * One thing per line. The server writes the lines one after the other while
 * it starts, so the later ones may be missing.
 */
#include "source/proc_pidfile.h"

#include <string.h>

enum line {
	LINE_PID,
	LINE_DATA_DIR,
	LINE_START,
	LINE_PORT,
	LINE_SOCKET_DIR,
	LINE_ADDRESS,
	LINE_MEMORY,
	LINE_STATUS
};

#define STOPPING "stopping"

static bool
read_number(const char *s, size_t len, int64_t most, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || *out > (most - (s[i] - '0')) / 10)
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return len > 0;
}

/* Leaves it empty when it does not fit: half a name is none. */
static void
copy(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size || memchr(s, '\0', len) != NULL)
		return;
	memcpy(out, s, len);
	out[len] = '\0';
}

static bool
read_line(struct proc_pidfile *out, enum line line, const char *s, size_t len)
{
	int64_t number;

	switch (line) {
	case LINE_PID:
		if (!read_number(s, len, INT32_MAX, &number) || number == 0)
			return false;
		out->pid = (int32_t)number;
		break;
	case LINE_DATA_DIR:
		copy(out->data_dir, sizeof(out->data_dir), s, len);
		break;
	case LINE_START:
		if (read_number(s, len, INT64_MAX / 1000000, &number))
			out->start_s = number;
		break;
	case LINE_PORT:
		copy(out->port, sizeof(out->port), s, len);
		break;
	case LINE_SOCKET_DIR:
		copy(out->socket_dir, sizeof(out->socket_dir), s, len);
		break;
	case LINE_STATUS:
		out->stopping = len == strlen(STOPPING) && memcmp(s, STOPPING, len) == 0;
		break;
	case LINE_ADDRESS:
	case LINE_MEMORY:
		break;
	}
	return true;
}

bool
proc_pidfile_read(struct proc_pidfile *out, const char *text, size_t len)
{
	const char *end = text + len;

	*out = (struct proc_pidfile){ .start_s = -1 };
	for (int line = LINE_PID; line <= LINE_STATUS && text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		if (!read_line(out, (enum line)line, text, (size_t)(stop - text)))
			return false;
		text = stop < end ? stop + 1 : end;
	}
	return out->pid > 0;
}
