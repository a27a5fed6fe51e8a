// SPDX-License-Identifier: GPL-2.0-or-later
// What a reader of one kind of row gets, how it takes members of it, and how it complains with their place.
//
// Missing, null and empty members mean the same; unknown members are passed over. A member of a wrong type is a mistake
// and then as good as missing: AWS's JSON has types, so that a number or true in quotes is none ("443"); YAML has none
// (import/job). An item null of a list of objects is one, too: it may have been a denial. Nothing is printed, and no
// mistake ends the reading of the document: all are found.
#ifndef VPCJAIL_IMPORT_READ_READER_H
#define VPCJAIL_IMPORT_READ_READER_H

#include <jansson.h>

#include "import/account/account.h"
#include "profile/load.h"

struct place_index;

struct import_reader {
	struct account *account;
	struct mistakes *mistakes;
	const char *file;    // as account_file keeps it
	const char *text;    // of the value that is being read: whole JSON, at
	size_t length;       // in bytes
	struct location at;  // its place in the file
	const json_t *root;  // it, parsed; members are in the text's order
	struct place_index
	    *places;  // keeps the places that were asked for (import/document/place.h); NULL: nothing does
};

// Adds an error at a member of an object or, key NULL, at the object itself; both are within reader->root.
void import_error(struct import_reader *reader, const json_t *object, const char *key, const char *hint,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

// The same, as a warning: what is warned of must allow nothing.
void import_warning(struct import_reader *reader, const json_t *object, const char *key, const char *hint,
		    const char *format, ...) __attribute__((format(printf, 5, 6)));

// An error at an item of a list.
void import_item_error(struct import_reader *reader, const json_t *list, size_t index, const char *hint,
		       const char *format, ...) __attribute__((format(printf, 5, 6)));

// The place of a member, or of an item.
struct location import_place(const struct import_reader *reader, const json_t *object, const char *key);
struct location import_item_place(const struct import_reader *reader, const json_t *list, size_t index);

// Members of an object. Texts are borrowed from the tree.
const char *member_text(struct import_reader *reader, const json_t *object, const char *key);  // NULL: none
char *member_copy(struct import_reader *reader, const json_t *object, const char *key);        // the caller's; NULL
// The same, where a row makes no sense without it: its lack is a mistake ("a subnet has no \"VpcId\"").
char *member_required(struct import_reader *reader, const json_t *object, const char *key, const char *row);
bool member_number(struct import_reader *reader, const json_t *object, const char *key, long minimum, long maximum,
		   long *value);  // false: none, *value untouched
enum known member_known(struct import_reader *reader, const json_t *object, const char *key);
bool member_is(struct import_reader *reader, const json_t *object, const char *key, const char *word);
const json_t *member_object(struct import_reader *reader, const json_t *object, const char *key);  // NULL: none
const json_t *member_list(struct import_reader *reader, const json_t *object, const char *key);    // NULL: none
// Host bits are cleared, as AWS clears them. An address that is none is warned of only: documents of AWS itself have
// them, and nothing is allowed by one that is missing.
bool member_prefix(struct import_reader *reader, const json_t *object, const char *key, struct prefix *prefix);
bool member_address(struct import_reader *reader, const json_t *object, const char *key, struct address *address);
// Adds the texts of a list of texts, or those of one member of a list of objects (member not NULL).
void member_texts(struct import_reader *reader, const json_t *object, const char *key, const char *member, id_vec *to);

// The head of a row: id by its key (required), name by the tag Name, region where the row says one (an ARN in arn_key,
// which may be NULL, or a member Region).
void row_head(struct import_reader *reader, const json_t *row, const char *id_key, const char *arn_key,
	      const char *what, struct aws_thing *thing);

// The items of a list that are objects; others are mistakes.
#define for_each_object(reader, list, item)                                                                            \
	for (size_t item##_at = 0; item##_at < json_array_size(list); item##_at++)                                     \
		for (const json_t *item = import_object((reader), (list), item##_at); item; item = NULL)
const json_t *import_object(struct import_reader *reader, const json_t *list, size_t index);

// The Region of a zone ("eu-west-1a", also a local zone's), an ARN, or a service's or list's name
// ("com.amazonaws.R.s3"); the caller frees it; NULL: none in it.
char *region_of_zone(const char *zone);
char *region_of_arn(const char *arn);
char *region_of_service(const char *service);

// The two forms of a rule: IpProtocol with FromPort and ToPort; Protocol with PortRange and IcmpTypeCode.
void read_group_match(struct import_reader *reader, const json_t *rule, struct aws_match *match);
void read_acl_match(struct import_reader *reader, const json_t *entry, struct aws_match *match);

// One reader a kind of row: each adds to the account.
void read_vpc(struct import_reader *reader, const json_t *row);
void read_vpc_attribute(struct import_reader *reader, const json_t *document);
void read_subnet(struct import_reader *reader, const json_t *row);
void read_route_table(struct import_reader *reader, const json_t *row);
void read_security_group(struct import_reader *reader, const json_t *row);
void read_security_group_rule(struct import_reader *reader, const json_t *row);
void read_network_acl(struct import_reader *reader, const json_t *row);
void read_vpc_endpoint(struct import_reader *reader, const json_t *row);
void read_network_interface(struct import_reader *reader, const json_t *row);
void read_reservation(struct import_reader *reader, const json_t *row);  // describe-instances: their interfaces
void read_instance(struct import_reader *reader, const json_t *row);
void read_prefix_list(struct import_reader *reader, const json_t *row);  // both commands': Cidrs, or AddressFamily
void read_prefix_list_entries(struct import_reader *reader, const json_t *document);
void read_dhcp_options(struct import_reader *reader, const json_t *row);
void read_peering(struct import_reader *reader, const json_t *row);
void read_ip_range(struct import_reader *reader, const json_t *row);
void read_ip_ranges(struct import_reader *reader, const json_t *document);  // its date
void read_training_job(struct import_reader *reader, const json_t *document);
void read_processing_job(struct import_reader *reader, const json_t *document);
void read_tuning_job(struct import_reader *reader, const json_t *document);
void read_sdk_configuration(struct import_reader *reader, const json_t *document);  // the SDK's config.yaml, in JSON
void read_error_reply(struct import_reader *reader, const json_t *document);        // warns
void read_new_group(struct import_reader *reader, const json_t *document);          // create-security-group: warns
void read_job_manifest(struct import_reader *reader, const json_t *document);

#endif
