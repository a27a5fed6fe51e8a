// SPDX-License-Identifier: GPL-2.0-or-later
// import: assemblies as profiles: they load, print back, hold hostile names, and of several subnets let through exactly
// what each lets through.
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "import/profile/profile_text.h"
#include "import_world.h"
#include "policy/difference.h"
#include "profile/load.h"
#include "profile/print.h"
#include "profile/yaml.h"

enum { WORLDS = 150, SIZE = 4 << 20 };

static const struct profile_text_options options = { .command = "vpcjail import vpc.json", .date = "2026-11-28" };
static const struct profile_text_options beside = { .stem = "p", .date = "2026-11-28" };

static int open_text(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	const struct profile_text *written = data;

	(void)from;
	(void)err;
	*path = memory_format("%s.yaml", name);
	*text = memory_copy_text(strbuf_text(&written->text));
	*length = strlen(*text);
	return 0;
}

static int read_beside(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	const struct profile_text *written = data;

	(void)from;
	vec_for_each (other, &written->beside)
		if (strcmp(other->name, file) == 0) {
			*path = memory_copy_text(file);
			*text = memory_copy_text(other->text);
			*length = strlen(*text);
			return 0;
		}
	return error_set(err, -ENOENT, "no file %s", file);
}

static void load(const struct profile_text *written, struct profile *profile)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	const struct profile_source source = { .data = (void *)(uintptr_t)written,
					       .open = open_text,
					       .read = read_beside };
	AUTO_STRBUF struct strbuf said = { 0 };

	if (profile_load(&source, "p", profile, &mistakes) == 0)
		return;
	mistakes_format(&mistakes, &said);
	print_error("%s\n%s", strbuf_text(&written->text), strbuf_text(&said));
	fail();
}

// What the profile says, whole.
static char *printed(const struct profile_text *written)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct strbuf out = { 0 };

	load(written, &profile);
	profile_print(&profile, &out);
	return strbuf_steal(&out);
}

static void expect_stable(const struct profile_text *written)
{
	struct profile_text again = { 0 };
	AUTO_FREE char *first = printed(written), *second = NULL;

	strbuf_add(&again.text, first);
	second = printed(&again);
	assert_string_equal(second, first);
	profile_text_release(&again);
}

// Every character may stand in a file that a terminal shows.
static void expect_inert(const char *text)
{
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "\xc2\x85"));
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WORLDS; i++) {
		struct world world, same;
		CLEANUP(profile_text_release)
		struct profile_text text = { 0 }, again = { 0 }, files = { 0 }, strict = { 0 };

		world_make(&world, i, NULL);
		world_make(&same, i, NULL);
		profile_text_write(&world.assemblies[i % WORLD_SUBNETS], &options, &text);
		profile_text_write(&same.assemblies[i % WORLD_SUBNETS], &options, &again);
		assert_string_equal(strbuf_text(&text.text), strbuf_text(&again.text));
		expect_stable(&text);
		expect_inert(strbuf_text(&text.text));
		profile_text_write(&world.assemblies[0], &beside, &files);
		assert_int_equal(files.beside.count, 2);
		expect_stable(&files);
		profile_text_write_strict(world.assemblies, WORLD_SUBNETS, &options, &strict);
		expect_stable(&strict);
		world_release(&world);
		world_release(&same);
	}
}

static const char *const hostile[] = {
	"evil\nroutes:\n  - {destination: 0.0.0.0/0, target: local}",
	"\r\nevil: yes",
	"\xc2\x85routes: []",
	"\xe2\x80\xa8routes: []\xe2\x80\xa9",
	"\xef\xbb\xbf\xef\xbf\xbe",
	"\x1b]0;title\x07\x1b[2J",
	"\xff\xfe \xc0\xaf",
	"# REPLACE",
	"\"quotes\" 'and' \\x41 \\",
	"{a: [b, c]} & * ! | > % @ `",
	"- --- ... ? : ,",
	"\xe2\x80\xae reversed",
	"",
	" ",
	"~",
};

static unsigned hostile_at;
static char longest[(64 << 10) + 1];

static const char *hostile_name(struct world *world)
{
	size_t count = sizeof(hostile) / sizeof(hostile[0]), at = hostile_at++ % (count + 1);

	(void)world;
	return at < count ? hostile[at] : longest;
}

// The tree without the keys whose values are foreign words.
static void drop_words(struct node *node)
{
	static const char *const words[] = { "description", "reason", "name", "names" };

	vec_for_each (item, &node->items)
		drop_words(*item);
	vec_for_each (member, &node->members) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(member->key, words[i]) == 0) {
				node_free(member->value);
				member->value = node_scalar("");
			}
		drop_words(member->value);
	}
}

