/* SPDX-License-Identifier: PostgreSQL */
/*
 * A structure of the server's, as its compiler laid it out, with a checksum
 * over all that comes before: where that is right, so is the layout.
 */
#include "source/proc_control.h"

#include <stdint.h>
#include <string.h>

#include "base/settings.h"

#define VERSION_AT 8 /* pg_control_version */
#define STATE_AT 16
#define IN_PRODUCTION 6

static const struct {
	uint32_t version;
	size_t connections_at, senders_at, sum_at;
} layouts[] = {
	{ 1300, 180, 188, 288 }, /* 13 to 16 */
	{ 1700, 180, 188, 288 },
	{ 1800, 180, 188, 292 },
	{ 1905, 188, 196, 308 },
};

static uint32_t
number_at(const unsigned char *data, size_t at)
{
	uint32_t number;

	memcpy(&number, data + at, sizeof(number));
	return number;
}

/* CRC-32C. */
static uint32_t
checksum(const unsigned char *data, size_t len)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		sum ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			sum = (sum >> 1) ^ ((sum & 1) != 0 ? UINT32_C(0x82F63B78) : 0);
	}
	return ~sum;
}

bool
proc_control_read(struct proc_control *out, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint32_t connections, senders;

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		size_t sum_at = layouts[i].sum_at;

		if (len < sum_at + sizeof(uint32_t) ||
		    number_at(bytes, VERSION_AT) != layouts[i].version ||
		    number_at(bytes, STATE_AT) != IN_PRODUCTION ||
		    number_at(bytes, sum_at) != checksum(bytes, sum_at))
			continue;
		connections = number_at(bytes, layouts[i].connections_at);
		senders = number_at(bytes, layouts[i].senders_at);
		if (connections == 0 || connections > SETTINGS_SLOTS_MOST ||
		    senders > SETTINGS_SLOTS_MOST)
			continue;
		*out = (struct proc_control){ (int)connections, (int)senders };
		return true;
	}
	return false;
}
