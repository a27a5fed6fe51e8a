// SPDX-License-Identifier: GPL-2.0-or-later
// verify/draft: for the golden profiles of nft, which rows try a policy, and what each promises.
#include "parsed.h"
#include "policy_fixture.h"

#include <dirent.h>
#include <netinet/in.h>

#include "base/io.h"
#include "nft/ruleset.h"
#include "verify/doors.h"
#include "verify/draft.h"
#include "verify/judge.h"

enum { CAPACITY = 20000, RANGES_OF_A_RULE = 500, ECHO4 = 8, ECHO6 = 128 };

struct drafted {
	struct profile profile;
	struct policy policy;
	promise_vec promises;
	struct board *board;
	struct draft draft;
};

static void add_address(struct prefix_set *set, const struct address *address)
{
	const struct prefix prefix = prefix_of_address(address);

	prefix_set_add(set, &prefix);
	prefix_set_normalize(set);
}

static void begin(const char *text, size_t capacity, struct drafted *drafted)
{
	const struct address jail = address_of("10.20.1.7"), jail6 = address_of("2001:db8::1");
	struct error err = { 0 };

	*drafted = (struct drafted){ .board = board_new(capacity) };
	fixture_load(text, &drafted->profile);
	assert_int_equal(policy_build(&drafted->profile, &drafted->policy, &err), 0);
	drafted->draft = (struct draft){ .profile = &drafted->profile,
					 .policy = &drafted->policy,
					 .board = drafted->board,
					 .promises = &drafted->promises,
					 .full = true };
	add_address(&drafted->draft.own, &jail);
	add_address(&drafted->draft.own, &jail6);
}

static void end(struct drafted *drafted)
{
	prefix_set_release(&drafted->draft.own);
	prefix_set_release(&drafted->draft.no_source);
	promises_release(&drafted->promises);
	policy_release(&drafted->policy);
	profile_release(&drafted->profile);
	board_free(&drafted->board);
}

// Calls test for each golden profile: drafted anew, with nothing on its board.
static void each_profile(void (*test)(struct drafted *drafted))
{
	AUTO_FREE char *folder = memory_format("%s/tests/golden/nft", getenv("VPCJAIL_SOURCE"));
	AUTO_CLOSEDIR DIR *entries = opendir(folder);
	unsigned count = 0;

	assert_non_null(entries);
	for (struct dirent *entry; (entry = readdir(entries));) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, entry->d_name);
		AUTO_FREE char *text = NULL;
		struct drafted drafted;
		struct error err = { 0 };
		size_t length;

		if (strlen(path) < 5 || strcmp(path + strlen(path) - 5, ".yaml") != 0)
			continue;
		assert_int_equal(io_read_file(path, 1 << 20, &text, &length, &err), 0);
		begin(text, CAPACITY, &drafted);
		test(&drafted);
		end(&drafted);
		count++;
	}
	assert_true(count >= 12);
}

static bool is_flow(const struct board_row *row)
{
	return row->kind == ROW_SOCKET || row->kind == ROW_RAW || row->kind == ROW_INBOUND || row->kind == ROW_FRAME;
}

static bool within(const struct address *address, const char *const *blocks)
{
	for (size_t i = 0; blocks[i]; i++) {
		struct prefix block;

		assert_int_equal(prefix_parse(blocks[i], &block, NULL), 0);
		if (prefix_contains(&block, address))
			return true;
	}
	return false;
}

// ::ffff:0:0/96 is written with its upper half alone, since the parser refuses such addresses.
static bool is_mapped(const struct address *address)
{
	return address->family == FAMILY_IPV6 && address->bits >> 32 == 0xffff;
}

// What no packet can be sent to, or be answered from, so that a row would say nothing.
static bool can_be_tried(const struct draft *draft, const struct flow *flow)
{
	static const char *const nowhere[] = { "127.0.0.0/8", "0.0.0.0/32", "::/128", "::1/128", "ff00::/15", NULL };
	static const char *const nobody[] = { "0.0.0.0/8", "224.0.0.0/3", "ff00::/8", "fe80::/10", NULL };
	bool four = flow->remote.family == FAMILY_IPV4;

	if (within(&flow->remote, nowhere) || is_mapped(&flow->remote) ||
	    prefix_set_contains(&draft->own, &flow->remote) || (flow->protocol == IPPROTO_ICMP && !four) ||
	    (flow->protocol == IPPROTO_ICMPV6 && four))
		return false;
	if (flow->protocol == IPPROTO_ICMP)
		return (flow->icmp_type == ECHO4 || flow->icmp_type == 13 || flow->icmp_type == 17) &&
		       (flow->direction == EGRESS || !within(&flow->remote, nobody));
	if (flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type != ECHO6)
		return false;
	if (flow->direction == EGRESS)
		return true;
	return !within(&flow->remote, nobody) && !prefix_set_contains(&draft->no_source, &flow->remote) &&
	       flow->protocol != IPPROTO_GRE;
}

static bool has_row(const struct board *board, const struct flow *flow)
{
	for (size_t i = 0; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];

		if (row->kind == (flow->direction == EGRESS ? ROW_RAW : ROW_INBOUND) &&
		    row->flow.remote.bits == flow->remote.bits && row->flow.remote.family == flow->remote.family &&
		    row->flow.direction == flow->direction && row->flow.protocol == flow->protocol &&
		    row->flow.destination_port == flow->destination_port && row->flow.icmp_type == flow->icmp_type &&
		    row->flow.icmp_code == flow->icmp_code)
			return true;
	}
	return false;
}

