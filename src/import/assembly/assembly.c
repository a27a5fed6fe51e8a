// SPDX-License-Identifier: GPL-2.0-or-later
// Builds an assembly part by part, and releases it: see assembly.h.
#include "import/assembly/assembly.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

void assume(struct building *building, char *missing, char *assumed, char *command)
{
	struct assumption assumption = { missing, assumed, command };

	vec_push(&building->assembly->assumptions, assumption);
}

char *command_for(const struct building *building, const char *words, const char *id)
{
	AUTO_STRBUF struct strbuf command = { 0 };

	strbuf_format(&command, "aws ec2 %s", words);
	if (id) {
		if (words[strlen(words) - 1] != '=')
			strbuf_add_char(&command, ' ');
		command_add_word(&command, id);
	}
	command_add_region(&command, building->assembly->selection->region);
	return strbuf_steal(&command);
}

static void add_job(struct assembly *assembly)
{
	const struct aws_job *job = assembly->selection->job;

	assembly->isolated = job && job->isolation == KNOWN_YES;
	assembly->encrypted = job && job->encryption == KNOWN_YES;
	assembly->several_hosts = !job || job->hosts != 1;
}

void assembly_build(const struct account *account, const struct import_request *request,
		    const struct import_selection *selection, size_t index, struct assembly *assembly)
{
	struct building building = { .assembly = assembly };

	memset(assembly, 0, sizeof(*assembly));
	assembly->account = account;
	assembly->request = request;
	assembly->selection = selection;
	add_job(assembly);
	if (index >= selection->subnets.count)
		return;  // without a VPC
	assembly->subnet = selection->subnets.items[index];
	members_index(&building);
	assembly_add_network(&building);
	assembly_add_groups(&building);
	assembly_add_acls(&building);
	assembly_add_far_acls(&building);
	assembly_add_endpoints(&building);
	assembly_add_closed_hosts(&building);
	assembly_add_routes(&building);
	assembly_finish_lists(&building);
	vec_release(&building.members);
	vec_release(&building.lists);
}

static void rules_release(assembled_rule_vec *rules)
{
	vec_for_each (rule, rules) {
		vec_for_each (peer, &rule->peers) {
			free(peer->text);
			free(peer->note);
		}
		vec_release(&rule->peers);
		free(rule->reason);
	}
	vec_release(rules);
}

static void groups_release(struct assembly *assembly)
{
	vec_for_each (group, &assembly->groups) {
		free(group->id);
		rules_release(&group->egress);
		rules_release(&group->ingress);
	}
	vec_release(&assembly->groups);
	vec_for_each (acl, &assembly->acls) {
		free(acl->id);
		vec_release(&acl->subnets);
	}
	vec_release(&assembly->acls);
	vec_for_each (far, &assembly->far) {
		prefix_set_release(&far->blocks);
		free(far->subnets);
	}
	vec_release(&assembly->far);
}

static void endpoints_release(struct assembly *assembly)
{
	vec_for_each (endpoint, &assembly->endpoints) {
		free(endpoint->service);
		free(endpoint->name);
		free(endpoint->note);
		vec_release(&endpoint->addresses);
		vec_release(&endpoint->ports);
		vec_for_each (name, &endpoint->names)
			free(*name);
		vec_release(&endpoint->names);
	}
	vec_release(&assembly->endpoints);
}

void assembly_release(struct assembly *assembly)
{
	groups_release(assembly);
	endpoints_release(assembly);
	vec_for_each (route, &assembly->routes)
		free(route->note);
	vec_release(&assembly->routes);
	vec_for_each (list, &assembly->lists) {
		free(list->id);
		free(list->name);
		prefix_set_release(&list->entries);
	}
	vec_release(&assembly->lists);
	vec_for_each (assumption, &assembly->assumptions) {
		free(assumption->missing);
		free(assumption->assumed);
		free(assumption->command);
	}
	vec_release(&assembly->assumptions);
	vec_release(&assembly->closed);
	vec_release(&assembly->cidrs);
	vec_release(&assembly->subnets);
	memset(assembly, 0, sizeof(*assembly));
}
