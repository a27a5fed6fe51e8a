// SPDX-License-Identifier: GPL-2.0-or-later
// Statements: written word for word, read again, refused when forged or cut off, and held against profiles.
// GOLDEN_UPDATE=1 writes the golden statement anew.
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "nft_profile.h"
#include "verify/attestation.h"
#include "verify/fields.h"

#define DIGEST(c) c c c c c c c c c c c c c c c c
#define A DIGEST("0a1b")
#define B DIGEST("b00b")
#define C DIGEST("cafe")

static struct prefix_set prefixes(const char *first, const char *second)
{
	struct prefix_set set = { 0 };
	struct prefix prefix;
	struct error err;

	assert_int_equal(prefix_parse(first, &prefix, &err), 0);
	prefix_set_add(&set, &prefix);
	assert_int_equal(prefix_parse(second, &prefix, &err), 0);
	prefix_set_add(&set, &prefix);
	prefix_set_normalize(&set);
	return set;
}

static void add_namespaces(struct attestation *s)
{
	static const char *const kinds[] = { "net", "mnt", "pid", "ipc", "uts", "cgroup", "user" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		vec_push(&s->namespaces, (struct attestation_namespace){ .kind = memory_copy_text(kinds[i]),
									 .inside = 4026532000 + i,
									 .outside = 4026531000 + i });
}

static void add_events(struct attestation *s)
{
	struct attestation_update update = { .at = s->start + 60, .profile = B, .compiled = C, .read_back = B };

	update.ask = prefixes("10.20.1.0/24", "2001:db8::/64");
	vec_push(&s->updates, update);
	vec_push(&s->denials,
		 (struct attestation_denial){ .layer = memory_copy_text("sg_egress"), .rule = 3, .count = 12 });
	vec_push(&s->denials,
		 (struct attestation_denial){ .layer = memory_copy_text("route"), .rule = 1, .policy = 1, .count = 1 });
	vec_push(&s->tampered, (struct attestation_tamper){ .at = s->start + 90,
							    .process = memory_copy_text("nft (1234)"),
							    .what = memory_copy_text("table inet \"mine\" is there") });
	vec_push(&s->tampered,
		 (struct attestation_tamper){ .at = s->end,
					      .process = memory_copy_text(""),
					      .what = memory_copy_text("set s of table inet vpcjail is missing") });
	vec_push(&s->probes, (struct attestation_probe){ .name = memory_copy_text("imds"),
							 .promised = memory_copy_text("denied"),
							 .tried = memory_copy_text("tcp 169.254.169.254:80"),
							 .outcome = OUTCOME_HELD });
	s->denials_beyond = 5;
	s->names_refused = 2;
	s->tampered_beyond = 1;
}

// Every field has something.
static struct attestation full(void)
{
	struct attestation s = { .form = ATTESTATION_FORM,
				 .kind = ATTESTATION_VERIFY,
				 .version = memory_copy_text("0.1.0"),
				 .profile = memory_copy_text("./mine.yaml"),
				 .digest = A,
				 .ruleset = { .compiled = A, .start = B, .end = C },
				 .filter = A,
				 .release = memory_copy_text("6.18.0"),
				 .machine = memory_copy_text("x86_64"),
				 .command = B,
				 .uid = 1000,
				 .start = 1795812930,
				 .end = 1795813030,
				 .status = 137 };

	s.host.subnets = prefixes("10.20.1.0/24", "fd00:1::/64");
	s.host.own = prefixes("10.20.1.7", "fd00:1::7");
	s.host.gateways = prefixes("10.20.1.1", "fd00:1::1");
	s.host.nameservers = prefixes("10.20.0.2", "10.20.0.3");
	s.host.proxies = prefixes("192.0.2.1", "198.51.100.0/24");
	s.link =
	    (struct attestation_link){ .uplink = UPLINK_MACVLAN,
				       .device = memory_copy_text("eth0"),
				       .inside = memory_copy_text("vpc0"),
				       .own = { memory_copy_text("10.20.1.50/24"), memory_copy_text("fd00:1::50/64") },
				       .gateways = { memory_copy_text("10.20.1.1"), memory_copy_text("fd00:1::1") },
				       .mac = memory_copy_text("02:76:00:00:00:02"),
				       .ask = prefixes("10.20.1.0/25", "10.20.1.200") };
	vec_push(&s.libraries, (struct attestation_library){ .name = memory_copy_text("libnftnl"),
							     .version = memory_copy_text("1.2.4") });
	add_namespaces(&s);
	add_events(&s);
	return s;
}

static char *golden_path(void)
{
	return memory_format("%s/tests/golden/attestation/full.json", getenv("VPCJAIL_SOURCE"));
}

static char *golden_text(size_t *length)
{
	AUTO_FREE char *path = golden_path();
	char *text = NULL;
	struct error err;

	if (io_read_file(path, ATTESTATION_MAXIMUM, &text, length, &err) < 0)
		fail_msg("%s", err.message);
	return text;
}

static void test_golden(void **state)
{
	CLEANUP(attestation_release) struct attestation statement = full();
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	size_t length;

	(void)state;
	attestation_write_json(&statement, &text);
	if (getenv("GOLDEN_UPDATE")) {
		AUTO_FREE char *path = golden_path();
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(text.text, file);
		fclose(file);
	}
	AUTO_FREE char *expected = golden_text(&length);
	assert_string_equal(text.text, expected);
}

static void test_read_again(void **state)
{
	CLEANUP(attestation_release) struct attestation statement = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct error err = { 0 };
	size_t length;
	AUTO_FREE char *golden = golden_text(&length);

	(void)state;
	if (attestation_read("FILE", golden, length, &statement, &err) < 0)
		fail_msg("%s", err.message);
	attestation_write_json(&statement, &text);
	assert_string_equal(text.text, golden);
}

// The last byte is a newline: without it the document is still whole.
static void test_cut_off(void **state)
{
	size_t length;
	AUTO_FREE char *golden = golden_text(&length);

	(void)state;
	for (size_t cut = 0; cut < length - 1; cut++) {
		struct attestation statement = { .form = 7 };
		struct error err = { 0 };
		char *text = memory_copy_bytes(golden, cut);

		assert_int_equal(attestation_read("FILE", text, cut, &statement, &err), -EBADMSG);
		assert_memory_equal(err.message, "FILE:", 5);
		assert_int_equal(statement.form, 7);
		if (cut > strlen("{\n  \"vpcjail-attestation\":"))
			assert_non_null(strstr(err.message, "at field \""));
		free(text);
	}
}

// Puts value in the place of what stands there and reads; the field must be named. Then all is as it was.
struct forgery {
	json_t *root;
	unsigned tried;
};

static void refused(struct forgery *forgery, const char *path)
{
	struct attestation statement = { 0 };
	struct error err = { 0 };
	AUTO_FREE char *text = json_dumps(forgery->root, 0);
	AUTO_FREE char *named = memory_format("field \"%s", path);

	forgery->tried++;
	if (attestation_read("FILE", text, strlen(text), &statement, &err) == 0)
		fail_msg("%s: taken", path);
	if (!strstr(err.message, named))
		fail_msg("%s: not named: %s", path, err.message);
}

static void put(json_t *container, const char *key, size_t index, json_t *value)
{
	if (key)
		json_object_set_new(container, key, value);
	else
		json_array_set_new(container, index, value);
}

static void try_values(struct forgery *forgery, const char *path, json_t *container, const char *key, size_t index)
{
	json_t *value = json_incref(key ? json_object_get(container, key) : json_array_get(container, index));
	json_t *const wrongs[] = { json_null(),      json_true(),     json_real(1.5),
				   json_integer(-1), json_string(""), json_string("two\nlines"),
				   json_array(),     json_object(),   json_pack("[i]", 5) };
	bool optional = json_is_string(value) && !strcmp(json_string_value(value), "");

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		// Empty is a value of some texts, and of lists.
		bool empty = (json_is_string(wrongs[i]) && !*json_string_value(wrongs[i])) ||
			     (json_is_array(wrongs[i]) && !json_array_size(wrongs[i]));
		bool may_be_empty = optional || (json_is_array(value) && json_is_array(wrongs[i])) ||
				    (key && (!strcmp(key, "process") || !strncmp(path, "link.", 5)));
		put(container, key, index, json_incref(wrongs[i]));
		if (!empty || !may_be_empty)
			refused(forgery, path);
		json_decref(wrongs[i]);
	}
	if (key) {
		json_object_del(container, key);
		refused(forgery, path);
		AUTO_FREE char *other = memory_format("%sx", key);
		json_object_set(container, key, value);
		json_object_set(container, other, value);
		refused(forgery, path);
		json_object_del(container, other);
	}
	put(container, key, index, value);
}