// There is a row for the flow, if one can be; ports beyond the last one and addresses beyond the last are none.
static void expect(const struct draft *draft, enum direction direction, const struct policy_match *match,
		   const struct address *address, int protocol, long port)
{
	bool icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6, own = match->protocol == protocol;
	struct flow flow = { .direction = direction, .protocol = protocol, .remote = *address };

	if (port < 0 || port > 65535)
		return;
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
		flow.destination_port = (uint16_t)port;
	if (icmp)
		flow.icmp_type = own && match->icmp_type >= 0 ? (uint8_t)match->icmp_type
				 : protocol == IPPROTO_ICMPV6 ? ECHO6
							      : ECHO4;
	if (icmp && own && match->icmp_code > 0)
		flow.icmp_code = (uint8_t)match->icmp_code;
	if (has_row(draft->board, &flow) == can_be_tried(draft, &flow))
		return;
	char text[FLOW_TEXT_SIZE];
	fail_msg("%s %s: %s", direction == EGRESS ? "egress" : "ingress", flow_print(&flow, text),
		 can_be_tried(draft, &flow) ? "no row tries it" : "a row tries what cannot be");
}

static void expect_around(const struct draft *draft, enum direction direction, const struct policy_match *match,
			  const struct address *address)
{
	static const int others[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE };
	int protocol = match->protocol == PROTOCOL_ALL ? IPPROTO_TCP : match->protocol;
	long port = match->ports.count ? match->ports.items[0].first : 443;

	vec_for_each (range, &match->ports) {
		expect(draft, direction, match, address, protocol, range->first - 1L);
		expect(draft, direction, match, address, protocol, range->first);
		expect(draft, direction, match, address, protocol, range->last);
		expect(draft, direction, match, address, protocol, range->last + 1L);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		expect(draft, direction, match, address, others[i], port);
}

static void expect_range(const struct draft *draft, enum direction direction, const struct policy_match *match,
			 const struct address_range *range)
{
	int protocol = match->protocol == PROTOCOL_ALL ? IPPROTO_TCP : match->protocol;
	long port = match->ports.count ? match->ports.items[0].first : 443;
	address_bits highest = range->first.family == FAMILY_IPV4 ? 0xffffffff : ~(address_bits)0;
	const struct address edges[] = { range->first,
					 range->last,
					 { range->first.family, range->first.bits - (range->first.bits > 0) },
					 { range->last.family, range->last.bits + (range->last.bits < highest) } };

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		expect(draft, direction, match, &edges[i], protocol, port);
}

static void expect_rule(const struct draft *draft, enum direction direction, const struct policy_match *match)
{
	static const char *const anybody[] = { "198.51.100.66", "2001:db8:0:42::42" };
	enum family family = FAMILY_NONE;

	assert_true(match->remote.ranges.count <= RANGES_OF_A_RULE);
	vec_for_each (range, &match->remote.ranges) {
		expect_range(draft, direction, match, range);
		if (range->first.family != family)
			expect_around(draft, direction, match, &range->last);
		family = range->first.family;
	}
	for (size_t i = 0; match->any_remote && i < 2; i++) {
		const struct address address = address_of(anybody[i]);
		expect_around(draft, direction, match, &address);
	}
}

static size_t expect_edges(const struct draft *draft)
{
	size_t rules = 0;

	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		vec_for_each (layer, &draft->policy->layers[direction])
			vec_for_each (rule, &layer->rules) {
				expect_rule(draft, direction, &rule->match);
				rules++;
			}
	return rules;
}

static int order(const void *a, const void *b)
{
	const struct board_row *left = *(const struct board_row *const *)a,
			       *right = *(const struct board_row *const *)b;
	const struct flow *x = &left->flow, *y = &right->flow;
	const long parts[] = { (long)left->kind - (long)right->kind,
			       (long)left->oddity - (long)right->oddity,
			       left->flags - right->flags,
			       left->foreign - right->foreign,
			       (long)x->direction - (long)y->direction,
			       x->protocol - y->protocol,
			       (long)x->remote.family - (long)y->remote.family,
			       (x->remote.bits > y->remote.bits) - (x->remote.bits < y->remote.bits),
			       x->destination_port - y->destination_port,
			       x->icmp_type - y->icmp_type,
			       x->icmp_code - y->icmp_code };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i])
			return parts[i] < 0 ? -1 : 1;
	return 0;
}

static void expect_no_row_twice(const struct board *board)
{
	AUTO_FREE const struct board_row **sorted = memory_new(board->count + 1, sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < board->count; i++)
		if (is_flow(&board->rows[i]))
			sorted[count++] = &board->rows[i];
	qsort(sorted, count, sizeof(*sorted), order);
	for (size_t i = 1; i < count; i++)
		assert_int_not_equal(order(&sorted[i - 1], &sorted[i]), 0);
}

// Whether an answer is stopped that comes to an ephemeral port.
static bool is_unanswered(const struct policy *policy, const struct flow *flow)
{
	static const long ports[] = { 32768, 45000, 60999 };
	bool stopped = false;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const struct flow answer = { .direction = flow->direction == EGRESS ? INGRESS : EGRESS,
					     .protocol = flow->protocol,
					     .remote = flow->remote,
					     .source_port = flow->destination_port,
					     .destination_port = (uint16_t)ports[i],
					     .icmp_type = flow->protocol == IPPROTO_ICMPV6 ? 129
							  : flow->icmp_type == ECHO4       ? 0
											   : flow->icmp_type + 1,
					     .icmp_code = flow->icmp_code,
					     .state = FLOW_ESTABLISHED };
		stopped = stopped || !policy_evaluate(policy, &answer).allowed;
	}
	return stopped;
}