// No key comes or goes by a name, but for those that hold one.
static char *bare_tree(const struct profile_text *written)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_NODE struct node *tree = yaml_read(strbuf_text(&written->text), written->text.length, "p.yaml", &mistakes);
	struct strbuf out = { 0 };

	assert_non_null(tree);
	assert_int_equal(mistakes.errors, 0);
	drop_words(tree);
	node_print_yaml(tree, &out);
	return strbuf_steal(&out);
}

// Keys that a name may legally be the value of come and go with it: their lines do not count.
static char *without(const char *text, const char *key)
{
	struct strbuf out = { 0 };

	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");
		AUTO_FREE char *copy = memory_copy_bytes(line, length);
		if (!strstr(copy, key))
			strbuf_format(&out, "%s\n", copy);
		line += length + (line[length] == '\n');
	}
	return strbuf_steal(&out);
}

static void test_hostile(void **state)
{
	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	for (unsigned i = 0; i < WORLDS; i++) {
		struct world harmless, evil;
		CLEANUP(profile_text_release) struct profile_text text = { 0 }, other = { 0 };

		hostile_at = i;
		world_make(&harmless, i, NULL);
		world_make(&evil, i, hostile_name);
		profile_text_write_strict(harmless.assemblies, 1 + i % 2, &beside, &text);
		profile_text_write_strict(evil.assemblies, 1 + i % 2, &beside, &other);
		AUTO_FREE char *bare = bare_tree(&text), *evil_bare = bare_tree(&other);
		AUTO_FREE char *words = without(bare, "reason:"), *evil_words = without(evil_bare, "reason:");
		AUTO_FREE char *names = without(words, "name"), *evil_names = without(evil_words, "name");
		assert_string_equal(evil_names, names);
		expect_inert(strbuf_text(&other.text));
		expect_stable(&other);
		if (other.text.length > 4 * text.text.length + 8192)
			fail_msg("%s", strbuf_text(&other.text));
		for (size_t file = 0; file < other.beside.count; file++)
			expect_inert(other.beside.items[file].text);
		world_release(&harmless);
		world_release(&evil);
	}
}

// Here, so that the link carries what the other layers let through.
static void build(const struct profile_text *written, struct policy *policy)
{
	static const char elsewhere[] = "located: elsewhere";
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct error err = { 0 };
	struct profile_text here = { 0 };
	const char *found = strstr(strbuf_text(&written->text), elsewhere);

	assert_non_null(found);
	strbuf_add_bytes(&here.text, written->text.text, (size_t)(found - written->text.text));
	strbuf_format(&here.text, "located: here %s", found + strlen(elsewhere));
	load(&here, &profile);
	profile_text_release(&here);
	if (policy_build(&profile, policy, &err))
		fail_msg("%s", err.message);
}

static void reach(const struct policy *policy, enum direction direction, enum flow_state flow_state, struct reach *out)
{
	const struct reach_question question = { .state = flow_state, .layers = SIZE_MAX };

	policy_reach_of(policy, direction, &question, out);
}

static void intersect(struct reach *both, const struct reach *with)
{
	struct reach lacks = { 0 }, result = { 0 };

	reach_subtract(both, with, &lacks);
	reach_subtract(both, &lacks, &result);
	reach_release(&lacks);
	reach_release(both);
	*both = result;
}

// An empty reach, but for port 0, which a profile cannot name apart from the ports beside it.
static void expect_nothing(const struct reach *found, bool port_0, const char *where, const char *what)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	vec_for_each (row, &found->rows)
		if (!port_0 || row->ranges.count != 1 || row->ranges.items[0].last != 0 ||
		    (row->protocol != IPPROTO_TCP && row->protocol != IPPROTO_UDP))
			reach_row_print(row, EGRESS, "", &text);
	if (text.length)
		fail_msg("%s: %s: %s", where, what, strbuf_text(&text));
}

// Of conversations that cannot begin no packet is missed.
static void with_whom_one_begins(const struct policy *policy, struct reach *found)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		CLEANUP(prefix_set_release) struct prefix_set with = { 0 };
		reach_remotes_of(&policy->reach[EGRESS], protocols[i], &with);
		reach_remotes_of(&policy->reach[INGRESS], protocols[i], &with);
		reach_intersect(found, protocols[i], &with);
	}
}