// What is put back stands at the end of its object: the keys are gathered first.
static text_list keys_of(json_t *object)
{
	text_list keys = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value)
		vec_push(&keys, memory_copy_text(key));
	return keys;
}

static void visit(struct forgery *forgery, const char *path, json_t *node)
{
	CLEANUP(text_list_release) text_list keys = keys_of(node);

	vec_for_each (key, &keys) {
		AUTO_FREE char *below = memory_format("%s%s%s", path, *path ? "." : "", *key);
		visit(forgery, below, json_object_get(node, *key));
		try_values(forgery, below, node, *key, 0);
	}
	for (size_t i = 0; i < json_array_size(node); i++) {
		AUTO_FREE char *below = memory_format("%s[%zu]", path, i);
		visit(forgery, below, json_array_get(node, i));
		try_values(forgery, below, node, NULL, i);
	}
}

static void test_forged(void **state)
{
	size_t length;
	AUTO_FREE char *golden = golden_text(&length);
	struct forgery forgery = { .root = json_loadb(golden, length, 0, NULL) };

	(void)state;
	assert_non_null(forgery.root);
	visit(&forgery, "", forgery.root);
	assert_in_range(forgery.tried, 800, 100000);
	AUTO_FREE char *text = json_dumps(forgery.root, 0);
	struct attestation statement = { 0 };
	struct error err = { 0 };
	assert_int_equal(attestation_read("FILE", text, strlen(text), &statement, &err), 0);
	attestation_release(&statement);
	json_decref(forgery.root);
}