static unsigned unanswered_seen, frames_seen;

// What each row promises is what the policy says, and no row is about the jail's or its host's own addresses.
static void expect_verdicts(const struct draft *draft)
{
	for (size_t i = 0; i < draft->board->count; i++) {
		const struct board_row *row = &draft->board->rows[i];

		if (!is_flow(row))
			continue;
		struct judgement judgement = policy_evaluate(draft->policy, &row->flow);
		assert_int_equal(row->allowed, judgement.allowed);
		if (row->kind == ROW_FRAME) {  // it goes past the layers, so that no rule tells of it
			assert_false(row->allowed);
			assert_string_equal(row->layer, "");
			assert_int_equal(draft->promises->items[row->promise].group, PROMISE_WALL);
			frames_seen++;
			continue;
		}
		assert_string_equal(row->layer,
				    row->allowed ? "" : layer_name(judgement.layer->kind, row->flow.direction));
		assert_int_equal(row->rule, row->allowed ? 0 : judgement.rule->number);
		assert_int_equal(row->unanswered, row->allowed && is_unanswered(draft->policy, &row->flow));
		assert_int_equal(row->untried, row->unanswered && row->kind == ROW_INBOUND);
		unanswered_seen += row->unanswered;
		assert_false(prefix_set_contains(&draft->own, &row->flow.remote));
		assert_true(row->flow.remote.family == FAMILY_IPV6 || row->flow.remote.bits >> 32 == 0);
		assert_int_equal(row->flow.direction == INGRESS, row->kind == ROW_INBOUND);
		assert_true(row->promise < draft->promises->count);
	}
}

// The first address of the first rule that has some is the host's own, and its neighbour one that nothing comes from:
// both are at an edge.
static void take_edge(struct draft *draft)
{
	vec_for_each (layer, &draft->policy->layers[EGRESS])
		vec_for_each (rule, &layer->rules)
			if (rule->match.remote.ranges.count) {
				struct address address = rule->match.remote.ranges.items[0].first;
				add_address(&draft->own, &address);
				address.bits++;
				add_address(&draft->no_source, &address);
				return;
			}
}

static size_t rules_seen;

static void edges_of(struct drafted *drafted)
{
	struct draft *draft = &drafted->draft;

	take_edge(draft);
	draft_edges(draft);
	size_t rules = expect_edges(draft);
	rules_seen += rules;
	// Each rule is a promise of its own, with its words and its place; that of all frames comes first.
	assert_int_equal(draft->promises->count, 1 + rules);
	vec_for_each (promise, draft->promises) {
		if (promise == draft->promises->items)
			continue;
		assert_int_equal(promise->group, PROMISE_RULE);
		assert_non_null(strstr(promise->text, " rule "));
		assert_non_null(promise->origin);
	}
	expect_no_row_twice(draft->board);
	expect_verdicts(draft);
	assert_int_equal(draft->left_out, 0);
	assert_true(draft->board->count > 0 && draft->board->count < CAPACITY);
	// A second time nothing is new.
	size_t count = draft->board->count;
	draft_edges(draft);
	assert_int_equal(draft->board->count, count);
}

static void test_edges(void **state)
{
	struct drafted drafted;

	(void)state;
	each_profile(edges_of);
	// A type and a code of ICMP of its own, and the last port: there is none behind it, and 0 is not that.
	begin("vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\n"
	      "security-groups:\n  sg-a:\n    ingress: []\n    egress:\n"
	      "      - {to: subnets, protocol: icmp, icmp-type: 13, icmp-code: 2}\n"
	      "      - {to: subnets, protocol: tcp, ports: [60000-65535]}\n"
	      "process: {credentials: scrub}\n",
	      CAPACITY, &drafted);
	edges_of(&drafted);
	size_t stamps = 0;
	for (size_t i = 0; i < drafted.board->count; i++) {
		const struct flow *flow = &drafted.board->rows[i].flow;

		stamps += flow->protocol == IPPROTO_ICMP && flow->icmp_type == 13 && flow->icmp_code == 2;
		if (flow->protocol == IPPROTO_TCP)
			assert_int_not_equal(flow->destination_port, 0);
	}
	assert_true(stamps > 0);
	end(&drafted);
	assert_true(rules_seen > 200 && frames_seen > 200);
}

static bool is_peer(const struct profile *profile, const struct address *address)
{
	vec_for_each (peer, &profile->network.peers)
		if (address_equal(&peer->address, address))
			return true;
	return false;
}

static unsigned full_profiles, peers_allowed;

static void table_of(struct drafted *drafted)
{
	bool full = drafted->profile.network.isolation == ISOLATION_FULL;

	draft_table(&drafted->draft);
	expect_no_row_twice(drafted->board);
	expect_verdicts(&drafted->draft);
	full_profiles += full;
	for (size_t i = 0; i < drafted->board->count; i++) {
		const struct board_row *row = &drafted->board->rows[i];

		assert_int_equal(drafted->promises.items[row->promise].group, PROMISE_TABLE);
		if (row->kind == ROW_ACT) {
			assert_true(row->allowed);
			continue;
		}
		assert_true(is_flow(row));
		if (full && row->allowed) {
			assert_true(is_peer(&drafted->profile, &row->flow.remote));
			peers_allowed++;
		}
	}
}

