// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for the account's own code until that is there.
#include <stdlib.h>
#include <string.h>

#include "import/account.h"
#include "import/forms.h"

const struct import_form import_forms[] = {
	{ "ec2 describe-vpc-endpoints", FORM_LIST, NULL, { NULL }, NULL },
	{ "ec2 describe-network-interfaces", FORM_LIST, NULL, { NULL }, NULL },
	{ "ec2 describe-instances", FORM_LIST, NULL, { NULL }, NULL },
};
const size_t import_form_count = sizeof(import_forms) / sizeof(import_forms[0]);

#define LOOK_UP(kind, type, rows)                                                                                      \
	const struct type *account_##kind(const struct account *account, const char *id, const char *region)           \
	{                                                                                                              \
		const struct type *found = NULL;                                                                       \
                                                                                                                       \
		vec_for_each (row, &account->rows) {                                                                   \
			bool fits = !region || (row->thing.region && strcmp(row->thing.region, region) == 0);          \
                                                                                                                       \
			if (strcmp(row->thing.id, id) != 0 || !fits)                                                   \
				continue;                                                                              \
			if (found)                                                                                     \
				return NULL;                                                                           \
			found = row;                                                                                   \
		}                                                                                                      \
		return found;                                                                                          \
	}

LOOK_UP(vpc, aws_vpc, vpcs)
LOOK_UP(subnet, aws_subnet, subnets)
LOOK_UP(group, aws_security_group, groups)
LOOK_UP(interface, aws_interface, interfaces)
LOOK_UP(list, aws_prefix_list, lists)
LOOK_UP(endpoint, aws_endpoint, endpoints)

static void thing_release(struct aws_thing *thing)
{
	free(thing->id);
	free(thing->region);
	free(thing->name);
}

static void ids_release(id_vec *ids)
{
	vec_for_each (id, ids)
		free(*id);
	vec_release(ids);
}

static void groups_release(struct account *account)
{
	vec_for_each (group, &account->groups) {
		thing_release(&group->thing);
		free(group->vpc);
		free(group->description);
		vec_for_each (rule, &group->rules) {
			free(rule->id);
			vec_for_each (peer, &rule->peers) {
				free(peer->id);
				free(peer->vpc);
				free(peer->peering);
				free(peer->status);
				free(peer->description);
			}
			vec_release(&rule->peers);
		}
		vec_release(&group->rules);
	}
	vec_release(&account->groups);
}

static void networks_release(struct account *account)
{
	vec_for_each (vpc, &account->vpcs) {
		thing_release(&vpc->thing);
		vec_release(&vpc->blocks);
		free(vpc->dhcp_options);
	}
	vec_release(&account->vpcs);
	vec_for_each (subnet, &account->subnets) {
		thing_release(&subnet->thing);
		free(subnet->vpc);
		free(subnet->zone);
		vec_release(&subnet->blocks);
	}
	vec_release(&account->subnets);
	vec_for_each (table, &account->route_tables) {
		thing_release(&table->thing);
		free(table->vpc);
		ids_release(&table->subnets);
		vec_for_each (route, &table->routes) {
			free(route->list);
			free(route->target_id);
		}
		vec_release(&table->routes);
	}
	vec_release(&account->route_tables);
	vec_for_each (acl, &account->acls) {
		thing_release(&acl->thing);
		free(acl->vpc);
		ids_release(&acl->subnets);
		vec_release(&acl->entries);
	}
	vec_release(&account->acls);
	vec_for_each (peering, &account->peerings) {
		thing_release(&peering->thing);
		free(peering->vpcs[0]);
		free(peering->vpcs[1]);
	}
	vec_release(&account->peerings);
	vec_for_each (options, &account->dhcp_options) {
		thing_release(&options->thing);
		vec_release(&options->servers);
		ids_release(&options->domains);
	}
	vec_release(&account->dhcp_options);
}

static void hosts_release(struct account *account)
{
	vec_for_each (endpoint, &account->endpoints) {
		thing_release(&endpoint->thing);
		free(endpoint->vpc);
		free(endpoint->service);
		free(endpoint->type_name);
		ids_release(&endpoint->route_tables);
		ids_release(&endpoint->subnets);
		ids_release(&endpoint->groups);
		ids_release(&endpoint->interfaces);
		ids_release(&endpoint->names);
	}
	vec_release(&account->endpoints);
	vec_for_each (interface, &account->interfaces) {
		thing_release(&interface->thing);
		free(interface->vpc);
		free(interface->subnet);
		ids_release(&interface->groups);
		vec_release(&interface->addresses);
		free(interface->instance);
		free(interface->kind);
		free(interface->description);
	}
	vec_release(&account->interfaces);
	vec_for_each (list, &account->lists) {
		thing_release(&list->thing);
		prefix_set_release(&list->entries);
		free(list->date);
		free(list->owner);
	}
	vec_release(&account->lists);
}

void account_release(struct account *account)
{
	groups_release(account);
	networks_release(account);
	hosts_release(account);
	vec_for_each (job, &account->jobs) {
		thing_release(&job->thing);
		vec_for_each (id, &job->subnets)
			free(id->id);
		vec_release(&job->subnets);
		vec_for_each (id, &job->groups)
			free(id->id);
		vec_release(&job->groups);
	}
	vec_release(&account->jobs);
	vec_release(&account->ranges);
	ids_release(&account->words);
	free(account->ranges_date);
	free(account->ranges_file);
	vec_for_each (file, &account->files)
		free(*file);
	vec_release(&account->files);
	memset(account, 0, sizeof(*account));
}

const char *account_file(struct account *account, const char *file)
{
	vec_for_each (known, &account->files)
		if (strcmp(*known, file) == 0)
			return *known;
	vec_push(&account->files, memory_copy_text(file));
	return account->files.items[account->files.count - 1];
}