static void expect_intersection(const struct policy *strict, const struct policy *each, size_t count,
				enum direction direction, enum flow_state flow_state, unsigned seed, size_t *reached)
{
	struct reach all = { 0 }, found = { 0 }, more = { 0 }, less = { 0 };

	reach(&each[0], direction, flow_state, &all);
	for (size_t i = 1; i < count; i++) {
		struct reach own = { 0 };
		reach(&each[i], direction, flow_state, &own);
		intersect(&all, &own);
		reach_release(&own);
	}
	reach(strict, direction, flow_state, &found);
	reach_subtract(&found, &all, &more);
	reach_subtract(&all, &found, &less);
	if (flow_state == FLOW_ESTABLISHED)
		with_whom_one_begins(strict, &less);
	char what[80];
	(void)snprintf(what, sizeof(what), "world %u, direction %d, state %d", seed, direction, flow_state);
	expect_nothing(&more, false, what, "more than each");
	expect_nothing(&less, true, what, "less than each");
	*reached += !reach_is_empty(&found);
	reach_release(&all);
	reach_release(&found);
	reach_release(&more);
	reach_release(&less);
}

static void test_strict(void **state)
{
	size_t reached = 0;

	(void)state;
	for (unsigned i = 0; i < WORLDS; i++) {
		struct world world;
		struct policy each[WORLD_SUBNETS] = { 0 }, strict = { 0 };
		CLEANUP(profile_text_release) struct profile_text text = { 0 };
		size_t count = 2 + i % 2;

		world_make(&world, 1000 + i, NULL);
		profile_text_write_strict(world.assemblies, count, &options, &text);
		build(&text, &strict);
		for (size_t j = 0; j < count; j++) {
			CLEANUP(profile_text_release) struct profile_text own = { 0 };
			profile_text_write(&world.assemblies[j], &options, &own);
			build(&own, &each[j]);
		}
		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
			for (enum flow_state flow = FLOW_NEW; flow < (enum flow_state)FLOW_STATES; flow++)
				expect_intersection(&strict, each, count, direction, flow, 1000 + i, &reached);
		for (size_t j = 0; j < count; j++)
			policy_release(&each[j]);
		policy_release(&strict);
		world_release(&world);
	}
	assert_true(reached > WORLDS);  // of four each
}

static bool says(const struct profile_text *text, const char *words)
{
	return strstr(strbuf_text(&text->text), words);
}

// What an ACL, as a document has it, says of one packet: the first rule that matches, denials first among equal
// numbers.
static bool acl_passes(const struct aws_network_acl *acl, const struct flow *flow, enum direction direction,
		       const struct address *other)
{
	const struct aws_acl_entry *first = NULL;

	vec_for_each (entry, &acl->entries) {
		const struct aws_match *match = &entry->match;
		bool icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

		if (entry->egress != (direction == EGRESS) || entry->number > 32766 || match->nothing ||
		    !prefix_contains(&entry->prefix, other) ||
		    (match->protocol != PROTOCOL_ALL && match->protocol != flow->protocol))
			continue;
		if (match->protocol != PROTOCOL_ALL && icmp &&
		    ((match->icmp_type < 0 && match->icmp_code >= 0) ||
		     (match->icmp_type >= 0 && match->icmp_type != flow->icmp_type) ||
		     (match->icmp_code >= 0 && match->icmp_code != flow->icmp_code)))
			continue;
		if (match->protocol != PROTOCOL_ALL && !icmp && !match->all_ports &&
		    (flow->destination_port < match->ports.first || flow->destination_port > match->ports.last))
			continue;
		if (!first || entry->number < first->number || (entry->number == first->number && !entry->allow))
			first = entry;
	}
	return first && first->allow;
}

// For every address of the job's subnet: the blocks of a world change their mind at these alone.
static bool far_passes(const struct assembly *assembly, const struct flow *flow)
{
	static const char *const jobs[] = { "10.0.1.0",   "10.0.1.40",  "10.0.1.127",
					    "10.0.1.128", "10.0.1.255", "2600:1f18::1" };

	vec_for_each (far, &assembly->far) {
		if (!prefix_set_contains(&far->blocks, &flow->remote))
			continue;
		for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
			struct address job = address_of(jobs[i]);
			if (job.family == flow->remote.family &&
			    (!far->acl ||
			     !acl_passes(far->acl, flow, flow->direction == EGRESS ? INGRESS : EGRESS, &job)))
				return false;
		}
	}
	return true;
}

