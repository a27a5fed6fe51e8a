// SPDX-License-Identifier: GPL-2.0-or-later
// plan: what of a profile can change while a job runs under it.
#include "policy_fixture.h"

#include "plan/change.h"
#include "profile/keys.h"

#define FULL "vpcjail: 1\nnetwork: {isolation: full}\n"
#define VPC(network, vpc)                                                                                              \
	"vpcjail: 1\nnetwork: {isolation: vpc" network "}\nvpc: {subnets: [10.20.1.0/24]" vpc "}\n" SCRUB
#define SCRUB "process: {credentials: scrub}\n"

static void expect(const char *running, const char *wanted, const char *refusal)
{
	CLEANUP(profile_release) struct profile now = { 0 };
	CLEANUP(profile_release) struct profile then = { 0 };
	struct error err = { 0 };

	fixture_load(running, &now);
	fixture_load(wanted, &then);
	int result = profile_change_check(&now, &then, &err);
	if ((result == 0) != !refusal || (refusal && strncmp(err.message, refusal, strlen(refusal)) != 0)) {
		print_error("%s\n->\n%s\n%d: %s\n", running, wanted, result, err.message);
		fail();
	}
}

static void test_policy(void **state)
{
	(void)state;
	expect(FULL, FULL, NULL);
	expect(FULL, FULL "description: another\n", NULL);
	expect(FULL, "vpcjail: 1\nnetwork: {isolation: full, on-deny: drop, forward: deny}\n", NULL);
	expect(VPC("", ""), VPC("", ", imds: allow, time-sync: allow, region: eu-west-1, cidrs: [10.20.0.0/16]"), NULL);
	expect(VPC("", ""),
	       VPC("", "") "endpoints: [{type: custom, name: minio, addresses: [10.20.1.9], ports: [9000]}]\n"
			   "security-groups: {sg-a: {egress: [{to: minio}]}}\nroutes: [{destination: 10.20.1.0/24, "
			   "target: local}]\n"
			   "network-acls: {acl-a: {egress: [], ingress: []}}\nprefix-lists: {pl-1: {entries: "
			   "[192.0.2.0/24]}}\n"
			   "tolerate: [{destination: example.org, reason: known}]\n",
	       NULL);
}

static void test_launch(void **state)
{
	(void)state;
	expect(FULL, FULL "process: {home: private}\n", "process.home cannot change");
	expect(FULL, FULL "process: {devices: {gpu: deny}}\n", "process.devices.gpu cannot change");
	expect(FULL, FULL "process: {environment: {remove: [A]}}\n", "process.environment.remove cannot change");
	expect(FULL, FULL "hosts: {a.example: 10.1.2.3}\n", "hosts cannot change");
	expect(FULL, FULL "require: [landlock-scope]\n", "require cannot change");
	expect(VPC("", ""), VPC(", host-ports: [80]", ""), "network.host-ports cannot change");
	expect(VPC("", ", dns: none"), VPC("", ", dns: endpoints"), "vpc.dns cannot change");
}

static void test_link(void **state)
{
	(void)state;
	expect(FULL, VPC("", ""), "network.isolation cannot become vpc");
	expect(FULL, "vpcjail: 1\nnetwork: {isolation: full, peers: [10.1.2.3]}\n", "network.peers cannot change");
	expect(FULL, "vpcjail: 1\nnetwork: {isolation: full, uplink: none}\n", NULL);
	expect(FULL, VPC(", uplink: none", ", dns: none"), NULL);
	expect(FULL, VPC(", uplink: none", ""), "vpc.dns cannot change");
	expect(VPC(", uplink: veth", ", dns: none"), FULL, NULL);
	expect(VPC(", uplink: veth", ", dns: endpoints"), FULL, "vpc.dns cannot change");
	expect(VPC(", uplink: veth", ""), VPC(", uplink: pasta", ""), "network.uplink cannot change");
	expect(VPC(", uplink: none", ""), VPC(", uplink: veth", ""), "network.uplink cannot change");
	expect(VPC(", uplink: veth", ""), VPC(", uplink: none", ""), NULL);
	expect(VPC(", uplink: veth", ""), VPC(", uplink: veth, peers: [10.20.1.7]", ""), NULL);
}

// A key of tomorrow cannot change unless somebody has thought of it: all that are not of the policy are looked at.
static void test_every_key_has_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < profile_keys.count; i++) {
		const char *path = profile_keys.rows[i].path;
		if (strncmp(path, "process.", 8) == 0)
			assert_false(profile_change_possible(path));
	}
	assert_true(profile_change_possible("security-groups"));
	assert_false(profile_change_possible("no.such.key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_launch),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_every_key_has_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
