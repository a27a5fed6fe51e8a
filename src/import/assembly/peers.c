// SPDX-License-Identifier: GPL-2.0-or-later
// Who a rule of a security group is about, as addresses; and why it is there.
//
// Source: "Security group rules" and "Security group referencing" (Amazon VPC User Guide); "Get started with EFA"
// (Amazon EC2 User Guide), for the rule that leads to itself.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

enum { DESCRIPTIONS = 8 };  // that a reason has

enum peer_rank { RANK_SELF, RANK_ADDRESSES, RANK_LIST };

// A peer with what it is sorted by.
struct draft_peer {
	enum peer_rank rank;
	struct prefix prefix;
	struct assembled_peer peer;
};

struct draft {
	struct building *building;
	const struct aws_security_group *group;
	const struct aws_group_rule *rule;
	VEC(struct draft_peer) peers;
	VEC(const char *) descriptions;
	struct strbuf nobody;  // groups that no known interface carries
	bool itself;
};

static int compare_notes(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_peers(const void *a, const void *b)
{
	const struct draft_peer *left = a, *right = b;
	int result = left->rank != right->rank ? (left->rank < right->rank ? -1 : 1)
					       : compare_blocks(&left->prefix, &right->prefix);

	if (result == 0 && left->rank == RANK_LIST)
		result = strcmp(left->peer.text, right->peer.text);
	return result ? result : compare_notes(left->peer.note, right->peer.note);
}

static void add_peer(struct draft *draft, enum peer_rank rank, const struct prefix *prefix, char *text, char *note)
{
	struct draft_peer peer = { .rank = rank, .peer = { text, note } };

	if (prefix)
		peer.prefix = *prefix;
	vec_push(&draft->peers, peer);
}

// "sg-0a1 (workers)"; the caller's.
static char *describe_group(const struct building *building, const char *id)
{
	const struct aws_security_group *group = find_group(building, id);
	AUTO_STRBUF struct strbuf text = { 0 };

	if (group)
		thing_describe(&group->thing, &text);
	else
		strbuf_add(&text, id);
	return strbuf_steal(&text);
}

// An address alone, not its block: interfaces are hosts.
static void add_interface(struct draft *draft, const char *group, const struct aws_interface *interface)
{
	char out[ADDRESS_TEXT_SIZE];

	vec_for_each (address, &interface->addresses) {
		struct prefix prefix = prefix_of_address(address);

		add_peer(draft, RANK_ADDRESSES, &prefix, memory_copy_text(address_print(address, out)),
			 memory_format("%s: %s", group, interface->thing.id));
	}
}

// Documents may be of the job's VPC alone: then they say nothing of a peered one's hosts.
static bool interfaces_were_given(const struct building *building, const struct aws_peer *peer)
{
	const struct assembly *assembly = building->assembly;

	if (peer->vpc && !text_equal(peer->vpc, assembly->subnet->vpc)) {
		vec_for_each (interface, &assembly->account->interfaces)
			if (text_equal(vpc_of_interface(building, interface), peer->vpc))
				return true;
		return false;
	}
	return was_given(assembly->account, "ec2 describe-network-interfaces") ||
	       was_given(assembly->account, "ec2 describe-instances");
}

static void note_uncarried(struct building *building, const struct aws_peer *peer)
{
	if (interfaces_were_given(building, peer))
		return;
	vec_for_each (known, &building->uncarried)
		if (strcmp(*known, peer->id) == 0)
			return;
	vec_push(&building->uncarried, peer->id);
}

// The job carries all groups of its selection, so that a rule about one of them is about the job's own hosts, which
// need not be there yet.
static void add_group(struct draft *draft, const struct aws_peer *peer)
{
	AUTO_FREE char *group = describe_group(draft->building, peer->id);
	size_t count, reached = 0;
	const struct group_member *members = members_of(draft->building, peer->id, &count);
	bool own = is_own_group(draft->building, peer->id) && !peer->peering;

	if (own)
		add_peer(draft, RANK_SELF, NULL, memory_copy_text("self"),
			 memory_format("%s: the job's own hosts", group));
	for (size_t i = 0; i < count; i++) {
		if (!interface_is_near(draft->building, members[i].interface, peer))
			continue;
		add_interface(draft, group, members[i].interface);
		reached++;
	}
	draft->itself |= strcmp(peer->id, draft->group->thing.id) == 0;
	if (own || reached)
		return;
	strbuf_format(&draft->nobody, "%s%s: %s", draft->nobody.length ? "; " : "", group,
		      count ? "those who carry it are in a VPC that is not known to be peered"
			    : "no known interface carries it");
	if (!count)
		note_uncarried(draft->building, peer);
}

static void add_list(struct draft *draft, const struct aws_peer *peer)
{
	const struct aws_prefix_list *list = find_list(draft->building, peer->id);

	add_peer(draft, RANK_LIST, NULL, memory_copy_text(list_use(draft->building, peer->id, NULL)),
		 list ? memory_copy_text(list->thing.name) : NULL);
}

static void resolve_peer(struct draft *draft, const struct aws_peer *peer)
{
	char out[PREFIX_TEXT_SIZE];

	switch (peer->kind) {
	case AWS_PEER_CIDR:
		add_peer(draft, RANK_ADDRESSES, &peer->prefix, memory_copy_text(prefix_print(&peer->prefix, out)),
			 NULL);
		break;
	case AWS_PEER_PREFIX_LIST:
		add_list(draft, peer);
		break;
	case AWS_PEER_GROUP:
		add_group(draft, peer);
		break;
	}
	if (peer->description && *peer->description)
		vec_push(&draft->descriptions, peer->description);
}

static bool same_peer(const struct draft_peer *a, const struct draft_peer *b)
{
	return a->rank == b->rank && compare_blocks(&a->prefix, &b->prefix) == 0 &&
	       (a->rank != RANK_LIST || strcmp(a->peer.text, b->peer.text) == 0);
}

// Sorted, each once.
static void hand_over_peers(struct draft *draft, struct assembled_rule *out)
{
	const struct draft_peer *last = NULL;

	if (draft->peers.count)
		qsort(draft->peers.items, draft->peers.count, sizeof(*draft->peers.items), compare_peers);
	vec_for_each (peer, &draft->peers) {
		if (last && same_peer(last, peer)) {
			free(peer->peer.text);
			free(peer->peer.note);
			continue;
		}
		vec_push(&out->peers, peer->peer);
		last = peer;
	}
	vec_release(&draft->peers);
}

static void separate(struct strbuf *reason, bool *first)
{
	if (reason->length)
		strbuf_add(reason, *first ? ": " : "; ");
	*first = false;
}

static void add_descriptions(struct draft *draft, struct strbuf *reason, bool *first)
{
	const char *last = NULL;
	size_t shown = 0;

	if (draft->descriptions.count)
		qsort(draft->descriptions.items, draft->descriptions.count, sizeof(*draft->descriptions.items),
		      compare_words);
	vec_for_each (text, &draft->descriptions) {
		if (last && strcmp(last, *text) == 0)
			continue;
		last = *text;
		if (shown++ >= DESCRIPTIONS)
			continue;
		separate(reason, first);
		strbuf_add(reason, *text);
	}
	if (shown > DESCRIPTIONS)
		strbuf_format(reason, "; and %zu more", shown - DESCRIPTIONS);
	vec_release(&draft->descriptions);
}

// "workers, sgr-1: its description". The group's id is not said: verdicts name it.
static char *make_reason(struct draft *draft)
{
	const char *name = draft->group->thing.name, *id = draft->rule->id;
	AUTO_STRBUF struct strbuf reason = { 0 };
	bool first = true;

	strbuf_format(&reason, "%s%s%s", name ? name : "", name && id ? ", " : "", id ? id : "");
	if (draft->itself && draft->rule->match.protocol == PROTOCOL_ALL) {
		separate(&reason, &first);
		strbuf_add(&reason, "all traffic to and from itself, as EFA needs it");
	}
	add_descriptions(draft, &reason, &first);
	if (draft->nobody.length) {
		separate(&reason, &first);
		strbuf_add(&reason, strbuf_text(&draft->nobody));
	}
	strbuf_release(&draft->nobody);
	return reason.length ? strbuf_steal(&reason) : NULL;
}

void rule_resolve(struct building *building, const struct aws_security_group *group, const struct aws_group_rule *rule,
		  struct assembled_rule *out)
{
	struct draft draft = { .building = building, .group = group, .rule = rule };

	out->rule = rule;
	out->match = rule->match;
	vec_for_each (peer, &rule->peers)
		resolve_peer(&draft, peer);
	hand_over_peers(&draft, out);
	out->reason = make_reason(&draft);
}