// From the golden text: what is written in place of what, and what the message then names.
static const struct {
	const char *from, *to, *named;
} contradictions[] = {
	{ "\"vpcjail-attestation\": 1", "\"vpcjail-attestation\": 2", "\"vpcjail-attestation\" is of a form" },
	{ "\"start\": \"2026", "\"start\": \"2029", "\"end\" is before \"start\"" },
	{ "\"end\": \"2026-11", "\"end\": \"2026-02-30T00:00:00Z\", \"x\": \"", "\"x\" is unknown" },
	{ "\"end\": \"2026-11-27T", "\"end\": \"2026-11-27 ", "\"end\" is no time" },
	{ "\"start\": \"2026-11-27", "\"start\": \"2026-11-31", "\"start\" is no time" },
	{ "\"at\": \"2026", "\"at\": \"2027", "\"updates[0].at\" is not between" },
	{ "\"kind\": \"verify\"", "\"kind\": \"run\"", "\"probes\" is not empty" },
	{ "\"kind\": \"verify\"", "\"kind\": \"plan\"", "\"kind\" has a word" },
	{ "\"uplink\": \"macvlan\"", "\"uplink\": \"none\"", "\"link.inside\" is there" },
	{ "\"uplink\": \"macvlan\"", "\"uplink\": \"auto\"", "\"link.uplink\" has a word" },
	{ "\"uplink\": \"macvlan\"", "\"uplink\": \"veth\"", "\"link.mac\" does not go" },
	{ "\"inside\": \"vpc0\"", "\"inside\": \"\"", "\"link.inside\" is empty" },
	{ "\"inside\": \"vpc0\"", "\"inside\": \"a-name-that-is-too-long\"", "\"link.inside\" is too long" },
	{ "\"10.20.1.50/24\"", "\"10.20.1.50/33\"", "\"link.ipv4\" is no address" },
	{ "\"10.20.1.50/24\"", "\"fd00::1/64\"", "\"link.ipv4\" is no address" },
	{ "\"ipv4-gateway\": \"10.20.1.1\"", "\"ipv4-gateway\": \"10.20.1\"", "\"link.ipv4-gateway\" is no address" },
	{ "02:76", "02-76", "\"link.mac\" is no hardware" },
	{ "\"10.20.1.0/25\"", "\"10.20.1.1/25\"", "\"link.ask[0]\" is no CIDR" },
	{ "\"inside\": 4026532000", "\"inside\": 4026531000", "\"namespaces[0].inside\" is the host's" },
	{ "\"outside\": 4026531000", "\"outside\": 0", "\"namespaces[0].outside\" is none" },
	{ "\"kind\": \"net\"", "\"kind\": \"user\"", "\"namespaces[6].kind\" is no kind" },
	{ "\"kind\": \"net\"", "\"kind\": \"time\"", "\"namespaces[0].kind\" is no kind" },
	{ "\"count\": 12", "\"count\": 0", "\"denials[0].count\" is 0" },
	{ "\"policy\": 1", "\"policy\": 2", "\"denials[1].policy\" is none" },
	{ "\"layer\": \"route\",\n      \"rule\": 1,\n      \"policy\": 1",
	  "\"layer\": \"sg_egress\",\n \"rule\": 3, \"policy\": 0", "\"denials[1].rule\" is there twice" },
	{ "\"uid\": 1000", "\"uid\": 4294967295", "\"uid\" is out of bounds" },
	{ "\"status\": 137", "\"status\": 256", "\"status\" is out of bounds" },
	{ "\"outcome\": \"held\"", "\"outcome\": \"maybe\"", "\"probes[0].outcome\" has a word" },
	{ "\"filter\": \"0a", "\"filter\": \"0A", "\"filter\" is no SHA-256" },
	{ "\"names-refused\"", "\"names-refuse\"", "\"names-refuse\" is unknown; did you mean \"names-refused\"?" },
	{ "\"uid\": 1000", "\"uid\": 1000, \"uid\": 0", "duplicate" },
	{ "\"nft (1234)\"", "\"nft \\u001b[2J\"", "\"tampered[0].process\" has control characters" },
	{ "\"nft (1234)\"", "\"nft \\u0000\"", "\\u0000" },
};

