// SPDX-License-Identifier: GPL-2.0-or-later
// The job's own /etc/hosts, resolv.conf, nsswitch.conf, and passwd and group where a line is missing.
#include "plan/files.h"

#include <string.h>

#include "base/cleanup.h"

char *file_hosts(const struct launch_request *request)
{
	struct strbuf text = { 0 };
	const struct host_facts *host = request->host;
	char address[ADDRESS_TEXT_SIZE];

	strbuf_add(&text, "127.0.0.1 localhost\n");
	if (host->ipv6)
		strbuf_add(&text, "::1 localhost ip6-localhost ip6-loopback\n");
	strbuf_format(&text, "127.0.0.1 %s", host->full_name);
	if (strcmp(host->full_name, host->hostname) != 0)
		strbuf_format(&text, " %s", host->hostname);
	strbuf_add_char(&text, '\n');
	vec_for_each (row, &request->profile->hosts)
		strbuf_format(&text, "%s %s\n", address_print(&row->address, address), row->name);
	return strbuf_steal(&text);
}

char *file_resolv(void)
{
	struct strbuf text = { 0 };

	strbuf_add(&text, "# vpcjail: no resolver can be reached from here\n");
	return strbuf_steal(&text);
}

// `files` alone: no directory service, no multicast name, no resolver's socket is asked for anything.
char *file_nsswitch(void)
{
	static const char *const databases[] = { "passwd",   "group",     "shadow", "gshadow", "hosts",   "networks",
						 "services", "protocols", "ethers", "rpc",     "netgroup" };
	struct strbuf text = { 0 };

	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		strbuf_format(&text, "%s: files\n", databases[i]);
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