// A stateless layer that lets in what answers, and one that lets in the like of what was asked alone.
static void test_unanswered(void **state)
{
	static const struct {
		const char *acl;  // what it lets in; egress has all but UDP's answers
		const char *flow;
		enum direction direction;
		bool unanswered;
	} rows[] = {
		{ "0.0.0.0/0, protocol: icmp, icmp-type: 0, icmp-code: -1", "icmp 10.20.2.5", EGRESS, false },
		{ "0.0.0.0/0, protocol: icmp, icmp-type: 8, icmp-code: -1", "icmp 10.20.2.5", EGRESS, true },
		{ "0.0.0.0/0, protocol: icmp, icmp-type: 14, icmp-code: -1", "icmp 10.20.2.5 type 13 code 0", EGRESS,
		  false },
		{ "\"::/0\", protocol: icmpv6, icmp-type: 129, icmp-code: -1", "icmpv6 2001:db8:0:7::5", EGRESS,
		  false },
		{ "\"::/0\", protocol: icmpv6, icmp-type: 128, icmp-code: -1", "icmpv6 2001:db8:0:7::5", EGRESS, true },
		{ "0.0.0.0/0, protocol: tcp, ports: [1024-65535]", "tcp 10.20.2.5:443", EGRESS, false },
		{ "0.0.0.0/0, protocol: tcp, ports: [1024-60000]", "tcp 10.20.2.5:443", EGRESS, true },
		{ "0.0.0.0/0, protocol: tcp, ports: [40000-65535]", "tcp 10.20.2.5:443", EGRESS, true },
		{ "0.0.0.0/0, protocol: tcp, ports: [22]", "tcp 10.20.2.5:443", EGRESS, true },
		{ "0.0.0.0/0, protocol: tcp, ports: [22]", "tcp 10.20.2.5:22", INGRESS, false },
		{ "0.0.0.0/0, protocol: udp, ports: [22]", "udp 10.20.2.5:22", INGRESS, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf text = { 0 };
		struct drafted drafted;
		struct flow flow;

		assert_int_equal(flow_parse(rows[i].flow, &flow, NULL), 0);
		flow.direction = rows[i].direction;
		strbuf_format(
		    &text,
		    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {cidrs: [10.20.0.0/16, '2001:db8::/56'], subnets: "
		    "[10.20.1.0/24, '2001:db8::/64']}\n"
		    "network-acls:\n  acl-1:\n    egress:\n"
		    "      - {rule: 90, action: deny, cidr: 0.0.0.0/0, protocol: udp, ports: [1024-65535]}\n"
		    "      - {rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: all}\n"
		    "      - {rule: 110, action: allow, cidr: '::/0', protocol: all}\n"
		    "    ingress: [{rule: 100, action: allow, cidr: %s}]\n"
		    "security-groups: {sg-a: {egress: [{to: any, protocol: all}], ingress: [{from: any, protocol: "
		    "all}]}}\n"
		    "process: {credentials: scrub}\n",
		    rows[i].acl);
		begin(strbuf_text(&text), CAPACITY, &drafted);
		draft_flow(&drafted.draft, 0, rows[i].direction == EGRESS ? ROW_SOCKET : ROW_INBOUND, &flow);
		assert_int_equal(drafted.board->count, 1);
		assert_true(drafted.board->rows[0].allowed);
		assert_int_equal(drafted.board->rows[0].unanswered, rows[i].unanswered);
		assert_int_equal(drafted.board->rows[0].untried, rows[i].unanswered && rows[i].direction == INGRESS);
		draft_promise(&drafted.draft, PROMISE_TABLE, NULL, "all");
		draft_table(&drafted.draft);
		draft_edges(&drafted.draft);
		expect_verdicts(&drafted.draft);
		end(&drafted);
	}
	assert_true(unanswered_seen > 10);
}

// What a row can be made of: of what comes in, only what can be answered; nothing that answers something itself.
static void test_triable(void **state)
{
	enum { YES = 1, AS_RAW = 2, NEVER = 0 };
	static const struct {
		const char *flow;
		unsigned tried;  // by a socket and from outside; raw; never
	} rows[] = {
		{ "tcp 10.20.2.5:443", YES | AS_RAW },
		{ "tcp [2001:db8::5]:443", YES | AS_RAW },
		{ "tcp 10.20.1.7:443", NEVER },
		{ "tcp [2001:db8::1]:443", NEVER },
		{ "tcp 127.0.0.1:443", NEVER },
		{ "tcp 0.0.0.0:443", NEVER },
		{ "tcp 0.0.0.1:443", AS_RAW },
		{ "udp 224.0.0.1:9", AS_RAW },
		{ "udp 255.255.255.255:9", AS_RAW },
		{ "tcp 240.0.0.1:9", AS_RAW },
		{ "tcp [::]:443", NEVER },
		{ "tcp [::1]:443", NEVER },
		{ "udp [ff00::1]:9", NEVER },
		{ "udp [ff01::1]:9", NEVER },
		{ "udp [ff02::1]:9", AS_RAW },
		{ "udp [ff05::1]:9", AS_RAW },
		{ "tcp [fe80::1]:9", AS_RAW },
		{ "icmp 10.20.2.5 type 8 code 0", YES | AS_RAW },
		{ "icmp 10.20.2.5 type 13 code 0", YES | AS_RAW },
		{ "icmp 10.20.2.5 type 17 code 0", YES | AS_RAW },
		{ "icmp 10.20.2.5 type 0 code 0", NEVER },
		{ "icmp 10.20.2.5 type 3 code 1", NEVER },
		{ "icmpv6 2001:db8::5 type 128 code 0", YES | AS_RAW },
		{ "icmpv6 2001:db8::5 type 129 code 0", NEVER },
		{ "icmpv6 2001:db8::5 type 8 code 0", NEVER },
	};
	static const enum row_kind kinds[] = { ROW_SOCKET, ROW_INBOUND, ROW_RAW };
	const struct address neighbour = address_of("10.20.1.255");
	struct flow gre = { .protocol = IPPROTO_GRE, .remote = address_of("10.20.2.5") };
	struct flow broadcast = { .protocol = IPPROTO_UDP, .remote = neighbour, .destination_port = 9 };
	struct drafted drafted;

	(void)state;
	begin("vpcjail: 1\nnetwork: {isolation: full}\n", 100, &drafted);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			size_t before = drafted.board->count;
			bool tried = rows[i].tried & (kinds[k] == ROW_RAW ? AS_RAW : YES);
			struct flow flow;

			assert_int_equal(flow_parse(rows[i].flow, &flow, NULL), 0);
			flow.direction = kinds[k] == ROW_INBOUND ? INGRESS : EGRESS;
			draft_flow(&drafted.draft, 0, kinds[k], &flow);
			if (drafted.board->count - before != tried)
				fail_msg("%s as %d: %s", rows[i].flow, (int)kinds[k], tried ? "not tried" : "tried");
		}
	add_address(&drafted.draft.no_source, &neighbour);
	size_t count = drafted.board->count;
	draft_flow(&drafted.draft, 0, ROW_RAW, &gre);
	draft_flow(&drafted.draft, 0, ROW_RAW, &broadcast);
	assert_int_equal(drafted.board->count, count + 2);
	gre.direction = broadcast.direction = INGRESS;
	draft_flow(&drafted.draft, 0, ROW_INBOUND, &gre);
	draft_flow(&drafted.draft, 0, ROW_INBOUND, &broadcast);
	assert_int_equal(drafted.board->count, count + 2);
	end(&drafted);
}

static const struct board_row *find_name(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->count; i++)
		if (board->rows[i].kind == ROW_NAME && strcmp(board->rows[i].name, name) == 0)
			return &board->rows[i];
	return NULL;
}