static void refused_as(const char *text, const char *named)
{
	struct attestation statement = { 0 };
	struct error err = { 0 };

	if (attestation_read("FILE", text, strlen(text), &statement, &err) == 0)
		fail_msg("taken, and not refused for %s", named);
	if (!strstr(err.message, named) || strncmp(err.message, "FILE:", 5) != 0)
		fail_msg("%s: not named: %s", named, err.message);
}

static void test_contradictions(void **state)
{
	size_t length;
	AUTO_FREE char *golden = golden_text(&length);

	(void)state;
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		const char *at = strstr(golden, contradictions[i].from);
		if (!at)
			fail_msg("%s is not in the statement", contradictions[i].from);
		AUTO_FREE char *text = memory_format("%.*s%s%s", (int)(at - golden), golden, contradictions[i].to,
						     at + strlen(contradictions[i].from));
		refused_as(text, contradictions[i].named);
	}
}

// Without anybody who changed them, the rules are at the end what was put there last.
static void test_read_back(void **state)
{
	CLEANUP(attestation_release) struct attestation statement = full();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(attestation_check(&statement, &err), 0);
	for (size_t i = 0; i < statement.tampered.count; i++) {
		free(statement.tampered.items[i].process);
		free(statement.tampered.items[i].what);
	}
	statement.tampered.count = 0;
	assert_int_equal(attestation_check(&statement, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "\"tampered-beyond\""));
	statement.tampered_beyond = 0;
	assert_int_equal(attestation_check(&statement, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "\"ruleset.end\""));
	memcpy(statement.ruleset.end, statement.updates.items[0].read_back, SHA256_TEXT_SIZE);
	assert_int_equal(attestation_check(&statement, &err), 0);
	memcpy(statement.ruleset.end, statement.ruleset.start, SHA256_TEXT_SIZE);
	statement.updates.count = 0;
	prefix_set_release(&statement.updates.items[0].ask);
	statement.denials.items[1].policy = 0;
	assert_int_equal(attestation_check(&statement, &err), 0);
}

static void load(const char *path, struct profile *profile)
{
	const struct profile_source source = { .open = nft_profile_open, .read = nft_profile_open };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };

	assert_int_equal(profile_load(&source, path, profile, &mistakes), 0);
}

static void settle(struct profile *profile, const struct attestation_host *host)
{
	prefix_vec subnets = { 0 };

	prefix_set_copy(&profile->host.own, &host->own);
	prefix_set_copy(&profile->host.gateways, &host->gateways);
	prefix_set_copy(&profile->host.nameservers, &host->nameservers);
	prefix_set_copy(&profile->host.proxies, &host->proxies);
	profile->host.known = true;
	prefix_set_to_prefixes(&host->subnets, FAMILY_IPV4, &subnets);
	prefix_set_to_prefixes(&host->subnets, FAMILY_IPV6, &subnets);
	vec_for_each (subnet, &subnets)
		if (profile->vpc.subnets_of_host)
			vec_push(&profile->vpc.subnets, (struct prefix_value){ .prefix = *subnet });
	vec_release(&subnets);
}

// What a launch under the profile would state.
static struct attestation about(const char *path)
{
	struct attestation s = full();
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(filter_release) struct filter_program filter = { 0 };
	struct ruleset_options options = ruleset_defaults;
	struct error err = { 0 };
	const char *why;

