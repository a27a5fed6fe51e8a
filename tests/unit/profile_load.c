// SPDX-License-Identifier: GPL-2.0-or-later
// Good profiles: their values and places, `extends`, defaults, and that printing reads back to the same.
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/built_in.h"
#include "profile/load.h"
#include "profile/print.h"
#include "profile/yaml.h"

// Profiles in memory; data is a NULL-ended list of them.
struct memory_file {
	const char *name, *text;
};

static int open_memory(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	(void)from;
	for (const struct memory_file *file = data; file->name; file++) {
		if (strcmp(file->name, name) != 0)
			continue;
		*path = memory_format("/profiles/%s.yaml", name);
		*text = memory_copy_text(file->text);
		*length = strlen(file->text);
		return 0;
	}
	return error_set(err, -ENOENT, "unknown profile \"%s\"", name);
}

static int load_from(struct memory_file *files, struct profile *profile, struct mistakes *mistakes)
{
	struct profile_source source = { .data = files, .open = open_memory, .read = open_memory };

	return profile_load(&source, files->name, profile, mistakes);
}

// Loads what must load.
static void load(struct memory_file *files, struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };

	if (load_from(files, profile, &mistakes) == 0)
		return;
	mistakes_format(&mistakes, &text);
	fail_msg("%s", text.text);
}

static const char rich[] =
    "vpcjail: 1\n"
    "description: \"odd: \\\"text\\\" # \\u0085 \\x1b and \xc3\xa9\"\n"
    "network:\n"
    "  isolation: vpc\n"
    "  on-deny: drop\n"
    "  peers: [10.20.1.21, \"fd00:1::\"]\n"
    "  uplink: none\n"
    "  host-ports: [8080, 9000-9010]\n"
    "vpc:\n"
    "  region: eu-west-1\n"
    "  cidrs: [10.20.0.0/16, \"fd00:1::/56\"]\n"
    "  subnets: [10.20.1.0/24, 10.20.2.0/24]\n"
    "  dns: resolver\n"
    "  resolver: 10.20.0.2\n"
    "  domains: [corp.example]\n"
    "  time-sync: allow\n"
    "hosts: {gpu02: 10.20.1.12}\n"
    "prefix-lists:\n"
    "  pl-1: {name: com.amazonaws.eu-west-1.s3, file: list, approximate: yes}\n"
    "  pl-2: {entries: [192.0.2.0/24]}\n"
    "endpoints:\n"
    "  - {service: s3, type: gateway, prefix-list: pl-1}\n"
    "  - {service: sts, type: interface, addresses: [10.20.1.40], names: [sts.example]}\n"
    "  - {name: ntp, type: custom, addresses: [10.20.5.10], protocol: udp, ports: [123]}\n"
    "security-groups:\n"
    "  sg-train:\n"
    "    egress:\n"
    "      - {to: [pl-1, s3], protocol: tcp, ports: [443], reason: data}\n"
    "      - {to: any, protocol: icmp, icmp-type: 8, icmp-code: 0}\n"
    "      - {to: [10.20.0.0/16, sg-open, self, subnets]}\n"
    "    ingress: []\n"
    "  sg-open: {}\n"
    "network-acls:\n"
    "  acl-1:\n"
    "    subnets: [10.20.1.0/24]\n"
    "    egress:\n"
    "      - {rule: 200, action: deny, cidr: 0.0.0.0/0}\n"
    "      - {rule: 100, action: allow, cidr: 10.20.0.0/16, protocol: tcp, ports: [1024-65535]}\n"
    "    ingress: []\n"
    "routes:\n"
    "  - {destination: 10.20.0.0/16, target: local}\n"
    "  - {destination: pl-1, target: gateway-endpoint}\n"
    "process:\n"
    "  credentials: keep\n"
    "  environment: {mode: clean, set: {EMPTY: \"\", MULTI: \"a\\nb\"}, keep: [HF_TOKEN], remove: [MY_TOKEN]}\n"
    "  share: [data, /abs]\n"
    "  writable: []\n"
    "  tmp: /scratch\n"
    "  home: private\n"
    "  seccomp: strict\n"
    "  devices: {gpu: deny, rdma: allow}\n"
    "tolerate: [{destination: \"pypi.org:443\", reason: pip looks for updates}]\n";