// A packet between the job and the subnets around it.
static struct flow world_flow(struct world *world)
{
	static const char *const remotes[] = { "10.0.2.9",   "10.0.2.64",  "10.0.3.7",         "10.0.2.127",
					       "10.0.1.21",  "10.0.2.255", "2600:1f18:0:2::5", "192.168.3.4",
					       "52.218.3.4", "10.0.3.200" };
	static const uint16_t ports[] = { 443, 53, 80, 1, 1023, 1024, 65535, 399, 500, 501 };
	struct flow flow = { .direction = world_chance(world, 60) ? EGRESS : INGRESS,
			     .state = world_chance(world, 70) ? FLOW_ESTABLISHED : FLOW_NEW,
			     .remote = address_of(WORLD_PICK(world, remotes)),
			     .destination_port = WORLD_PICK(world, ports),
			     .icmp_type = (int)world_below(world, 10),
			     .icmp_code = (int)world_below(world, 4) };
	const int of[] = { IPPROTO_TCP, IPPROTO_UDP,
			   flow.remote.family == FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6 };

	flow.protocol = WORLD_PICK(world, of);
	return flow;
}

// With the ACLs of the subnets around the job's a profile lets through what it does without, less what they deny.
static void test_far_acls(void **state)
{
	size_t passed = 0, stopped = 0;

	(void)state;
	for (unsigned i = 0; i < WORLDS; i++) {
		struct world world;
		CLEANUP(profile_text_release) struct profile_text text = { 0 }, plain = { 0 };
		CLEANUP(policy_release) struct policy policy = { 0 }, without = { 0 };

		world_make(&world, 4000 + i, NULL);
		struct assembly alone = world.assemblies[0];
		memset(&alone.far, 0, sizeof(alone.far));
		profile_text_write(&world.assemblies[0], &options, &text);
		profile_text_write(&alone, &options, &plain);
		build(&text, &policy);
		build(&plain, &without);
		for (unsigned j = 0; j < 400; j++) {
			struct flow flow = world_flow(&world);
			bool before = policy_evaluate(&without, &flow).allowed;
			bool due = before && far_passes(&world.assemblies[0], &flow);

			if (policy_evaluate(&policy, &flow).allowed != due)
				fail_msg("world %u, flow %u: %s\n%s", i, j, due ? "denied" : "allowed",
					 strbuf_text(&text.text));
			passed += due;
			stopped += before && !due;
		}
		world_release(&world);
	}
	print_message("%zu passed, %zu stopped\n", passed, stopped);
	assert_true(passed > 1000 && stopped > 1000);
}

static struct aws_acl_entry far_entry(long number, bool egress, bool allow, const char *block, struct aws_match match)
{
	return (struct aws_acl_entry){
		.number = number, .egress = egress, .allow = allow, .prefix = block_of(block), .match = match
	};
}

static void set_entries(struct aws_network_acl *acl, const struct aws_acl_entry *entries, size_t count)
{
	acl->entries.count = 0;
	for (size_t i = 0; i < count; i++)
		vec_push(&acl->entries, entries[i]);
}

// The text of one: readable, and in front of the own rules, which keep their numbers while there is room.
static void test_far_text(void **state)
{
	const struct aws_match all = { .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };
	const struct aws_match web = {
		.protocol = IPPROTO_TCP, .ports = { 443, 443 }, .icmp_type = -1, .icmp_code = -1
	};
	const struct aws_match ping = { .protocol = IPPROTO_ICMP, .icmp_type = 8, .icmp_code = -1 };
	const struct aws_acl_entry own[] = { far_entry(100, true, true, "0.0.0.0/0", all),
					     far_entry(100, false, true, "0.0.0.0/0", all) };
	const struct aws_acl_entry their[] = { far_entry(10, false, true, "10.0.1.0/25", web),
					       far_entry(20, false, true, "10.0.1.128/25", web),
					       far_entry(30, false, true, "10.0.0.0/16", ping) };
	struct world world;
	CLEANUP(profile_text_release) struct profile_text text = { 0 };

	(void)state;
	world_make(&world, 9, NULL);
	struct assembly *assembly = &world.assemblies[0];
	world_far_release(assembly);
	assembly->acls.items[0].acl = &world.acls[0];
	set_entries(&world.acls[0], own, 2);
	set_entries(&world.acls[1], their, 3);
	struct assembled_far_acl far = { .acl = &world.acls[1], .subnets = world_text(&world, "subnet-2") };
	struct prefix block = block_of("10.0.2.0/24");
	prefix_set_add(&far.blocks, &block);
	prefix_set_normalize(&far.blocks);
	vec_push(&assembly->far, far);
	profile_text_write(assembly, &options, &text);
	expect_stable(&text);
	static const char *const lines[] = {
		"# acl-1 (acl) of subnet-2: what it denies as it enters there\n",
		"- {rule: 1, action: deny, cidr: 10.0.2.0/24, protocol: tcp, ports: [1-442]}\n",
		"- {rule: 2, action: deny, cidr: 10.0.2.0/24, protocol: tcp, ports: [444-65535]}\n",
		"- {rule: 3, action: deny, cidr: 10.0.2.0/24, protocol: udp}\n",
		"- {rule: 4, action: allow, cidr: 10.0.2.0/24, protocol: icmp, icmp-type: 8}\n",
		"- {rule: 5, action: deny, cidr: 10.0.2.0/24, protocol: icmp}\n",
		"- {rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: all}\n",
		"# acl-1 (acl) of subnet-2: what it denies as it leaves from there\n",
		"- {rule: 1, action: deny, cidr: 10.0.2.0/24, protocol: all}\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!says(&text, lines[i]))
			fail_msg("%s is not in\n%s", lines[i], strbuf_text(&text.text));
	world_release(&world);
}

static bool lets_out(const struct profile_text *text, const char *flow_text)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct flow flow;

	build(text, &policy);
	assert_int_equal(flow_parse(flow_text, &flow, NULL), 0);
	return policy_evaluate(&policy, &flow).allowed;
}

