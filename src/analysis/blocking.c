/* SPDX-License-Identifier: PostgreSQL */
/*
 * From "blocked by" to the roots. An edge leads from a session to one that
 * waits for it; a walk from all roots at once, in the order of the distance,
 * comes to each waiter on its shortest way. Whom it does not reach waits for
 * somebody who is not known, or in a circle. Those ahead in a queue for a
 * lock are blockers as well, so the shortest way is the one that counts.
 */
#include "analysis/blocking.h"

#include "base/mem.h"
#include "base/units.h"
#include "model/snapshot.h"

#define LASTING_US UNITS_US_PER_SECOND

struct edge {
	int32_t waiter;
	int32_t next; /* the next edge of the same blocker, plus 1; 0 ends them */
};

struct graph {
	const struct snapshot *snap;
	struct hold *holds; /* the last one stands for the prepared transactions */
	int32_t nodes;
	int32_t *heads; /* per node: its first edge plus 1 */
	int32_t *seen;  /* per node: the last waiter that named it plus 1 */
	struct edge *edges;
	int32_t edge_count;
	int32_t *order; /* nodes as the walk comes to them */
	int32_t order_count;
};

static bool
waits(const struct graph *graph, int32_t node)
{
	return node < graph->nodes - 1 && session_waits_for_lock(&graph->snap->sessions[node]);
}

/* The node of a pid; -1 when the sample does not know it. */
static int32_t
node_of(const struct graph *graph, int32_t pid)
{
	const struct session *session;

	if (pid == 0)
		return graph->nodes - 1;
	session = snapshot_find_pid(graph->snap, pid);
	return session != NULL ? (int32_t)(session - graph->snap->sessions) : -1;
}

/* An edge from each that holds it up, one: a parallel query lists its leader for each worker. */
static void
add_edges(struct graph *graph, int32_t waiter)
{
	const struct session *session = &graph->snap->sessions[waiter];

	for (size_t i = 0; i < session->blocker_count; i++) {
		int32_t node = node_of(graph, session->blocked_by[i]);

		if (node < 0 || node == waiter || graph->seen[node] == waiter + 1)
			continue;
		graph->seen[node] = waiter + 1;
		graph->holds[node].blocks++;
		graph->edges[graph->edge_count++] = (struct edge){ waiter, graph->heads[node] };
		graph->heads[node] = graph->edge_count;
	}
}

static void
make_graph(struct graph *graph, const struct snapshot *snap, struct arena *arena)
{
	size_t edges = 1, nodes = snap->session_count + 1;

	for (size_t i = 0; i < snap->session_count; i++)
		edges += snap->sessions[i].blocker_count;
	*graph = (struct graph){
		.snap = snap,
		.holds = arena_alloc(arena, nodes, sizeof *graph->holds),
		.nodes = (int32_t)nodes,
		.heads = arena_alloc(arena, nodes, sizeof *graph->heads),
		.seen = arena_alloc(arena, nodes, sizeof *graph->seen),
		.edges = arena_alloc(arena, edges, sizeof *graph->edges),
		.order = arena_alloc(arena, nodes, sizeof *graph->order),
	};
	for (int32_t node = 0; node < graph->nodes; node++) {
		graph->holds[node].next = graph->holds[node].root = -1;
		graph->holds[node].depth = waits(graph, node) ? -1 : 0;
		if (waits(graph, node))
			add_edges(graph, node);
	}
}

/* From the roots to those that wait for them, step by step. */
static void
walk(struct graph *graph)
{
	struct hold *holds = graph->holds;

	for (int32_t node = 0; node < graph->nodes; node++)
		if (graph->heads[node] != 0 && !waits(graph, node)) {
			holds[node].root = node;
			graph->order[graph->order_count++] = node;
		}
	for (int32_t at = 0; at < graph->order_count; at++) {
		int32_t node = graph->order[at];

		for (int32_t n = graph->heads[node]; n != 0; n = graph->edges[n - 1].next) {
			struct hold *hold = &holds[graph->edges[n - 1].waiter];

			if (hold->root >= 0)
				continue;
			hold->root = holds[node].root;
			hold->next = node;
			hold->depth = holds[node].depth + 1;
			graph->order[graph->order_count++] = graph->edges[n - 1].waiter;
		}
	}
	for (int32_t at = graph->order_count - 1; at >= 0; at--) {
		const struct hold *hold = &holds[graph->order[at]];

		if (hold->next >= 0)
			holds[hold->next].below += hold->below + 1;
	}
}

static bool
waits_longer(const struct session *session, const struct session *than)
{
	if (than == NULL || than->query_start_us == TIME_UNKNOWN)
		return true;
	return session->query_start_us != TIME_UNKNOWN &&
	    session->query_start_us < than->query_start_us;
}

/* The one that waits longest of those that the root holds up. */
static const struct session *
find_waiter(const struct graph *graph, int32_t root)
{
	const struct session *waiter = NULL;

	for (int32_t node = 0; node < graph->nodes - 1; node++)
		if (graph->holds[node].depth > 0 && graph->holds[node].root == root &&
		    waits_longer(&graph->snap->sessions[node], waiter))
			waiter = &graph->snap->sessions[node];
	return waiter;
}

/* What is known of all of them together. */
static void
sum_up(struct blocking *blocking, const struct graph *graph)
{
	int32_t most = -1;

	for (int32_t at = 0; at < graph->order_count; at++) {
		int32_t node = graph->order[at];
		const struct hold *hold = &graph->holds[node];

		blocking->deepest = hold->depth; /* the last one is the farthest */
		if (hold->depth > 0 || node == graph->nodes - 1)
			continue;
		blocking->roots++;
		if (most < 0 || hold->below > graph->holds[most].below)
			most = node;
	}
	blocking->prepared = graph->holds[graph->nodes - 1].below;
	if (most < 0)
		return;
	blocking->root = &graph->snap->sessions[most];
	blocking->root_blocks = graph->holds[most].below;
	blocking->waiter = find_waiter(graph, most);
}

void
blocking_make(struct blocking *blocking, const struct snapshot *snap, struct arena *arena)
{
	struct graph graph;

	*blocking = (struct blocking){ 0 };
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t us;

		if (!session_waits_for_lock(session))
			continue;
		blocking->waiting++;
		us = session_since(session->query_start_us, snap->server_us);
		blocking->lasting += us == TIME_UNKNOWN || us >= LASTING_US;
		blocking->looked += session->blockers_known;
	}
	if (blocking->waiting == 0)
		return;
	make_graph(&graph, snap, arena);
	walk(&graph);
	blocking->holds = graph.holds;
	sum_up(blocking, &graph);
}

const struct hold *
blocking_hold(const struct blocking *blocking, const struct snapshot *snap,
    const struct session *session)
{
	static const struct hold none = { .next = -1, .root = -1 };

	return blocking->holds != NULL ? &blocking->holds[session - snap->sessions] : &none;
}

bool
blocking_is_root(const struct hold *hold)
{
	return hold->depth == 0 && hold->blocks > 0;
}