static struct memory_file rich_files[] = { { "rich", rich },
					   { "list", "52.216.0.0/15 # S3\n\n3.5.72.0/23\n3.5.74.0/23\n" },
					   { 0 } };

static void test_values(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct address address;

	(void)state;
	load(rich_files, &profile);
	assert_string_equal(profile.name, "rich");
	assert_string_equal(profile.path, "/profiles/rich.yaml");
	assert_int_equal(profile.network.isolation, ISOLATION_VPC);
	assert_int_equal(profile.network.isolation_at.line, 4);
	assert_int_equal(profile.network.isolation_at.column, 14);
	assert_string_equal(profile.network.isolation_at.file, "/profiles/rich.yaml");
	assert_int_equal(profile.network.host_ports.items[1].range.last, 9010);
	assert_int_equal(profile.vpc.imds, PERMISSION_DENY);
	assert_int_equal(profile.vpc.imds_at.line, 0);
	assert_int_equal(profile.prefix_lists.items[0].entries.ranges.count, 2);  // merged
	assert_true(profile.prefix_lists.items[0].approximate);
	assert_int_equal(address_parse("3.5.75.255", &address, NULL), 0);
	assert_true(prefix_set_contains(&profile.prefix_lists.items[0].entries, &address));
	assert_int_equal(profile.endpoints.items[1].ports.items[0].range.first, 443);
	assert_int_equal(profile.endpoints.items[1].ports.items[0].at.line, 0);
	assert_int_equal(profile.endpoints.items[2].protocol, IPPROTO_UDP);
	const struct security_group *group = profile_find_security_group(&profile, "sg-train");
	assert_int_equal(group->egress.count, 3);
	assert_int_equal(group->egress.items[0].peers.items[1].kind, PEER_ENDPOINT);
	assert_int_equal(group->egress.items[2].protocol, PROTOCOL_ALL);
	assert_int_equal(group->egress.items[2].icmp_type, -1);
	assert_int_equal(group->ingress.count, 0);
	assert_true(group->ingress_at.line > 0);
	assert_int_equal(profile_find_security_group(&profile, "sg-open")->egress_at.line, 0);
	assert_int_equal(profile.network_acls.items[0].egress.items[0].number, 100);
	assert_string_equal(profile.process.share.items[0].text, "/profiles/data");
	assert_int_equal(profile.process.writable.count, 0);
	assert_true(profile.process.writable_at.line > 0);
	assert_string_equal(profile.process.tmp.text, "/scratch");
	assert_string_equal(profile.process.environment_set.items[0].text, "");
	assert_non_null(profile_find_endpoint(&profile, "sts"));
	assert_null(profile_find_endpoint(&profile, "st"));
}

static void test_defaults(void **state)
{
	CLEANUP(profile_release) struct profile profile;

	(void)state;
	profile_init(&profile);
	assert_int_equal(profile.network.on_deny, ON_DENY_REJECT);
	assert_int_equal(profile.network.uplink, UPLINK_AUTO);
	assert_int_equal(profile.vpc.dns, DNS_ENDPOINTS);
	assert_int_equal(profile.vpc.imds, PERMISSION_DENY);
	assert_int_equal(profile.process.credentials, CREDENTIALS_SCRUB);
	assert_int_equal(profile.process.devices.gpu, PERMISSION_ALLOW);
	assert_int_equal(profile.process.devices.rdma, PERMISSION_DENY);
	assert_null(profile.process.tmp.text);
	assert_int_equal(profile.process.writable_at.line, 0);
}