	load(path, &profile);
	attestation_digest_profile(&profile, s.digest);
	if (profile.network.isolation == ISOLATION_VPC)
		settle(&profile, &s.host);
	assert_int_equal(policy_build(&profile, &policy, &err), 0);
	options.link = ruleset_sample(&policy, profile.network.uplink);
	s.link.uplink = link_kind(&profile, &policy, true, &why);
	struct ruleset *ruleset = ruleset_compile(&policy, &options);
	attestation_digest_ruleset(ruleset, s.ruleset.compiled);
	ruleset_digest(ruleset, s.ruleset.start);
	memcpy(s.ruleset.end, s.ruleset.start, SHA256_TEXT_SIZE);
	ruleset_free(ruleset);
	const struct filter_options level = { .level = profile.process.seccomp, .icmp = policy.icmp };
	assert_int_equal(filter_compile(&level, &filter, &err), 0);
	attestation_digest_filter(&filter, s.filter);
	if (!profile.vpc.subnets_of_host)
		prefix_set_release(&s.host.subnets);
	if (profile.network.isolation == ISOLATION_FULL) {
		prefix_set_release(&s.host.own);
		prefix_set_release(&s.host.gateways);
		prefix_set_release(&s.host.nameservers);
		prefix_set_release(&s.host.proxies);
	}
	prefix_set_release(&s.link.ask);
	if (options.link) {
		char text[ADDRESS_TEXT_SIZE];
		free(s.link.inside);
		s.link.inside = memory_copy_text(options.link->device);
		for (size_t i = 0; i < 2; i++) {
			free(s.link.own[i]);
			s.link.own[i] = memory_format("%s/64", address_print(&options.link->own[i], text));
		}
	}
	if (options.link && options.link->neighbours)
		prefix_set_copy(&s.link.ask, &options.link->neighbours->whom);
	s.updates.count = s.denials.count = s.tampered.count = 0;
	s.tampered_beyond = 0;
	s.status = 0;
	return s;
}

// The lists of full() are there, uncounted.
static void about_release(struct attestation *s)
{
	s->updates.count = 1;
	s->denials.count = s->tampered.count = 2;
	attestation_release(s);
}

static char *differences(const struct attestation *statement, const char *machine, const char *path)
{
	CLEANUP(attestation_difference_release) struct attestation_difference difference = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct strbuf text = { 0 };
	struct error err = { 0 };

	load(path, &profile);
	if (attestation_compare(statement, machine, &profile, &difference, &err) < 0)
		fail_msg("%s", err.message);
	vec_for_each (line, &difference.differs)
		strbuf_format(&text, "%.*s\n", (int)strcspn(*line, " "), *line);
	vec_for_each (line, &difference.notes)
		strbuf_format(&text, "(%.*s)\n", (int)strcspn(*line, " "), *line);
	return strbuf_steal(&text);
}

static void differs(const struct attestation *statement, const char *path, const char *expected)
{
	AUTO_FREE char *found = differences(statement, "x86_64", path);

	if (strcmp(found, expected) != 0)
		fail_msg("%s: differs in:\n%sinstead of:\n%s", path, found, expected);
}

static void spoil(char *digest)
{
	digest[7] = digest[7] == '0' ? '1' : '0';
}

static void compare_one(const char *path)
{
	CLEANUP(about_release) struct attestation s = about(path);
	const struct {
		char *digest;
		const char *expected;
	} rows[] = { { s.digest, "profile:\n" },
		     { s.ruleset.compiled, "ruleset.compiled:\n" },
		     { s.ruleset.start, "ruleset.start:\n" },
		     { s.ruleset.end, "ruleset.end:\n" },
		     { s.filter, "filter:\n" } };

	// The sample's neighbours are of no profile.
	const char *asked = prefix_set_is_empty(&s.link.ask) ? "" : "link.ask:\n";
	differs(&s, path, asked);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !*asked; i++) {
		digest_text kept;
		memcpy(kept, rows[i].digest, sizeof(kept));
		spoil(rows[i].digest);
		differs(&s, path, rows[i].expected);
		memcpy(rows[i].digest, kept, sizeof(kept));
	}
}

static void test_compare(void **state)
{
	AUTO_FREE char *folder = memory_format("%s/tests/golden/nft", getenv("VPCJAIL_SOURCE"));
	DIR *entries = opendir(folder);
	unsigned count = 0;

	(void)state;
	assert_non_null(entries);
	for (const struct dirent *entry; (entry = readdir(entries));) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, entry->d_name);
		if (!strstr(path, ".yaml"))
			continue;
		compare_one(path);
		count++;
	}
	closedir(entries);
	assert_in_range(count, 12, 1000);
}