// A world whose job may do anything within its VPC, but for the hosts that do not let it in.
static void open_world(struct world *world, struct assembly *assembly)
{
	const struct assembled_route local = { .prefix = block_of("10.0.0.0/16"), .target = ROUTE_LOCAL };
	const struct aws_match all = { .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };
	const struct aws_acl_entry entries[] = { far_entry(1, true, true, "0.0.0.0/0", all),
						 far_entry(1, false, true, "0.0.0.0/0", all) };
	struct assembled_rule rule = { .match = all };

	world_far_release(assembly);
	assembly->routes.count = 0;
	vec_push(&assembly->routes, local);
	assembly->acls.items[0].acl = &world->acls[assembly - world->assemblies];
	set_entries(&world->acls[assembly - world->assemblies], entries, 2);
	vec_push(&rule.peers, (struct assembled_peer){ .text = world_text(world, "0.0.0.0/0") });
	vec_push(&assembly->groups.items[0].egress, rule);
}

static void test_closed_hosts(void **state)
{
	(void)state;
	for (int strict = 0; strict < 2; strict++) {
		struct world world;
		CLEANUP(profile_text_release) struct profile_text text = { 0 }, many = { 0 }, blocks = { 0 };

		world_make(&world, 12, NULL);
		for (size_t i = 0; i < 2; i++) {
			open_world(&world, &world.assemblies[i]);
			world_close(&world, &world.assemblies[i], "10.0.3", strict ? (unsigned)i : 0, strict ? 1 : 2);
		}
		// As long as the block that both are: it would decide before the list.
		vec_push(&world.assemblies[0].routes,
			 (struct assembled_route){ .prefix = block_of("10.0.3.0/31"), .target = ROUTE_LOCAL });
		// A list with an entry of it that is longer than the two together.
		struct assembled_list *list = &world.assemblies[0].lists.items[1];
		struct prefix one = block_of("10.0.3.1/32");
		prefix_set_release(&list->entries);
		prefix_set_add(&list->entries, &one);
		prefix_set_normalize(&list->entries);
		vec_push(&world.assemblies[0].routes,
			 (struct assembled_route){ .is_list = true, .list = list->id, .target = ROUTE_PEERING });
		world.assemblies[0].wider = 3;
		world.assemblies[0].wider_example = world.assemblies[0].closed.items[0];
		profile_text_write_strict(world.assemblies, strict ? 2 : 1, &options, &text);
		expect_stable(&text);
		assert_true(says(&text, "  pl-not-let-in:\n    entries:\n      - 10.0.3.0/32  # eni-1 (host)\n"
					"      - 10.0.3.1/32  # eni-1 (host)\n"));
		assert_true(says(&text, "{destination: pl-not-let-in, target: blackhole"));
		assert_true(says(&text, "WIDER than AWS at 3 addresses: "));
		assert_false(lets_out(&text, "tcp 10.0.3.0:5432"));
		assert_false(lets_out(&text, "tcp 10.0.3.1:5432"));
		if (!strict) {
			assert_true(lets_out(&text, "tcp 10.0.3.2:5432"));
			world_close(&world, &world.assemblies[0], "10.0.3", 10, 30);
			profile_text_write(&world.assemblies[0], &beside, &many);
			assert_true(says(&many, "pl-not-let-in: {file: p.pl-not-let-in.txt}"));
			assert_string_equal(many.beside.items[many.beside.count - 1].name, "p.pl-not-let-in.txt");
			assert_non_null(
			    strstr(many.beside.items[many.beside.count - 1].text, "\n10.0.3.39/32  # eni-1 (host)\n"));
			expect_stable(&many);
			for (unsigned i = 0; i < 4; i++) {
				AUTO_FREE char *block = memory_format("10.0.%u", 128 + i);
				world_close(&world, &world.assemblies[0], block, 0, 256);
			}
			profile_text_write(&world.assemblies[0], &options, &blocks);
			assert_true(says(&blocks, "10.0.3.32/29, 10.0.128.0/22]\n"));
			expect_stable(&blocks);
			assert_false(lets_out(&blocks, "tcp 10.0.131.255:5432"));
			assert_true(lets_out(&blocks, "tcp 10.0.132.0:5432"));
		}
		world_release(&world);
	}
}

