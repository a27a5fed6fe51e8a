// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about network ACLs: they are stateless, so that a question and its answer both need a rule.
#include "base/cleanup.h"
#include "import/finding/parts.h"

enum { TCP = 6, HTTPS = 443, REPLY_FIRST = 1024, LINUX_FIRST = 32768, LINUX_LAST = 60999, REPLY_LAST = 65535 };

// One ACL on the way to endpoints, as seen by it.
struct acl_way {
	const struct assembled_acl *acl;
	bool there;  // it guards the endpoint's subnet, else the job's own
	struct reach questions, replies;
	struct strbuf denied, unanswered, narrow;  // endpoints
};

static void acl_way_release(struct acl_way *way)
{
	reach_release(&way->questions);
	reach_release(&way->replies);
	strbuf_release(&way->denied);
	strbuf_release(&way->unanswered);
	strbuf_release(&way->narrow);
}

static void way_prepare(struct acl_way *way)
{
	acl_reach(way->acl->acl, way->there ? INGRESS : EGRESS, &way->questions);
	acl_reach(way->acl->acl, way->there ? EGRESS : INGRESS, &way->replies);
}

static void add_blocks(const prefix_vec *blocks, struct prefix_set *out)
{
	vec_for_each (block, blocks)
		prefix_set_add(out, block);
	prefix_set_normalize(out);
}

static void add_name(struct strbuf *out, const struct assembled_endpoint *endpoint)
{
	strbuf_add(out, out->length ? ", " : "");
	text_add_short(out, endpoint->service ? endpoint->service : endpoint->endpoint->thing.id);
	strbuf_add(out, " (");
	text_add_short(out, endpoint->endpoint->thing.id);
	strbuf_add_char(out, ')');
}

// An endpoint's addresses outside the job's own subnet, in whose ACL's sight its packets come.
static void endpoint_addresses(const struct finder *finder, const struct assembled_endpoint *endpoint,
			       struct prefix_set *out)
{
	CLEANUP(prefix_set_release) struct prefix_set own = { 0 };

	if (endpoint->type == ENDPOINT_GATEWAY)
		peer_addresses(finder->assembly, endpoint->list, NULL, out);
	vec_for_each (address, &endpoint->addresses) {
		const struct prefix prefix = prefix_of_address(address);

		prefix_set_add(out, &prefix);
	}
	prefix_set_normalize(out);
	add_blocks(&finder->assembly->subnet->blocks, &own);
	prefix_set_subtract(out, &own);
}

static void keep_family(struct prefix_set *set, const struct prefix_set *like)
{
	static const struct prefix every[] = { IPV4_PREFIX(0, 0, 0, 0, 0), IPV6_PREFIX(0, 0, 0) };
	CLEANUP(prefix_set_release) struct prefix_set others = { 0 };

	for (size_t i = 0; i < 2; i++)
		if (!prefix_set_has_family(like, every[i].base.family))
			prefix_set_add(&others, &every[i]);
	prefix_set_normalize(&others);
	prefix_set_subtract(set, &others);
}

// Who is at the other end, as the ACL's rules name it: the endpoint, or for the endpoint's own ACL the job's subnet.
static void other_end(const struct finder *finder, const struct acl_way *way, const struct assembled_endpoint *endpoint,
		      struct prefix_set *out)
{
	CLEANUP(prefix_set_release) struct prefix_set own = { 0 }, guarded = { 0 }, there = { 0 };

	endpoint_addresses(finder, endpoint, &there);
	add_blocks(&finder->assembly->subnet->blocks, &own);
	if (!way->there) {
		keep_family(&there, &own);
		prefix_set_copy(out, &there);
		return;
	}
	add_blocks(&way->acl->subnets, &guarded);
	prefix_set_intersect(&there, &guarded);
	prefix_set_copy(out, &own);
	keep_family(out, &there);
}

static void way_judge(const struct finder *finder, struct acl_way *way, const struct assembled_endpoint *endpoint)
{
	CLEANUP(prefix_set_release) struct prefix_set end = { 0 }, asked = { 0 };

	other_end(finder, way, endpoint, &end);
	if (prefix_set_is_empty(&end))
		return;
	reach_at(&way->questions, TCP, HTTPS, HTTPS, &asked);
	if (!prefix_set_is_within(&end, &asked))
		add_name(&way->denied, endpoint);
	prefix_set_intersect(&end, &asked);
	if (!reach_has(&way->replies, TCP, LINUX_FIRST, LINUX_LAST, &end))
		add_name(&way->unanswered, endpoint);
	else if (!reach_has(&way->replies, TCP, REPLY_FIRST, REPLY_LAST, &end))
		add_name(&way->narrow, endpoint);
}

typedef void tell_way(struct finder *finder, const struct acl_way *way);

static void walk(struct finder *finder, tell_way *tell)
{
	if (!finder->assembly->subnet)
		return;
	vec_for_each (acl, &finder->assembly->acls)
		for (int there = 0; there <= 1; there++) {
			CLEANUP(acl_way_release) struct acl_way way = { .acl = acl, .there = there };

			if (!acl->acl || (!there && !acl->own))
				continue;
			way_prepare(&way);
			vec_for_each (endpoint, &finder->assembly->endpoints)
				if (endpoint->service &&
				    (!finder->assembly->isolated || text_equal(endpoint->service, "s3")))
					way_judge(finder, &way, endpoint);
			tell(finder, &way);
		}
}

static const char *whose(const struct acl_way *way)
{
	return way->there ? "the ACL of the endpoint's subnet" : "the ACL of the job's subnet";
}

static void tell_denied(struct finder *finder, const struct acl_way *way)
{
	const struct finding_about about = { way->acl->acl->thing.id, &way->acl->acl->thing.at, NULL, NULL };

	if (!way->denied.length)
		return;
	AUTO_FREE char *title = thing_title(&way->acl->acl->thing);
	finding_add(finder, &about, "%s, %s, has no %s rule that allows TCP 443 %s: %s", title, whose(way),
		    way->there ? "ingress" : "egress",
		    way->there ? "from all of the job's subnet" : "to every address of", strbuf_text(&way->denied));
}

static void tell_unanswered(struct finder *finder, const struct acl_way *way)
{
	const struct finding_about about = { way->acl->acl->thing.id, &way->acl->acl->thing.at, NULL, NULL };
	AUTO_FREE char *title = thing_title(&way->acl->acl->thing);
	const char *direction = way->there ? "egress" : "ingress";

	if (way->unanswered.length)
		finding_add(finder, &about,
			    "%s, %s, is stateless and its %s rules do not let the replies of TCP 443 pass, which go to "
			    "ports 1024-65535 (of Linux: 32768-60999): connections hang to %s",
			    title, whose(way), direction, strbuf_text(&way->unanswered));
	if (way->narrow.length)
		finding_add(finder, &about,
			    "%s, %s, lets the replies of TCP 443 pass to Linux's own ports (32768-60999) and not to "
			    "all of 1024-65535: a host with another net.ipv4.ip_local_port_range hangs at times, with "
			    "%s",
			    title, whose(way), strbuf_text(&way->narrow))
		    ->weight = FINDING_NOTE;
}

void find_acl_denials(struct finder *finder)
{
	walk(finder, tell_denied);
}

void find_acl_replies(struct finder *finder)
{
	walk(finder, tell_unanswered);
}