static bool has_line(const struct drafted *drafted, const char *line)
{
	for (size_t i = 0; i < drafted->board->count; i++) {
		const struct board_row *row = &drafted->board->rows[i];
		AUTO_STRBUF struct strbuf text = { 0 };

		strbuf_format(&text, "%s: ", drafted->promises.items[row->promise].text);
		judge_describe(row, &text);
		if (strcmp(strbuf_text(&text), line) == 0)
			return true;
	}
	return false;
}

static const char endpoints_profile[] =
    "vpcjail: 1\nnetwork: {isolation: vpc, peers: [10.20.1.21, \"2001:db8::21\"]}\n"
    "vpc: {region: eu-west-1, cidrs: [10.20.0.0/16, \"2001:db8::/56\"], subnets: [10.20.1.0/24, \"2001:db8::/64\"], "
    "dns: %s}\n"
    "prefix-lists: {pl-6da54004: {name: com.amazonaws.eu-west-1.s3, entries: [52.218.0.0/17]}}\n"
    "endpoints:\n"
    "  - {service: s3, type: gateway, prefix-list: pl-6da54004}\n"
    "  - {service: sts, type: interface, addresses: [10.20.1.40]}\n"
    "  - {service: ecr.dkr, type: interface, addresses: [10.20.1.41]}\n"  // any registry's: no name to look up
    "  - {name: minio, type: custom, addresses: [10.20.5.10], ports: [9000]}\n"
    "security-groups: {sg-a: {egress: [{to: any, protocol: all}], ingress: []}}\n"
    "process: {credentials: scrub}\n";

static void begin_endpoints(const char *dns, struct drafted *drafted)
{
	AUTO_FREE char *text = memory_format(endpoints_profile, dns);

	begin(text, 1000, drafted);
}

// A line of each cell, and of each way to a machine.
static void test_cells(void **state)
{
	static const char *const lines[] = {
		"port 53 of a server outside the VPC: udp 9.9.9.9:53",
		"the VPC's resolver addresses: tcp [fd00:ec2::253]:53",
		"instance metadata (IMDS): tcp 169.254.169.254:80",
		"instance metadata (IMDS): tcp [fd00:ec2::254]:80",
		"the task's credentials: tcp 169.254.170.2:80",
		"Time Sync: udp 169.254.169.123:123",
		"public addresses: tcp 198.51.100.1:443",
		"public addresses: tcp [2600:1f00::1]:22",
		"broadcast and multicast: udp 255.255.255.255:9999",
		"protocols other than TCP, UDP and ICMP: 47 198.51.100.1",
		"another host in 10.20.1.0/24: tcp 10.20.1.78:22",
		"another host in 10.20.1.0/24: tcp 10.20.1.78:443",
		"another host in 10.20.1.0/24: tcp 10.20.1.78:29500",
		"another host in 10.20.1.0/24: udp 10.20.1.78:9999",
		"another host in 10.20.1.0/24: icmp 10.20.1.78",
		"another host in 2001:db8::/64: icmpv6 2001:db8::4d",
		"gateway endpoint s3, ports 443 and 80: tcp 52.218.0.0:443",
		"gateway endpoint s3, ports 443 and 80: tcp 52.218.0.0:80",
		"interface endpoint sts, ports 443 and 80: tcp 10.20.1.40:443",
		"custom endpoint minio, ports 443 and 80: tcp 10.20.5.10:443",
		"to peer 10.20.1.21: tcp 10.20.1.21:29500",
		"to peer 2001:db8::21: icmpv6 2001:db8::21",
		"from peer 10.20.1.21: inbound tcp 10.20.1.21:22",
		"from peer 2001:db8::21: inbound udp [2001:db8::21]:9999",
		"from elsewhere: inbound tcp 198.51.100.7:443",
		"from elsewhere: inbound icmpv6 2001:db8::7",
	};
	const struct address taken = address_of("10.20.1.77");
	struct drafted drafted;

	(void)state;
	begin_endpoints("endpoints", &drafted);
	add_address(&drafted.draft.own, &taken);
	draft_table(&drafted.draft);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!has_line(&drafted, lines[i]))
			fail_msg("there is no \"%s\"", lines[i]);
	end(&drafted);
}