// Scalars and lists of the child replace, maps merge; each value keeps the file it came from.
static void test_extends(void **state)
{
	static struct memory_file files[] = {
		{ "child", "vpcjail: 1\nextends: parent\nnetwork: {peers: [10.0.0.3], on-deny: drop}\n"
			   "process: {environment: {set: {B: child}}}\n" },
		{ "parent", "vpcjail: 1\ndescription: parent\nnetwork: {isolation: full, peers: [10.0.0.1, 10.0.0.2]}\n"
			    "process: {environment: {set: {A: parent, B: parent}, keep: [X]}}\n" },
		{ 0 },
	};
	CLEANUP(profile_release) struct profile profile = { 0 };

	(void)state;
	load(files, &profile);
	assert_int_equal(profile.network.isolation, ISOLATION_FULL);
	assert_string_equal(profile.network.isolation_at.file, "/profiles/parent.yaml");
	assert_string_equal(profile.network.on_deny_at.file, "/profiles/child.yaml");
	assert_int_equal(profile.network.peers.count, 1);
	assert_int_equal(profile.process.environment_set.count, 2);
	assert_string_equal(profile.process.environment_set.items[0].text, "parent");
	assert_string_equal(profile.process.environment_set.items[1].text, "child");
	assert_int_equal(profile.process.environment_keep.count, 1);
	assert_string_equal(profile.description, "parent");
	assert_string_equal(profile.path, "/profiles/child.yaml");
}

static void check_identity(struct memory_file *files)
{
	CLEANUP(profile_release) struct profile first = { 0 }, second = { 0 };
	CLEANUP(strbuf_release) struct strbuf once = { 0 }, twice = { 0 }, json = { 0 }, json_twice = { 0 };

	load(files, &first);
	profile_print(&first, &once);
	load((struct memory_file[]){ { "printed", once.text }, { 0 } }, &second);
	profile_print(&second, &twice);
	assert_string_equal(once.text, twice.text);
	profile_print_json(&first, &json);
	profile_print_json(&second, &json_twice);
	assert_string_equal(json.text, json_twice.text);
}

static void test_identity(void **state)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };

	(void)state;
	check_identity(rich_files);
	load(rich_files, &profile);
	profile_print(&profile, &out);
	assert_non_null(strstr(out.text, "description: \"odd: \\\"text\\\" # \\u0085 \\u001b and \xc3\xa9\"\n"));
	assert_non_null(strstr(out.text, "  on-deny: drop\n"));
	assert_non_null(strstr(out.text, "    entries: [3.5.72.0/22, 52.216.0.0/15]\n"));
	assert_non_null(strstr(out.text, "\n  writable: []\n"));
	assert_non_null(strstr(out.text, "        icmp-type: 8\n"));
}

static void test_shipped(void **state)
{
	struct memory_file *files = NEW_ARRAY(struct memory_file, built_in_file_count + 2);

	(void)state;
	assert_true(built_in_file_count >= 6);
	for (size_t i = 0; i < built_in_file_count; i++)
		files[i + 1] =
		    (struct memory_file){ memory_copy_bytes(built_in_files[i].name,
							    strlen(built_in_files[i].name) - strlen(".yaml")),
					  built_in_files[i].text };
	for (size_t i = 0; i < built_in_file_count; i++) {
		assert_int_equal(strlen(built_in_files[i].text), built_in_files[i].length);
		files[0] = files[i + 1];
		check_identity(files);
	}
	for (size_t i = 0; i < built_in_file_count; i++) {
		char *name = (char *)(uintptr_t)files[i + 1].name;
		free(name);
	}
	free(files);
}

// Sizes that no file in the tree should have.
static void test_large(void **state)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	size_t size = 10 << 20;
	AUTO_FREE char *large = memory_new(size + 1, 1);
	struct memory_file files[] = { { "large", large }, { 0 } };
	struct profile profile;

	(void)state;
	memset(large, 'a', size);
	assert_int_equal(load_from(files, &profile, &mistakes), -EINVAL);
	mistakes_format(&mistakes, &out);
	assert_string_equal(out.text,
			    "/profiles/large.yaml:1:1: error: the profile is larger than 1 MiB (hint: put long lists "
			    "of addresses into the `file` of a prefix list)\n");
	mistakes_release(&mistakes);
	memset(large, '[', YAML_SIZE);
	large[YAML_SIZE] = '\0';
	assert_int_equal(load_from(files, &profile, &mistakes), -EINVAL);
	assert_non_null(strstr(mistakes.list.items[0].message, "nested deeper than 32"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),   cmocka_unit_test(test_defaults), cmocka_unit_test(test_extends),
		cmocka_unit_test(test_identity), cmocka_unit_test(test_shipped),  cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
