// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about network ACLs: they are stateless, so that a question and its answer both need a rule.
#include "base/cleanup.h"
#include "import/finding/parts.h"

enum { TCP = 6, HTTPS = 443, LAST_RULE = 32767 };

static const struct port_range https = { HTTPS, HTTPS }, reply_ports = { 1024, 65535 }, linux_ports = { 32768, 60999 };

// What becomes of the connections of some endpoints.
struct said {
	struct strbuf endpoints, last;  // last: how and why of the last ones
	size_t names;                   // where that begins in endpoints
	bool whole;                     // of one of them all connections
};

// One ACL on the way to endpoints, as seen by it.
struct acl_way {
	const struct assembled_acl *acl;
	bool there;  // it guards the endpoint's subnet, else the job's own
	struct reach questions, replies;
	struct said denied, unanswered, narrow;
};

static void said_part_release(struct said *said)
{
	strbuf_release(&said->endpoints);
	strbuf_release(&said->last);
}

static void acl_way_release(struct acl_way *way)
{
	reach_release(&way->questions);
	reach_release(&way->replies);
	said_part_release(&way->denied);
	said_part_release(&way->unanswered);
	said_part_release(&way->narrow);
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

static void all_addresses(const struct finder *finder, const struct assembled_endpoint *endpoint,
			  struct prefix_set *out)
{
	if (endpoint->type == ENDPOINT_GATEWAY)
		peer_addresses(finder->assembly, endpoint->list, NULL, out);
	vec_for_each (address, &endpoint->addresses) {
		const struct prefix prefix = prefix_of_address(address);

		prefix_set_add(out, &prefix);
	}
	prefix_set_normalize(out);
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

// Who speaks to whom, as far as packets come into the ACL's sight: those within the job's own subnet do not.
struct ends {
	struct prefix_set job, endpoint;
	bool whole;  // the endpoint has no other addresses
};

static void ends_release(struct ends *ends)
{
	prefix_set_release(&ends->job);
	prefix_set_release(&ends->endpoint);
}

static void find_ends(const struct finder *finder, const struct acl_way *way, const struct assembled_endpoint *endpoint,
		      struct ends *out)
{
	CLEANUP(prefix_set_release) struct prefix_set guarded = { 0 }, all = { 0 };

	all_addresses(finder, endpoint, &all);
	add_blocks(&finder->assembly->subnet->blocks, &out->job);
	keep_family(&all, &out->job);
	prefix_set_copy(&out->endpoint, &all);
	prefix_set_subtract(&out->endpoint, &out->job);
	if (way->there) {
		add_blocks(&way->acl->subnets, &guarded);
		prefix_set_intersect(&out->endpoint, &guarded);
	}
	keep_family(&out->job, &out->endpoint);
	out->whole = prefix_set_is_within(&all, &out->endpoint);
}

static bool entry_meets(const struct aws_acl_entry *entry, bool egress, unsigned port, const struct prefix_set *remotes)
{
	CLEANUP(prefix_set_release) struct prefix_set block = { 0 };

	if (entry->egress != egress || entry->match.nothing ||
	    (entry->match.protocol != PROTOCOL_ALL && entry->match.protocol != TCP))
		return false;
	if (entry->match.protocol == TCP && !entry->match.all_ports &&
	    (port < entry->match.ports.first || port > entry->match.ports.last))
		return false;
	prefix_set_add(&block, &entry->prefix);
	prefix_set_normalize(&block);
	return prefix_set_meets(&block, remotes);
}

// The first rule that denies some of it.
static long denying_rule(const struct aws_network_acl *acl, bool egress, unsigned port,
			 const struct prefix_set *remotes)
{
	long number = LAST_RULE;

	vec_for_each (entry, &acl->entries)
		if (!entry->allow && entry->number < number && entry_meets(entry, egress, port, remotes))
			number = entry->number;
	return number;
}

// What the ACL does not let through to the other end: of which ports, to which addresses.
struct lack {
	bool reply;
	port_range_vec ports;
	struct prefix_set remotes;
};

static void lack_release(struct lack *lack)
{
	vec_release(&lack->ports);
	prefix_set_release(&lack->remotes);
}

static void add_remotes(struct strbuf *out, const char *before, const struct prefix_set *remotes)
{
	strbuf_add(out, before);
	remotes_describe(remotes, out);
	strbuf_add(out, " alone");
}

static void add_ports(struct strbuf *out, const port_range_vec *ports)
{
	char text[16];

	strbuf_add(out,
		   ports->count == 1 && ports->items[0].first == ports->items[0].last ? ", to port" : ", to ports");
	vec_for_each (range, ports)
		strbuf_format(out, "%s %s", range == ports->items ? "" : ",", port_range_print(range, text));
}

// ", at 10.0.2.40 (1 address) alone, to ports 32768-49151, by rule 90".
static void add_how(const struct acl_way *way, const struct ends *ends, const struct lack *lack, bool some,
		    struct strbuf *out)
{
	bool egress = way->there == lack->reply;
	long rule = denying_rule(way->acl->acl, egress, lack->ports.items[0].first, &lack->remotes);

	if (!way->there && (some || !ends->whole))
		add_remotes(out, ", at ", &lack->remotes);
	if (way->there && !ends->whole)
		add_remotes(out, ", at ", &ends->endpoint);
	if (way->there && some)
		add_remotes(out, ", with the job at ", &lack->remotes);
	if (lack->reply)
		add_ports(out, &lack->ports);
	if (rule < LAST_RULE)
		strbuf_format(out, ", by rule %ld", rule);
	else
		strbuf_add(out, ", as no rule allows it");
}

// Endpoints of which the same is to be said stand together.
static void say(const struct acl_way *way, const struct assembled_endpoint *endpoint, const struct ends *ends,
		const struct lack *lack, struct said *said)
{
	const struct prefix_set *other = way->there ? &ends->job : &ends->endpoint;
	bool some = !prefix_set_is_within(other, &lack->remotes);
	bool all_ports = !lack->reply || (lack->ports.items[0].first <= linux_ports.first &&
					  lack->ports.items[0].last >= linux_ports.last);
	AUTO_STRBUF struct strbuf how = { 0 }, before = { 0 };

	add_how(way, ends, lack, some, &how);
	strbuf_add_bytes(&before, strbuf_text(&said->endpoints), said->names);
	if (said->endpoints.length && strcmp(strbuf_text(&how), strbuf_text(&said->last)) == 0) {
		strbuf_add(&before, ", ");
	} else {
		strbuf_clear(&before);
		strbuf_add(&before, strbuf_text(&said->endpoints));
		strbuf_add(&before, before.length ? "; " : "");
	}
	text_add_short(&before, endpoint->service ? endpoint->service : endpoint->endpoint->thing.id);
	strbuf_add(&before, " (");
	text_add_short(&before, endpoint->endpoint->thing.id);
	strbuf_add_char(&before, ')');
	said->names = before.length;
	strbuf_add(&before, strbuf_text(&how));
	strbuf_clear(&said->endpoints);
	strbuf_add(&said->endpoints, strbuf_text(&before));
	strbuf_clear(&said->last);
	strbuf_add(&said->last, strbuf_text(&how));
	said->whole = said->whole || (!some && ends->whole && all_ports);
}

static void judge_replies(struct acl_way *way, const struct assembled_endpoint *endpoint, const struct ends *ends,
			  const struct prefix_set *asked)
{
	CLEANUP(lack_release) struct lack of_linux = { .reply = true }, of_all = { .reply = true };

	reach_lacks(&way->replies, TCP, linux_ports, asked, &of_linux.ports, &of_linux.remotes);
	if (of_linux.ports.count) {
		say(way, endpoint, ends, &of_linux, &way->unanswered);
		return;
	}
	reach_lacks(&way->replies, TCP, reply_ports, asked, &of_all.ports, &of_all.remotes);
	if (of_all.ports.count)
		say(way, endpoint, ends, &of_all, &way->narrow);
}

static void way_judge(const struct finder *finder, struct acl_way *way, const struct assembled_endpoint *endpoint)
{
	CLEANUP(ends_release) struct ends ends = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set asked = { 0 };
	CLEANUP(lack_release) struct lack questions = { 0 };

	find_ends(finder, way, endpoint, &ends);
	if (prefix_set_is_empty(&ends.endpoint) || prefix_set_is_empty(&ends.job))
		return;
	prefix_set_copy(&asked, way->there ? &ends.job : &ends.endpoint);
	reach_lacks(&way->questions, TCP, https, &asked, &questions.ports, &questions.remotes);
	if (questions.ports.count)
		say(way, endpoint, &ends, &questions, &way->denied);
	prefix_set_subtract(&asked, &questions.remotes);
	if (!prefix_set_is_empty(&asked))
		judge_replies(way, endpoint, &ends, &asked);
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

// What is only so of some connections is no less of a trouble to find, but the job may work.
static void weigh(struct finding *finding, const struct said *said)
{
	if (!said->whole)
		finding->weight = FINDING_WARNING;
}

static void tell_denied(struct finder *finder, const struct acl_way *way)
{
	const struct finding_about about = { way->acl->acl->thing.id, &way->acl->acl->thing.at, NULL, NULL };

	if (!way->denied.endpoints.length)
		return;
	AUTO_FREE char *title = thing_title(&way->acl->acl->thing);
	weigh(finding_add(finder, &about, "%s, %s, denies TCP 443 %s: %sconnections hang to %s", title, whose(way),
			  way->there ? "in from the job's subnet" : "out of it", way->denied.whole ? "" : "some ",
			  strbuf_text(&way->denied.endpoints)),
	      &way->denied);
}

static void tell_unanswered(struct finder *finder, const struct acl_way *way)
{
	const struct finding_about about = { way->acl->acl->thing.id, &way->acl->acl->thing.at, NULL, NULL };
	AUTO_FREE char *title = thing_title(&way->acl->acl->thing);
	const char *direction = way->there ? "out" : "in";

	if (way->unanswered.endpoints.length)
		weigh(finding_add(finder, &about,
				  "%s, %s, is stateless and does not let the replies of TCP 443 %s to all ports that "
				  "Linux asks from (32768-60999): %sconnections hang to %s",
				  title, whose(way), direction, way->unanswered.whole ? "" : "some ",
				  strbuf_text(&way->unanswered.endpoints)),
		      &way->unanswered);
	if (way->narrow.endpoints.length)
		finding_add(finder, &about,
			    "%s, %s, lets the replies of TCP 443 pass to Linux's own ports (32768-60999) and not to "
			    "all of 1024-65535: a host with another net.ipv4.ip_local_port_range hangs at times, with "
			    "%s",
			    title, whose(way), strbuf_text(&way->narrow.endpoints))
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