// Were the policy to let everything out, what the table denies would still be promised to be denied.
static void test_fates(void **state)
{
	static const char *const texts[] = {
		"vpcjail: 1\nnetwork: {isolation: full, peers: [198.51.100.1, 10.20.1.21]}\n",
		"vpcjail: 1\nnetwork: {isolation: vpc}\n"
		"vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\n"
		"process: {credentials: scrub}\n"
	};
	const struct policy open = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct drafted drafted;
		unsigned denied = 0, allowed = 0;

		begin(texts[i], 1000, &drafted);
		drafted.draft.policy = &open;
		draft_table(&drafted.draft);
		for (size_t k = 0; k < drafted.board->count; k++) {
			const struct board_row *row = &drafted.board->rows[k];
			const char *promise = drafted.promises.items[row->promise].text;
			bool fixed = strncmp(promise, "broadcast", 9) == 0 || strncmp(promise, "protocols", 9) == 0;

			if (strncmp(promise, "from ", 5) == 0 || strncmp(promise, "another", 7) == 0 ||
			    strncmp(promise, "own loopback", 12) == 0)
				continue;
			// Under isolation, a peer may be one of the cells' addresses.
			if (i == 0)
				fixed = fixed || !is_peer(&drafted.profile, &row->flow.remote);
			assert_int_equal(row->allowed, !fixed);
			*(row->allowed ? &allowed : &denied) += 1;
		}
		assert_true(denied > 5 && allowed > 5);
		end(&drafted);
	}
}

static void test_endpoint_names(void **state)
{
	static const struct {
		const char *dns;
		bool known;
	} rows[] = { { "none", false }, { "endpoints", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct address sts = address_of("10.20.1.40");
		struct drafted drafted;

		begin_endpoints(rows[i].dns, &drafted);
		draft_names(&drafted.draft, "node-7");
		const struct board_row *row = find_name(drafted.board, "sts.eu-west-1.amazonaws.com");
		assert_non_null(row);
		assert_int_equal(row->allowed, rows[i].known);
		assert_true(address_equal(&row->resolves_to, &sts));
		for (size_t k = 0; k < drafted.board->count; k++)
			assert_null(strchr(drafted.board->rows[k].name, '*'));
		end(&drafted);
	}
}

static void test_table(void **state)
{
	(void)state;
	each_profile(table_of);
	assert_true(full_profiles >= 3 && peers_allowed > 0);
}

// A cell that the policy lets out is denied all the same, by whatever denies it.
static void test_denied(void **state)
{
	struct drafted drafted;
	const struct flow flow = { .protocol = IPPROTO_TCP,
				   .remote = address_of("10.20.1.21"),
				   .destination_port = 443 };

	(void)state;
	begin("vpcjail: 1\nnetwork: {isolation: full, peers: [10.20.1.21]}\n", 8, &drafted);
	unsigned promise = draft_promise(&drafted.draft, PROMISE_WALL, NULL, "%d %s", 7, "walls");
	assert_string_equal(drafted.promises.items[promise].text, "7 walls");
	assert_null(drafted.promises.items[promise].origin);
	draft_flow(&drafted.draft, promise, ROW_SOCKET, &flow);
	draft_denied(&drafted.draft, promise, ROW_RAW, &flow);
	draft_flow(&drafted.draft, promise, ROW_RAW, &flow);  // is there already
	assert_int_equal(drafted.board->count, 2);
	assert_true(drafted.board->rows[0].allowed);
	assert_false(drafted.board->rows[1].allowed);
	assert_string_equal(drafted.board->rows[1].layer, "");
	end(&drafted);
}

static bool same_place(const struct flow *a, const struct flow *b)
{
	return address_equal(&a->remote, &b->remote) && a->protocol == b->protocol &&
	       a->destination_port == b->destination_port && a->direction == b->direction;
}

static bool ends_are_own;

// The flows of walls would be let out if they were plain, and nothing else goes there.
static void walls_of(struct drafted *drafted)
{
	struct board *board = drafted->board;

	take_edge(&drafted->draft);
	vec_for_each (row, &drafted->policy.reach[EGRESS].rows)
		if (ends_are_own && row->protocol == IPPROTO_TCP)
			vec_for_each (range, &row->remotes.ranges)
				add_address(&drafted->draft.own, &range->last);
	draft_table(&drafted->draft);
	draft_edges(&drafted->draft);
	size_t first = board->count;
	draft_walls(&drafted->draft);
	expect_no_row_twice(board);
	bool tcp = false;
	vec_for_each (row, &drafted->policy.reach[EGRESS].rows)
		tcp = tcp || row->protocol == IPPROTO_TCP;
	if (!tcp)
		assert_int_equal(board->count, first);
	for (size_t i = first; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];
		const struct flow *flow = &row->flow;

		assert_int_equal(drafted->promises.items[row->promise].group, PROMISE_WALL);
		assert_false(row->allowed);
		// Each has a twin that goes past the layers, unless only they can tell what is wrong with it.
		if (row->kind == ROW_FRAME) {
			assert_int_equal(board->rows[i - 1].kind, ROW_RAW);
			assert_true(same_place(flow, &board->rows[i - 1].flow) && !row->flags && !row->rule);
			continue;
		}
		assert_int_equal(row->kind, ROW_RAW);
		assert_true(row->flags || (i + 1 < board->count && board->rows[i + 1].kind == ROW_FRAME));
		assert_true(row->oddity != PACKET_PLAIN || row->flags || row->foreign);
		assert_string_equal(row->layer, row->rule ? "packet_egress" : "");
		assert_int_equal(row->rule != 0, ruleset_wall_reason(row->rule) != NULL);
		assert_false(prefix_set_contains(&drafted->draft.own, &flow->remote));
		if (row->oddity == PACKET_FRAGMENT)
			assert_int_equal(flow->destination_port, 0);
		else
			assert_true(policy_evaluate(&drafted->policy, flow).allowed);
		for (size_t k = 0; k < board->count; k++)
			if (k != i && is_flow(&board->rows[k]) && board->rows[k].kind != ROW_FRAME &&
			    same_place(flow, &board->rows[k].flow)) {
				AUTO_STRBUF struct strbuf text = { 0 };
				judge_describe(row, &text);
				strbuf_add(&text, " and ");
				judge_describe(&board->rows[k], &text);
				fail_msg("go to one place: %s", strbuf_text(&text));
			}
	}
}