// What does not come from a digest.
static void test_compare_more(void **state)
{
	AUTO_FREE char *path = memory_format("%s/tests/golden/nft/full.yaml", getenv("VPCJAIL_SOURCE"));
	CLEANUP(about_release) struct attestation s = about(path);

	(void)state;
	s.tampered.count = 2;
	s.tampered_beyond = 4;
	differs(&s, path, "tampered[0]:\ntampered[1]:\ntampered-beyond:\n");
	s.tampered.count = 0;
	s.tampered_beyond = 0;
	s.denials.count = 2;
	differs(&s, path, "denials[0].rule:\n");  // the other one is of an update
	s.denials.count = 0;
	s.updates.count = 1;
	differs(&s, path, "updates[0].profile:\n");
	memcpy(s.updates.items[0].profile, s.digest, sizeof(s.digest));
	differs(&s, path, "updates[0].ask:\nupdates[0].compiled:\nupdates[0].read-back:\n");
	s.updates.count = 0;
	s.probes.items[0].outcome = OUTCOME_INCONCLUSIVE;
	differs(&s, path, "probes[0].outcome:\n");
	s.probes.items[0].outcome = OUTCOME_HELD;
	s.status = 1;  // of a verification, which may have found more than its promises say
	differs(&s, path, "status:\n");
	s.kind = ATTESTATION_RUN;
	differs(&s, path, "");
	s.kind = ATTESTATION_VERIFY;
	s.status = 0;
	s.host.proxies = prefixes("192.0.2.1", "192.0.2.2");
	s.host.subnets = prefixes("192.0.2.1", "192.0.2.2");
	differs(&s, path, "host.proxies:\nhost.subnets:\n");
	prefix_set_release(&s.host.proxies);
	prefix_set_release(&s.host.subnets);
	s.link.uplink = UPLINK_VETH;
	differs(&s, path, "link.uplink:\nruleset.compiled:\nruleset.start:\nruleset.end:\n");
	s.link.uplink = UPLINK_NONE;
	spoil(s.filter);
	AUTO_FREE char *elsewhere = differences(&s, "aarch64", path);
	assert_string_equal(elsewhere, "(filter:)\n");
}

// `subnets: host` is what that host had; its own addresses, gateways and proxies are denied.
static void test_of_a_host(void **state)
{
	AUTO_FREE char *path = memory_format("%s/tests/golden/attestation/host.yaml", getenv("VPCJAIL_SOURCE"));
	CLEANUP(about_release) struct attestation s = about(path);
	struct prefix_set *const facts[] = { &s.host.subnets, &s.host.gateways, &s.host.own, &s.host.proxies };

	(void)state;
	differs(&s, path, "");
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct prefix_set kept = *facts[i];
		*facts[i] = prefixes("10.20.1.99", "10.20.1.128/25");
		differs(&s, path, "ruleset.compiled:\nruleset.start:\nruleset.end:\n");
		prefix_set_release(facts[i]);
		*facts[i] = kept;
	}
}

static void test_times(void **state)
{
	static const char *const wrong[] = { "",
					     "2026-11-27",
					     "2026-11-27T20:55:30",
					     "2026-11-27T20:55:30+00:00",
					     "2026-11-27T24:00:00Z",
					     "2026-11-27T20:55:60Z",
					     "2026-2-27T20:55:30Z",
					     " 2026-11-27T20:55:30Z",
					     "2026-11-27T20:55:30Zx",
					     "1969-12-31T23:59:59Z",
					     "2027-02-29T00:00:00Z" };
	char text[TIME_TEXT_SIZE];
	int64_t seconds = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (time_parse(wrong[i], &seconds) == 0)
			fail_msg("%s is a time", wrong[i]);
	assert_int_equal(seconds, 7);
	assert_int_equal(time_parse("2024-02-29T23:59:59Z", &seconds), 0);
	assert_int_equal(seconds, 1709251199);
	assert_string_equal(time_print(seconds, text), "2024-02-29T23:59:59Z");
	assert_string_equal(time_print(0, text), "1970-01-01T00:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),  cmocka_unit_test(test_read_again),     cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_forged),  cmocka_unit_test(test_contradictions), cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_compare), cmocka_unit_test(test_compare_more),   cmocka_unit_test(test_of_a_host),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
