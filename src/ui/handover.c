/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server is seen by another way than before: /proc knows sessions by the
 * starts of their processes, SQL by its own. What the screen holds on to goes
 * over, once, with the first sample of the new way.
 */
#include "internal.h"

#include "model/snapshot.h"

void
hand_over_id(struct identity *id, const struct snapshot *snap)
{
	const struct session *session = snapshot_recognise(snap, id);

	if (session != NULL)
		*id = session->id;
}

static void
hand_over_tags(struct id_list *ids, const struct snapshot *snap)
{
	for (size_t i = 0; i < ids->count; i++)
		hand_over_id(&ids->items[i], snap);
	ids_sort(ids);
}

void
hand_over(struct ui *ui, const struct ui_frame *frame)
{
	const struct snapshot *snap = frame->data != NULL ? frame->data->snap : NULL;
	struct acting *acting = &ui->acting;

	if (snap == NULL || !via_differs(ui->via, snap->via))
		return;
	ui->via = snap->via;
	hand_over_tags(&acting->tags.ids, snap);
	hand_over_id(&ui->details.id, snap);
	job_hand_over(&acting->job, snap);
	panes_hand_over(ui, snap);
	freeze_hand_over(ui, snap);
	/* What SQL said of their states /proc cannot be held to. */
	if (acting->asked.state == JOB_ASKED && snap->via == VIA_PROC) {
		confirm_no(ui);
		ui_sayf(ui, "the server is seen by /proc now: nothing was done, ask again");
	} else if (job_hand_over(&acting->asked, snap)) {
		confirm_renew(ui, frame);
	}
}