static void test_walls(void **state)
{
	struct drafted drafted;

	(void)state;
	each_profile(walls_of);
	ends_are_own = true;
	each_profile(walls_of);
	// Where both families are let out, every wall is tried in each that has it.
	begin("vpcjail: 1\nnetwork: {isolation: vpc}\n"
	      "vpc: {cidrs: [10.20.0.0/16, \"2001:db8::/56\"], subnets: [10.20.1.0/24, \"2001:db8::/64\"]}\n"
	      "security-groups: {sg-a: {egress: [{to: subnets, protocol: tcp}], ingress: []}}\n"
	      "process: {credentials: scrub}\n",
	      100, &drafted);
	draft_walls(&drafted.draft);
	unsigned oddities[PACKET_OPTIONS + 1] = { 0 }, foreign = 0;
	for (size_t i = 0; i < drafted.board->count; i++) {
		oddities[drafted.board->rows[i].oddity]++;
		foreign += drafted.board->rows[i].foreign;
	}
	// All but the two that only a conversation tells have a twin past the layers.
	assert_int_equal(drafted.board->count, 16);
	assert_int_equal(oddities[PACKET_PLAIN], 8);
	assert_int_equal(oddities[PACKET_FRAGMENT], 4);
	assert_int_equal(oddities[PACKET_OPTIONS], 2);
	assert_int_equal(oddities[PACKET_HEADERS], 2);
	assert_int_equal(foreign, 4);
	end(&drafted);
}

static unsigned names_resolved;

static void names_of(struct drafted *drafted)
{
	const struct profile *profile = &drafted->profile;
	bool vpc = profile->network.isolation == ISOLATION_VPC;

	draft_names(&drafted->draft, "node-7");
	assert_true(find_name(drafted->board, "localhost")->allowed);
	assert_true(find_name(drafted->board, "node-7")->allowed);
	assert_int_equal(find_name(drafted->board, "www.example.com")->allowed,
			 vpc && profile->vpc.dns == DNS_RESOLVER);
	vec_for_each (host, &profile->hosts)
		assert_true(address_equal(&find_name(drafted->board, host->name)->resolves_to, &host->address));
	for (size_t i = 0; i < drafted->board->count; i++) {
		const struct board_row *row = &drafted->board->rows[i];

		assert_int_equal(row->kind, ROW_NAME);
		names_resolved += row->resolves_to.family != FAMILY_NONE && row->allowed;
		if (row->resolves_to.family != FAMILY_NONE && !profile->hosts.count)
			assert_int_equal(row->allowed, vpc && profile->vpc.dns != DNS_NONE);
	}
}

static void test_names(void **state)
{
	(void)state;
	each_profile(names_of);
	assert_true(names_resolved > 0);
}

static void test_others(void **state)
{
	struct drafted drafted;
	struct board_host host = { .own = { address_of("10.20.1.7") } };
	size_t quick = 0;

	(void)state;
	begin("vpcjail: 1\nnetwork: {isolation: full}\n", 1000, &drafted);
	draft_host(&drafted.draft, &host);
	assert_int_equal(drafted.board->count, 1);
	host.own[1] = address_of("2001:db8::1");
	host.own[0] = address_of("10.20.1.8");
	draft_host(&drafted.draft, &host);
	assert_int_equal(drafted.board->count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct board_row *row = &drafted.board->rows[i];
		assert_true(row->local && !row->allowed && row->kind == ROW_SOCKET);
		assert_int_equal(row->flow.destination_port, DOORS_PORT);
	}
	draft_rules(&drafted.draft);
	assert_int_equal(drafted.board->rows[3].kind, ROW_RULES);
	drafted.board->count = 0;
	for (size_t i = 0; i < verify_door_count; i++)
		quick += verify_door_is_quick(i);
	drafted.draft.full = false;
	draft_doors(&drafted.draft);
	assert_int_equal(drafted.board->count, quick);
	for (size_t i = 0; i < quick; i++)
		assert_true(verify_door_is_quick(drafted.board->rows[i].door));
	drafted.board->count = 0;
	drafted.draft.full = true;
	draft_doors(&drafted.draft);
	assert_int_equal(drafted.board->count, verify_door_count);
	for (unsigned i = 0; i < verify_door_count; i++) {
		const struct promise *promise = &drafted.promises.items[drafted.board->rows[i].promise];
		AUTO_FREE char *start = memory_format("%s: ", verify_door_name(i));

		assert_int_equal(drafted.board->rows[i].door, i);
		assert_int_equal(promise->group, PROMISE_DOOR);
		// The table of doors has it: else its name would stand for what it is.
		assert_memory_equal(promise->text, start, strlen(start));
		assert_string_not_equal(promise->text + strlen(start), verify_door_name(i));
	}
	end(&drafted);
}

