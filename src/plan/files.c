// SPDX-License-Identifier: GPL-2.0-or-later
// The job's own /etc/hosts, resolv.conf, nsswitch.conf, and passwd and group where a line is missing.
#include "plan/files.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

char *file_hosts(const struct launch_plan *plan, const struct launch_request *request)
{
	struct strbuf text = { 0 };
	const struct host_facts *host = request->host;
	const struct zone_facts facts = dns_facts(plan, request->profile);
	zone_host_vec hosts = { 0 };
	char address[ADDRESS_TEXT_SIZE];

	strbuf_add(&text, "127.0.0.1 localhost\n");
	if (host->ipv6)
		strbuf_add(&text, "::1 localhost ip6-localhost ip6-loopback\n");
	strbuf_format(&text, "%s %s",
		      facts.own.family == FAMILY_NONE ? "127.0.0.1" : address_print(&facts.own, address),
		      host->full_name);
	if (strcmp(host->full_name, host->hostname) != 0)
		strbuf_format(&text, " %s", host->hostname);
	strbuf_add_char(&text, '\n');
	if (request->profile->network.host_ports.count)
		strbuf_format(&text, "%s host.vpcjail\n", host_ports_address);
	vec_for_each (row, &request->profile->hosts)
		strbuf_format(&text, "%s %s\n", address_print(&row->address, address), row->name);
	zone_job_hosts(request->profile, &facts, &hosts);
	vec_for_each (row, &hosts)
		strbuf_format(&text, "%s %s\n", address_print(&row->address, address), row->name);
	zone_hosts_release(&hosts);
	return strbuf_steal(&text);
}

// A host without a resolv.conf gives no file to put another in its place; there programs ask 127.0.0.1.
// "search ." keeps a name as it is written: without it the domain of the host's own name would be tried too.
char *file_resolv(const struct launch_request *request)
{
	return memory_copy_text(dns_is_answered(request->profile, request->audit)
				    ? "# vpcjail: answers what the profile knows\n"
				      "nameserver 127.0.0.53\n"
				      "options edns0\n"
				      "search .\n"
				    : "# vpcjail: no resolver can be reached from here\n");
}

// `files`, and DNS where the job has a resolver: no directory service, no multicast name, no resolver's socket is asked
// for anything.
char *file_nsswitch(const struct launch_request *request)
{
	static const char *const databases[] = { "passwd",   "group",     "shadow", "gshadow", "hosts",   "networks",
						 "services", "protocols", "ethers", "rpc",     "netgroup" };
	struct strbuf text = { 0 };

	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		strbuf_format(&text, "%s: files%s\n", databases[i],
			      strcmp(databases[i], "hosts") == 0 && dns_is_answered(request->profile, request->audit)
				  ? " dns"
				  : "");
	return strbuf_steal(&text);
}

static void add_lines(struct strbuf *text, const char *given)
{
	strbuf_add(text, given);
	if (text->length && text->text[text->length - 1] != '\n')
		strbuf_add_char(text, '\n');
}

char *file_passwd(const struct launch_request *request)
{
	struct strbuf text = { 0 };

	if (!request->host->identity.passwd_line)
		return NULL;
	add_lines(&text, request->host->passwd_text ? request->host->passwd_text : "");
	strbuf_format(&text, "%s\n", request->host->identity.passwd_line);
	return strbuf_steal(&text);
}

char *file_group(const struct launch_request *request)
{
	struct strbuf text = { 0 };

	if (!request->host->identity.group_lines.count)
		return NULL;
	add_lines(&text, request->host->group_text ? request->host->group_text : "");
	vec_for_each (line, &request->host->identity.group_lines)
		strbuf_format(&text, "%s\n", *line);
	return strbuf_steal(&text);
}
