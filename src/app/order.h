/* SPDX-License-Identifier: PostgreSQL */
/* What a batch run is to do to sessions: see order.c. */
#ifndef PGCONNTOP_APP_ORDER_H
#define PGCONNTOP_APP_ORDER_H

#include <stdbool.h>

#include "action/plan.h"
#include "model/messages.h"

struct alert_rule;
struct err;
struct settings;

struct order {
	const char *option; /* that gave it, without dashes */
	struct choice choice;
	bool guard;                    /* acts at each sample, does not ask */
	bool dry_run;                  /* only says whom it would be */
	bool yes;                      /* does not ask */
	const struct alert_rule *when; /* only while this alert stands; NULL for always */
	enum level level;              /* at this level or above */
};

/* Whether the settings ask for an act, or have what belongs to one. */
bool order_given(const struct settings *settings);

/* Says that an option, without dashes, means nothing without an order. Gives false. */
bool order_refuse_alone(const char *option, struct err *err);

/* Reads the order; what does not go together is told in err. Whom it means is not known yet. */
bool order_read(struct order *order, const struct settings *settings, struct err *err);

/* Whether that is a value of --when: "ALERT" or "ALERT:LEVEL". */
bool order_check_when(const char *when, struct err *err);

#endif
