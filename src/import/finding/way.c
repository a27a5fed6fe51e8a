// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about the way from the job to an endpoint or file system: the job's groups, and the endpoint's.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

enum { HTTPS = 443 };

static bool is_own_group(const struct finder *finder, const char *id)
{
	vec_for_each (group, &finder->assembly->groups)
		if (text_equal(group->group->thing.id, id))
			return true;
	return false;
}

static void add_addresses(const struct assembled_endpoint *endpoint, struct prefix_set *out)
{
	vec_for_each (address, &endpoint->addresses) {
		const struct prefix prefix = prefix_of_address(address);

		prefix_set_add(out, &prefix);
	}
}

// An endpoint that carries a group of the job is its peer where that group names itself.
static void add_carriers(const struct finder *finder, struct prefix_set *out)
{
	vec_for_each (endpoint, &finder->assembly->endpoints)
		vec_for_each (group, &endpoint->endpoint->groups)
			if (is_own_group(finder, *group))
				add_addresses(endpoint, out);
	prefix_set_normalize(out);
}

static const char *first_group(const struct finder *finder)
{
	return finder->assembly->groups.count ? finder->assembly->groups.items[0].group->thing.id : NULL;
}

// What the group's new rule would say, in the words of the command.
static char *permission_for(const struct assembled_endpoint *endpoint)
{
	static const char head[] = "IpProtocol=tcp,FromPort=443,ToPort=443";

	if (endpoint->type == ENDPOINT_GATEWAY)
		return memory_format("%s,PrefixListIds=[{PrefixListId=%s}]", head, endpoint->list);
	return memory_format("%s,UserIdGroupPairs=[{GroupId=%s}]", head,
			     endpoint->endpoint->groups.count ? endpoint->endpoint->groups.items[0] : "GROUP");
}

static void tell_unreached(struct finder *finder, const struct assembled_endpoint *endpoint, bool some)
{
	AUTO_FREE char *title = thing_title(&endpoint->endpoint->thing), *permission = permission_for(endpoint);
	const struct finding_about about = { first_group(finder), &endpoint->endpoint->thing.at, permission,
					     "aws ec2 authorize-security-group-egress --group-id {id} --ip-permissions "
					     "{argument}{region}" };
	struct finding *finding =
	    finding_add(finder, &about,
			"no egress rule of the job's groups lets TCP 443 out to %s of %s (the endpoint %s): "
			"connections %shang",
			some                                 ? "some of the addresses"
			: endpoint->type == ENDPOINT_GATEWAY ? "the prefix list"
							     : "the addresses",
			endpoint->service, title, some ? "sometimes " : "");

	if (some)
		finding->weight = FINDING_WARNING;
}

void find_unreached_endpoints(struct finder *finder)
{
	CLEANUP(prefix_set_release) struct prefix_set carriers = { 0 }, reached = { 0 };
	CLEANUP(reach_release) struct reach egress = { 0 };

	if (!finder->groups[EGRESS].rows.count)
		return;  // group-without-egress
	add_carriers(finder, &carriers);
	groups_reach(finder->assembly, EGRESS, &carriers, &egress);
	reach_at(&egress, IPPROTO_TCP, HTTPS, HTTPS, &reached);
	vec_for_each (endpoint, &finder->assembly->endpoints) {
		CLEANUP(prefix_set_release) struct prefix_set wanted = { 0 };

		if (!endpoint->service || (finder->assembly->isolated && !text_equal(endpoint->service, "s3")))
			continue;
		if (endpoint->type == ENDPOINT_GATEWAY)
			peer_addresses(finder->assembly, endpoint->list, NULL, &wanted);
		add_addresses(endpoint, &wanted);
		prefix_set_normalize(&wanted);
		if (!prefix_set_is_within(&wanted, &reached))
			tell_unreached(finder, endpoint, prefix_set_meets(&wanted, &reached));
	}
}

static const struct aws_security_group *group_by_id(const struct finder *finder, const char *id)
{
	vec_for_each (group, &finder->assembly->account->groups)
		if (text_equal(group->thing.id, id) &&
		    region_fits(group->thing.region, finder->assembly->selection->region))
			return group;
	return NULL;
}

static bool knows_groups(const struct finder *finder, const struct aws_endpoint *endpoint)
{
	vec_for_each (id, &endpoint->groups)
		if (!group_by_id(finder, *id))
			return false;
	return endpoint->groups.count;
}

// Of an endpoint without its groups nobody can tell; it is an assumption that they let nobody in.
void find_shut_endpoints(struct finder *finder)
{
	vec_for_each (endpoint, &finder->assembly->endpoints) {
		if (endpoint->type != ENDPOINT_INTERFACE || !endpoint->service || !endpoint->addresses.count ||
		    port_ranges_contain(&endpoint->ports, HTTPS) || !knows_groups(finder, endpoint->endpoint))
			continue;
		AUTO_FREE char *title = thing_title(&endpoint->endpoint->thing);
		const struct finding_about about = {
			endpoint->endpoint->thing.id, &endpoint->endpoint->thing.at,
			endpoint->endpoint->groups.items[0],
			"aws ec2 authorize-security-group-ingress --group-id {argument} --protocol tcp --port 443 "
			"--source-group {group}{region}"
		};
		AUTO_STRBUF struct strbuf group = { 0 };

		text_add_short(&group, endpoint->endpoint->groups.items[0]);
		finding_add(finder, &about,
			    "the security groups of the endpoint %s of %s (%s%s) do not let the job in on TCP 443: "
			    "connections hang",
			    title, endpoint->service, strbuf_text(&group),
			    endpoint->endpoint->groups.count > 1 ? " and others" : "");
	}
}

// NFS for Amazon EFS and FSx for OpenZFS and ONTAP; FSx for Lustre.
static const uint16_t file_system_ports[] = { 2049, 988 };

void find_denied_file_systems(struct finder *finder)
{
	const struct aws_job *job = finder->assembly->selection ? finder->assembly->selection->job : NULL;
	CLEANUP(prefix_set_release) struct prefix_set inside = { 0 };

	if (!job || job->in_file_system != KNOWN_YES || !finder->groups[EGRESS].rows.count)
		return;
	vec_for_each (block, &finder->assembly->cidrs)
		prefix_set_add(&inside, block);
	prefix_set_normalize(&inside);
	for (size_t i = 0; i < sizeof(file_system_ports) / sizeof(file_system_ports[0]); i++) {
		CLEANUP(prefix_set_release) struct prefix_set reached = { 0 };

		reach_at(&finder->groups[EGRESS], IPPROTO_TCP, file_system_ports[i], file_system_ports[i], &reached);
		if (prefix_set_meets(&reached, &inside))
			return;
	}
	const struct finding_about about = { first_group(finder), &job->thing.at, NULL,
					     "aws ec2 authorize-security-group-egress --group-id {id} --protocol tcp "
					     "--port 2049 --source-group {id}{region}, with the file system's group" };
	finding_add(
	    finder, &about,
	    "an input of the job is a file system, and no egress rule of its groups lets NFS (TCP 2049) or Lustre "
	    "(TCP 988) out to the VPC: it is not mounted");
}
