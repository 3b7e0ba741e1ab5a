/* SPDX-License-Identifier: PostgreSQL */
/*
 * All tables of the present sample in a file, for a ticket or a colleague.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "report/report.h"

#define TRIES 100 /* files of the same second */

/* Makes a new file, readable by its owner only; it never follows or replaces another one. */
static int
make_file(const char *directory, int64_t wall_us, char name[256])
{
	time_t seconds = (time_t)(wall_us / UNITS_US_PER_SECOND);
	struct tm tm;
	char stamp[32], number[16] = "";
	int fd = -1;

	if (localtime_r(&seconds, &tm) == NULL)
		return -1;
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (int i = 1; i <= TRIES && fd < 0; i++) {
		if (snprintf(name, 256, "%s/pgconntop-%s%s.txt", directory, stamp, number) >= 256)
			errno = ENAMETOOLONG;
		else
			fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
		snprintf(number, sizeof(number), "-%d", i + 1);
	}
	return fd;
}

static int
open_file(int64_t wall_us, char name[256])
{
	const char *temporary = getenv("TMPDIR");
	char here[200];
	int fd = -1;

	if (getcwd(here, sizeof(here)) != NULL)
		fd = make_file(here, wall_us, name);
	if (fd < 0 && errno != EEXIST)
		fd = make_file(temporary != NULL ? temporary : "/tmp", wall_us, name);
	return fd;
}

static void
write_report(struct app *app, struct buf *out)
{
	struct report report = { .writer = &writer_text, .utf8 = true };
	struct table_data data;
	struct arena arena = { 0 };
	struct buf names = { 0 };
	struct err ignored;

	for (size_t i = 0; i < table_count; i++)
		buf_addf(&names, "%s%s", i > 0 ? "," : "", tables[i]->name);
	report_show(&report, buf_str(&names), &ignored); /* they are the registry's own */
	app_data(app, &data);
	report.writer->sample(&report, &(struct report_sample){ .data = &data }, out, &arena);
	arena_clear(&arena);
	buf_clear(&names);
}

bool
tables_write(struct app *app, char name[256], struct err *err)
{
	struct buf out = { 0 };
	size_t done = 0;
	ssize_t n = 0;
	int fd;

	if (app->current == NULL)
		return err_set(err, "there is no data yet");
	fd = open_file(app->current->wall_us, name);
	if (fd < 0)
		return err_set(err, "cannot make %s: %s", name, strerror(errno));
	write_report(app, &out);
	while (done < out.len && (n = write(fd, out.data + done, out.len - done)) > 0)
		done += (size_t)n;
	if (n < 0)
		err_set(err, "cannot write %s: %s", name, strerror(errno));
	close(fd);
	buf_clear(&out);
	return n >= 0;
}
