// SPDX-License-Identifier: GPL-2.0-or-later
// The findings: a row each. Adding one is adding a row and its check.
//
// Sources: "Give SageMaker AI training jobs access to resources in your Amazon VPC", "Run training and inference
// containers in internet-free mode" and "Protect communications between ML compute instances in a distributed training
// job" (Amazon SageMaker AI Developer Guide); "Network ACLs", "Route tables" and "DNS attributes for your VPC" (Amazon
// VPC User Guide); "Gateway endpoints" and "Access an AWS service using an interface VPC endpoint" (AWS PrivateLink
// Guide); SEMANTICS sections 3, 4 and 7.
#include "import/finding/parts.h"

#define TABLE_REMEDY "aws ec2 describe-route-tables --route-table-ids {id}{region}"
#define GROUP_REMEDY "aws ec2 describe-security-group-rules --filters Name=group-id,Values={id}{region}"
#define ACL_REMEDY "aws ec2 describe-network-acls --network-acl-ids {id}{region}"
#define ENDPOINT_REMEDY "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {id}{region}"

const struct finding_check finding_checks[] = {
	{ "not-private", FINDING_PROBLEM, false, find_public_routes,
	  "choose a subnet whose table has no such route, or take it out: aws ec2 delete-route --route-table-id {id} "
	  "{argument}{region}" },
	{ "no-s3-route", FINDING_PROBLEM, true, find_unrouted_gateways,
	  "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --add-route-table-ids {table}{region}" },
	{ "group-without-egress", FINDING_PROBLEM, false, find_silent_groups, GROUP_REMEDY },
	{ "no-self-reference", FINDING_PROBLEM, false, find_missing_self, NULL },
	{ "no-ipsec-rule", FINDING_PROBLEM, false, find_missing_ipsec, NULL },
	{ "no-efa-rule", FINDING_PROBLEM, false, find_missing_efa, NULL },
	{ "endpoint-not-in-egress", FINDING_PROBLEM, true, find_unreached_endpoints, NULL },
	{ "endpoint-refuses", FINDING_PROBLEM, false, find_shut_endpoints, NULL },
	{ "dns-attributes-off", FINDING_PROBLEM, false, find_dns_attributes, NULL },
	{ "acl-denies-endpoint", FINDING_PROBLEM, true, find_acl_denials, ACL_REMEDY },
	{ "acl-denies-replies", FINDING_PROBLEM, true, find_acl_replies, ACL_REMEDY },
	{ "file-system-denied", FINDING_PROBLEM, true, find_denied_file_systems, NULL },
	{ "missing-endpoint", FINDING_WARNING, true, find_missing_endpoints, NULL },
	{ "endpoint-unavailable", FINDING_WARNING, true, find_unavailable_endpoints, ENDPOINT_REMEDY },
	{ "private-dns-off", FINDING_WARNING, false, find_private_dns_off, NULL },
	{ "open-group", FINDING_WARNING, false, find_open_groups,
	  "aws ec2 revoke-security-group-ingress --group-id {id} --ip-permissions {arguments}{region}" },
	{ "public-egress", FINDING_NOTE, false, find_public_egress, GROUP_REMEDY },
	{ "leads-out", FINDING_WARNING, false, find_other_routes, TABLE_REMEDY },
	{ "blackhole-route", FINDING_WARNING, true, find_dead_routes, TABLE_REMEDY },
	{ "list-approximate", FINDING_WARNING, false, find_approximate_lists, NULL },
	{ "list-without-entries", FINDING_WARNING, false, find_empty_lists, NULL },
	{ "bucket-elsewhere", FINDING_WARNING, true, find_far_buckets, NULL },
	{ "peering", FINDING_NOTE, false, find_peerings, NULL },
	{ "endpoint-without-subnet", FINDING_NOTE, false, find_far_endpoints, NULL },
	{ "endpoint-policy", FINDING_NOTE, true, find_endpoint_policies, NULL },
	{ "own-dns", FINDING_NOTE, false, find_own_dns, NULL },
	{ "optional-endpoints", FINDING_NOTE, false, find_optional_endpoints, NULL },
	{ "public-addresses", FINDING_NOTE, false, find_public_addresses, NULL },
	{ "empty-rule", FINDING_NOTE, false, find_empty_rules, NULL },
	{ "esp-not-carried", FINDING_NOTE, false, find_uncarried_esp, NULL },
	{ "idle-encryption", FINDING_NOTE, true, find_idle_encryption, NULL },
	{ "peers-unknown", FINDING_NOTE, true, find_unknown_peers, NULL },
	{ "isolated", FINDING_NOTE, true, find_isolation, NULL },
	{ "bucket-region", FINDING_NOTE, true, find_untold_buckets, NULL },
	{ "assumed", FINDING_NOTE, true, find_assumptions, NULL },
	// of several subnets: compare.c
	{ "s3-in-some-zones", FINDING_PROBLEM, true, NULL, NULL },
	{ "zones-differ", FINDING_WARNING, true, NULL, NULL },
};
const size_t finding_check_count = sizeof(finding_checks) / sizeof(finding_checks[0]);
