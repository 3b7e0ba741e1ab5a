/* SPDX-License-Identifier: PostgreSQL */
/*
 * The clock and the one place where the program waits.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "app.h"
#include "base/units.h"
#include "source/source.h"

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * UNITS_US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t
clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int
clock_utc_offset(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / UNITS_US_PER_SECOND);
	struct tm tm;

	return localtime_r(&seconds, &tm) != NULL ? (int)tm.tm_gmtoff : 0;
}

bool
loop_wait(struct app *app, int fd, int64_t deadline_us, bool *gone)
{
	struct pollfd fds[SOURCE_FDS_MAX + 1] = { 0 };
	size_t count = source_fds(app->source, fds);
	int64_t source_us = source_deadline(app->source), left;
	struct timespec limit;
	size_t own = count;

	if (fd >= 0)
		fds[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	if (source_us < deadline_us)
		deadline_us = source_us;
	left = deadline_us - clock_mono_us();
	left = left < 0 ? 0 : left;
	limit.tv_sec = (time_t)(left / UNITS_US_PER_SECOND);
	limit.tv_nsec = (long)(left % UNITS_US_PER_SECOND) * 1000;
	if (ppoll(fds, (nfds_t)count, deadline_us == INT64_MAX ? NULL : &limit, signals_mask()) <
	        0 ||
	    fd < 0)
		return false;
	if ((fds[own].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 && gone != NULL)
		*gone = true;
	return fds[own].revents != 0;
}