static void test_group_names(void **state)
{
	static const char *const names[PROMISE_GROUPS] = { "table", "rule", "wall", "door", "rules" };

	(void)state;
	for (enum promise_group group = 0; group < PROMISE_GROUPS; group++)
		assert_string_equal(promise_group_name(group), names[group]);
}

// A list of many single addresses, no two of which touch.
enum { MANY = 1201 };

static void many_prefixes(struct strbuf *text)
{
	strbuf_add(text,
		   "vpcjail: 1\nnetwork: {isolation: vpc}\n"
		   "vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\nprefix-lists:\n  pl-many: {entries: [");
	for (unsigned i = 0; i < MANY; i++)
		strbuf_format(text, "%s10.20.%u.%u/32", i ? ", " : "", 2 + i / 100, 2 * (i % 100));
	strbuf_add(text,
		   "]}\nsecurity-groups:\n  sg-a: {egress: [{to: pl-many, protocol: tcp, ports: [443]}], ingress: []}\n"
		   "process: {credentials: scrub}\n");
}

// The edges that are tried of a rule with too many ranges lie evenly, and the rest is counted.
static void test_too_many(void **state)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	struct drafted drafted;
	size_t expected = 0, tried = 0, last = 0;

	(void)state;
	many_prefixes(&text);
	begin(strbuf_text(&text), CAPACITY, &drafted);
	draft_edges(&drafted.draft);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		vec_for_each (layer, &drafted.policy.layers[direction])
			vec_for_each (rule, &layer->rules) {
				size_t count = rule->match.remote.ranges.count, step = count / RANGES_OF_A_RULE + 1;
				expected += rule->match.any_remote ? 0 : count - (count + step - 1) / step;
			}
	assert_true(expected >= MANY - RANGES_OF_A_RULE);
	assert_int_equal(drafted.draft.left_out, expected);
	for (size_t i = 0; i < MANY; i++) {
		const struct flow flow = { .protocol = IPPROTO_TCP,
					   .remote = { FAMILY_IPV4, (0x0a1402 + i / 100) << 8 | 2 * (i % 100) },
					   .destination_port = 443 };

		if (!has_row(drafted.board, &flow))
			continue;
		assert_true(i - last <= 3);
		last = i;
		tried++;
	}
	assert_true(MANY - 1 - last <= 3);
	assert_in_range(tried, MANY / 3, RANGES_OF_A_RULE);
	expect_verdicts(&drafted.draft);
	expect_no_row_twice(drafted.board);
	end(&drafted);
}

static void draft_everything(struct drafted *drafted)
{
	const struct board_host host = { .own = { address_of("10.20.1.7"), address_of("2001:db8::1") } };

	draft_rules(&drafted->draft);
	draft_table(&drafted->draft);
	draft_host(&drafted->draft, &host);
	draft_names(&drafted->draft, "node-7");
	draft_edges(&drafted->draft);
	draft_walls(&drafted->draft);
	draft_doors(&drafted->draft);
}

// Of all rules; one that matches any address counts as one.
static size_t ranges_of(const struct policy *policy)
{
	size_t count = 0;

	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		vec_for_each (layer, &policy->layers[direction])
			vec_for_each (rule, &layer->rules)
				count += rule->match.any_remote ? 1 : rule->match.remote.ranges.count;
	return count;
}

// A board that is too small takes what fits. What edges leave out is counted, and they leave room for what comes after.
static void test_full_board(void **state)
{
	static const size_t capacities[] = { 0, 1, 2, 17, 60, 200, 600, 1000, 3000 };
	AUTO_STRBUF struct strbuf text = { 0 };
	size_t whole = 0;

	(void)state;
	many_prefixes(&text);
	for (size_t i = sizeof(capacities) / sizeof(capacities[0]); i > 0; i--) {
		size_t capacity = capacities[i - 1], doors = 0, walls = 0;
		struct drafted drafted;

		begin(strbuf_text(&text), capacity, &drafted);
		draft_everything(&drafted);
		assert_true(drafted.board->count <= capacity);
		for (size_t k = 0; k < drafted.board->count; k++) {
			doors += drafted.board->rows[k].kind == ROW_DOOR;
			walls += drafted.board->rows[k].kind == ROW_RAW &&
				 drafted.promises.items[drafted.board->rows[k].promise].group == PROMISE_WALL;
		}
		if (capacity == 0)
			assert_int_equal(drafted.draft.left_out, ranges_of(&drafted.policy));
		if (capacity == 3000)
			whole = drafted.draft.left_out;
		else
			assert_true(drafted.draft.left_out > whole);
		if (capacity >= 600) {
			assert_int_equal(doors, verify_door_count);
			assert_int_equal(walls, 5);
		}
		end(&drafted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),    cmocka_unit_test(test_table),
		cmocka_unit_test(test_denied),   cmocka_unit_test(test_unanswered),
		cmocka_unit_test(test_triable),  cmocka_unit_test(test_cells),
		cmocka_unit_test(test_fates),    cmocka_unit_test(test_endpoint_names),
		cmocka_unit_test(test_walls),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_others),   cmocka_unit_test(test_group_names),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_full_board),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
