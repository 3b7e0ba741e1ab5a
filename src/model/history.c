/* SPDX-License-Identifier: PostgreSQL */
/*
 * The two fixed rings: numbers of the last samples, and messages. They
 * never allocate.
 */
#include "model/history.h"

#include <stdio.h>
#include <string.h>

#include "model/messages.h"

void
history_add(struct history *history, const struct history_point *point)
{
	if (history->count == 0 || point->used > history->peak.used)
		history->peak = (struct history_peak){ point->used, point->wall_us };
	history->points[history->next] = *point;
	history->next = (history->next + 1) % HISTORY_POINTS;
	if (history->count < HISTORY_POINTS)
		history->count++;
}

const struct history_point *
history_get(const struct history *history, size_t n)
{
	if (n >= history->count)
		return NULL;
	return &history->points[(history->next + HISTORY_POINTS - 1 - n) % HISTORY_POINTS];
}

void
history_clear(struct history *history)
{
	history->count = 0;
	history->next = 0;
}

void
messages_add(struct messages *messages, int64_t wall_us, enum level level, const char *text)
{
	struct message *item;
	char cut[MESSAGE_TEXT_MAX];

	snprintf(cut, sizeof cut, "%s", text);
	if (messages->count > 0) {
		item = &messages->items[(messages->next + MESSAGES_KEPT - 1) % MESSAGES_KEPT];
		if (item->level == level && strcmp(item->text, cut) == 0) {
			item->last_us = wall_us;
			item->times++;
			return;
		}
	}
	item = &messages->items[messages->next];
	*item =
	    (struct message){ .first_us = wall_us, .last_us = wall_us, .times = 1, .level = level };
	memcpy(item->text, cut, sizeof cut);
	messages->next = (messages->next + 1) % MESSAGES_KEPT;
	if (messages->count < MESSAGES_KEPT)
		messages->count++;
}

const struct message *
messages_get(const struct messages *messages, size_t n)
{
	if (n >= messages->count)
		return NULL;
	return &messages->items[(messages->next + MESSAGES_KEPT - 1 - n) % MESSAGES_KEPT];
}
