// SPDX-License-Identifier: GPL-2.0-or-later
// Reads DHCP options: resolvers and search domains. Source: Amazon EC2 API Reference, DhcpOptions.
#include <string.h>
#include <strings.h>

#include "import/read/row_parts.h"

// A text, or an object with one ("Value").
static const char *item_text(struct import_reader *reader, const json_t *list, size_t index)
{
	const json_t *item = json_array_get(list, index);

	if (json_is_string(item))
		return json_string_value(item);
	item = import_object(reader, list, index);
	return item ? member_text(reader, item, "Value") : NULL;
}

static void read_server(struct import_reader *reader, const json_t *list, size_t index,
			struct aws_dhcp_options *options)
{
	const char *text = item_text(reader, list, index);
	struct address address;
	struct error err;

	if (!text)
		return;
	if (strcasecmp(text, "AmazonProvidedDNS") == 0)
		options->amazon_dns = true;
	else if (address_parse(text, &address, &err) == 0)
		vec_push(&options->servers, address);
	else
		import_item_error(reader, list, index, "a resolver is AmazonProvidedDNS or an address", "%s",
				  err.message);
}

// Several are in one text, with spaces between.
static void read_domains(struct import_reader *reader, const json_t *list, size_t index,
			 struct aws_dhcp_options *options)
{
	const char *text = item_text(reader, list, index);

	for (const char *at = text; at && *at;) {
		size_t length = strcspn(at, " ");
		if (length)
			vec_push(&options->domains, memory_copy_bytes(at, length));
		at += length + strspn(at + length, " ");
	}
}

static void read_configuration(struct import_reader *reader, const json_t *item, struct aws_dhcp_options *options)
{
	const char *key = member_text(reader, item, "Key");
	const json_t *values = member_list(reader, item, "Values");

	for (size_t i = 0; key && i < json_array_size(values); i++) {
		if (strcmp(key, "domain-name-servers") == 0)
			read_server(reader, values, i, options);
		else if (strcmp(key, "domain-name") == 0)
			read_domains(reader, values, i, options);
	}
}

void read_dhcp_options(struct import_reader *reader, const json_t *row)
{
	struct aws_dhcp_options options = { 0 };

	row_head(reader, row, "DhcpOptionsId", NULL, "a set of DHCP options", &options.thing);
	for_each_object (reader, member_list(reader, row, "DhcpConfigurations"), item)
		read_configuration(reader, item, &options);
	account_add(reader, &dhcp_options_kind, &options);
}