// Two lists with one block: the route that leads nowhere decides, whatever their ids are.
static void test_lists_of_one_block(void **state)
{
	(void)state;
	for (int strict = 0; strict < 2; strict++)
		for (int which = 0; which < 2; which++) {
			const char *const lists[] = { "pl-aaaa", "pl-bbbb" };
			struct world world;
			CLEANUP(profile_text_release) struct profile_text text = { 0 };
			struct prefix both = block_of("10.1.4.0/22");

			world_make(&world, 11, NULL);
			for (size_t i = 0; i < 2; i++) {
				struct assembly *assembly = &world.assemblies[i];
				assembly->routes.count = 1;
				for (int j = 0; j < 2; j++) {
					struct assembled_route route = { .is_list = true,
									 .list = lists[j],
									 .target = j == which ? ROUTE_BLACKHOLE
											      : ROUTE_PEERING };
					prefix_set_release(&assembly->lists.items[j].entries);
					prefix_set_add(&assembly->lists.items[j].entries, &both);
					prefix_set_normalize(&assembly->lists.items[j].entries);
					vec_push(&assembly->routes, route);
				}
			}
			if (strict)
				profile_text_write_strict(world.assemblies, 2, &options, &text);
			else
				profile_text_write(&world.assemblies[0], &options, &text);
			CLEANUP(policy_release) struct policy policy = { 0 };
			build(&text, &policy);
			struct flow flow;
			assert_int_equal(flow_parse("tcp 10.1.4.5:443", &flow, NULL), 0);
			assert_false(policy_evaluate(&policy, &flow).allowed);
			const char *routes = strstr(strbuf_text(&text.text), "\nroutes:");
			assert_non_null(routes);
			const char *first = strstr(routes, lists[which]), *second = strstr(routes, lists[1 - which]);
			assert_true(first && second && first < second);
			world_release(&world);
		}
}

static void add_variable(struct world *world, const char *name, const char *value)
{
	vec_push(&world->job.environment,
		 (struct named_text){ .name = world_text(world, "%s", name), .text = world_text(world, "%s", value) });
}

// The container's environment comes along; what may be a secret does not.
static void test_environment(void **state)
{
	static const char *const secrets[][2] = {
		{ "HF_TOKEN", "hf_sesame" },
		{ "wandb_api_key", "sesame" },
		{ "DB_PASSWORD", "sesame" },
		{ "MY_SECRET", "sesame" },
		{ "URL", "https://me:sesame@h/" },
		{ "NOTE", "AKIASESAME0000000000 sesame" },
		{ "1X", "sesame" },
		{ "A B", "sesame" },
		{ "BROKEN", "sesame\xff" },
	};
	struct world world;
	CLEANUP(profile_text_release) struct profile_text text = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };

	(void)state;
	world_make(&world, 5, NULL);
	add_variable(&world, "LAST", "two\nlines: \"quoted\" \xe2\x80\xae \x1b");
	add_variable(&world, "EPOCHS", "3");
	add_variable(&world, "EMPTY", "");
	add_variable(&world, "EPOCHS", "4");
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		add_variable(&world, secrets[i][0], secrets[i][1]);
	profile_text_write(&world.assemblies[0], &options, &text);
	assert_false(says(&text, "sesame"));
	assert_true(says(&text, "# not written: HF_TOKEN may be a secret"));
	expect_inert(strbuf_text(&text.text));
	load(&text, &profile);
	const named_text_vec *set = &profile.process.environment_set;
	assert_int_equal(set->count, 3);
	assert_string_equal(set->items[0].name, "EMPTY");
	assert_string_equal(set->items[1].text, "3");
	assert_string_equal(set->items[2].text, "two\nlines: \"quoted\" \xe2\x80\xae \x1b");
	world_release(&world);
}

// An isolated job keeps its VPC described; one without a VPC has none to describe.
static void test_isolated(void **state)
{
	struct world world;
	CLEANUP(profile_text_release) struct profile_text text = { 0 }, alone = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };

	(void)state;
	world_make(&world, 6, NULL);
	world.assemblies[0].isolated = true;
	profile_text_write(&world.assemblies[0], &options, &text);
	expect_stable(&text);
	assert_true(says(&text, "isolation: full"));
	assert_true(says(&text, "\n# Under network isolation nothing of what follows is reached"));
	build(&text, &policy);
	assert_true(reach_is_empty(&policy.reach[EGRESS]));
	struct assembly none = { .account = &world.account, .selection = &world.selection, .isolated = true };
	profile_text_write(&none, &options, &alone);
	expect_stable(&alone);
	assert_false(says(&alone, "vpc:"));
	world_release(&world);
}

// Nothing that is missing is allowed: no ACL denies what crosses the boundary, no groups let nothing out.
static void test_missing(void **state)
{
	struct world world;
	CLEANUP(profile_text_release) struct profile_text text = { 0 }, closed = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 }, nobody = { 0 };
	struct flow inside, outside;

	(void)state;
	world_make(&world, 7, NULL);
	struct assembly *assembly = &world.assemblies[0];
	assembly->acls.items[0].acl = NULL;
	assembly->routes.count = 1;
	world_release_rules(&assembly->groups.items[0].egress);
	struct assembled_rule all = {
		.match = { .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 }
	};
	vec_push(&all.peers, (struct assembled_peer){ .text = world_text(&world, "0.0.0.0/0") });
	vec_push(&assembly->groups.items[0].egress, all);
	profile_text_write(assembly, &options, &text);
	build(&text, &policy);
	assert_int_equal(flow_parse("tcp 10.0.1.9:443", &inside, NULL), 0);
	assert_int_equal(flow_parse("tcp 10.0.2.9:443", &outside, NULL), 0);
	assert_true(policy_evaluate(&policy, &inside).allowed);
	assert_false(policy_evaluate(&policy, &outside).allowed);
	assert_true(says(&text, "not given: nothing crosses the subnet's boundary"));

	size_t groups = assembly->groups.count;
	assembly->groups.count = 0;
	world.selection.region = NULL;
	profile_text_write(assembly, &options, &closed);
	assembly->groups.count = groups;
	build(&closed, &nobody);
	assert_false(policy_evaluate(&nobody, &inside).allowed);
	assert_true(says(&closed, "No security group: nothing may leave"));
	world_release(&world);
}

// Rules by the thousand: rather no comments than a profile that is too large to be read.
static void test_large(void **state)
{
	struct world world;
	CLEANUP(profile_text_release) struct profile_text text = { 0 };

	(void)state;
	world_make(&world, 8, NULL);
	struct assembled_group *group = &world.assemblies[0].groups.items[0];
	for (unsigned i = 0; i < 9000; i++) {
		struct assembled_rule rule = {
			.match = { .protocol = IPPROTO_TCP, .ports = { 443, 443 }, .icmp_type = -1, .icmp_code = -1 }
		};
		char *block = world_text(&world, "10.0.%u.%u/32", i / 250, i % 250);
		char *note =
		    world_text(&world, "sg-0123456789abcdef0 (a group with a long name): eni-0123456789abcdef%u", i);
		vec_push(&rule.peers, (struct assembled_peer){ .text = block, .note = note });
		vec_push(&group->egress, rule);
	}
	profile_text_write(&world.assemblies[0], &options, &text);
	assert_true(text.text.length <= YAML_SIZE);
	assert_true(says(&text, "# Imported. The comments are left out"));
	expect_stable(&text);
	world_release(&world);
}

static char *refreshed(const char *earlier, struct profile_text *imported)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_NODE struct node *result = NULL;
	struct node *old = yaml_read(earlier, strlen(earlier), "p.yaml", &mistakes);
	struct strbuf out = { 0 };

	assert_non_null(old);
	result = profile_text_refresh(old, STEAL(imported->tree));
	node_print_yaml(result, &out);
	return strbuf_steal(&out);
}

// A person's decisions stay, AWS's words are the newer ones.
static void test_refresh(void **state)
{
	static const char earlier[] =
	    "vpcjail: 1\ndescription: mine\n"
	    "network: {isolation: vpc, on-deny: drop, peers: [10.0.1.77], uplink: veth}\n"
	    "vpc: {region: eu-west-2, located: elsewhere, cidrs: [10.9.0.0/16], subnets: [10.9.1.0/24], "
	    "dns: resolver, resolver: 10.9.0.2, time-sync: allow, domains: [corp.example]}\n"
	    "hosts: {gpu02: 10.0.1.12}\n"
	    "prefix-lists: {pl-old: {entries: [9.9.9.0/24]}}\n"
	    "endpoints:\n"
	    "  - {service: sts, type: interface, addresses: [10.9.1.1], stand-in: public}\n"
	    "  - {service: gone, type: interface, addresses: [10.9.1.2]}\n"
	    "  - {name: minio, type: custom, addresses: [10.0.5.10], ports: [9000]}\n"
	    "security-groups: {sg-old: {egress: []}}\n"
	    "network-acls: {acl-old: {egress: [], ingress: []}}\n"
	    "routes: [{destination: 10.9.0.0/16, target: local}]\n"
	    "process: {credentials: keep, environment: {set: {A: b}}}\n"
	    "tolerate: [{destination: \"pypi.org\", reason: known}]\nrequire: [landlock-scope]\n";
	static const char *const stays[] = { "description: mine",
					     "on-deny: drop",
					     "peers: [10.0.1.77]",
					     "uplink: veth",
					     "located: elsewhere",
					     "dns: resolver",
					     "time-sync: allow",
					     "corp.example",
					     "gpu02: 10.0.1.12",
					     "stand-in: public",
					     "name: minio",
					     "credentials: keep",
					     "A: b",
					     "pypi.org",
					     "landlock-scope",
					     "region: eu-west-1",
					     "resolver: 10.0.0.2",
					     "# Imported on",
					     "sg-1:",
					     "rtb-1 (table)" };
	static const char *const goes[] = { "eu-west-2", "10.9.", "pl-old", "sg-old", "acl-old", "gone" };
	struct world world;
	struct profile_text text = { 0 }, again = { 0 };

	(void)state;
	world_make(&world, 7, NULL);
	profile_text_write(&world.assemblies[0], &options, &text);
	again.text.text = refreshed(earlier, &text);
	again.text.length = strlen(again.text.text);
	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
		if (!says(&again, stays[i]))
			fail_msg("%s is not in:\n%s", stays[i], strbuf_text(&again.text));
	for (size_t i = 0; i < sizeof(goes) / sizeof(goes[0]); i++)
		if (says(&again, goes[i]))
			fail_msg("%s is in:\n%s", goes[i], strbuf_text(&again.text));
	expect_stable(&again);
	profile_text_release(&text);

	// What is refreshed with itself stays as it is, but for the comments of what a person may have changed.
	AUTO_FREE char *before = printed(&again);
	profile_text_write(&world.assemblies[0], &options, &text);
	AUTO_FREE char *twice = refreshed(strbuf_text(&again.text), &text);
	strbuf_release(&again.text);
	strbuf_add(&again.text, twice);
	AUTO_FREE char *after = printed(&again);
	assert_string_equal(after, before);
	profile_text_release(&text);

	// A job that became isolated is isolated, whatever the profile said; and one that a person isolated stays so.
	world.assemblies[0].isolated = true;
	profile_text_write(&world.assemblies[0], &options, &text);
	AUTO_FREE char *isolated = refreshed("vpcjail: 1\nnetwork: {isolation: vpc}\n", &text);
	assert_non_null(strstr(isolated, "isolation: full"));
	profile_text_release(&text);
	world.assemblies[0].isolated = false;
	profile_text_write(&world.assemblies[0], &options, &text);
	AUTO_FREE char *kept = refreshed("vpcjail: 1\nnetwork: {isolation: full}\n", &text);
	assert_non_null(strstr(kept, "isolation: full"));
	profile_text_release(&text);
	profile_text_release(&again);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_hosts), cmocka_unit_test(test_far_acls),
		cmocka_unit_test(test_far_text),     cmocka_unit_test(test_lists_of_one_block),
		cmocka_unit_test(test_random),       cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_strict),       cmocka_unit_test(test_environment),
		cmocka_unit_test(test_isolated),     cmocka_unit_test(test_missing),
		cmocka_unit_test(test_large),        cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests_name("import_profile_text", tests, NULL, NULL);
}
