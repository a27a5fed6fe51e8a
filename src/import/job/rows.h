// SPDX-License-Identifier: GPL-2.0-or-later
// What of a job's document is read: rows that say which member is which fact of struct aws_job.
#ifndef VPCJAIL_IMPORT_JOB_ROWS_H
#define VPCJAIL_IMPORT_JOB_ROWS_H

#include "import/job/value.h"

struct job_reader {
	struct account *account;
	struct mistakes *mistakes;
	const char *file;                  // as account_file keeps it
	const struct import_reader *json;  // NULL: the document is YAML
	size_t complaints;
	struct aws_job *job;  // that is being read
};

// A member. Rows end with one without a key; each member stands in one row, so that it is complained of once.
struct job_row {
	const char *key;
	void (*take)(struct job_reader *reader, const struct job_value *value);  // NULL: rows alone matter
	const struct job_row *rows;  // of the object's members, after take; NULL: none
	bool list;                   // the member is a list of such objects
};

// An error at value; after the first ones of a document nothing is added, for each costs a search for its place.
void job_complain(struct job_reader *reader, const struct job_value *value, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Reads the members of an object into reader->job by rows; all of them are optional.
void job_read_rows(struct job_reader *reader, const struct job_value *object, const struct job_row *rows);

// Where a job stands when it is no document of its own: in a manifest, or in a configuration.
struct job_origin {
	const char *source;  // "the TrainingJob section of the SDK's config.yaml"; NULL: told by the document's members
	const char *name;    // where no member tells it; NULL
	const char *region;  // NULL
};

// Reads one job of an object by rows, checks it (job.h) and adds it to the account. what: "training job".
void job_read(struct job_reader *reader, const struct job_value *object, const struct job_row *rows,
	      enum aws_job_kind kind, const char *what, const struct job_origin *origin);

// Documents, or specs of manifests; each adds one job or, of a tuning job, one for each of its definitions.
void job_read_training(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin);
void job_read_processing(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin);
void job_read_tuning(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin);

// What a import/read/reader.h's reader begins with: refuses what is larger than any job.
bool job_reader_begin(struct job_reader *reader, struct import_reader *json, const json_t *document,
		      struct job_value *object);

// Facts.
void take_id(struct job_reader *reader, const struct job_value *value);
void take_region(struct job_reader *reader, const struct job_value *value);
void take_arn(struct job_reader *reader, const struct job_value *value);  // a Region is in it
void take_isolation(struct job_reader *reader, const struct job_value *value);
void take_encryption(struct job_reader *reader, const struct job_value *value);
void take_hosts(struct job_reader *reader, const struct job_value *value);         // groups of instances add up
void take_hosts_choice(struct job_reader *reader, const struct job_value *value);  // the most that it may be
void take_instance_type(struct job_reader *reader, const struct job_value *value);
void take_image(struct job_reader *reader, const struct job_value *value);
void take_environment(struct job_reader *reader, const struct job_value *value);
void take_parameters(struct job_reader *reader, const struct job_value *value);  // those alone that name an s3:// URI
void take_uri(struct job_reader *reader, const struct job_value *value);
void take_file_system(struct job_reader *reader, const struct job_value *value);
void take_key(struct job_reader *reader, const struct job_value *value);  // of KMS
void take_vpc(struct job_reader *reader, const struct job_value *value);  // for vpc_config_rows

extern const struct job_row vpc_config_rows[];
extern const struct job_row network_config_rows[];

// Of what training and tuning jobs share.
extern const struct job_row algorithm_rows[];
extern const struct job_row channel_rows[];  // of InputDataConfig
extern const struct job_row output_rows[];
extern const struct job_row checkpoint_rows[];
extern const struct job_row resource_rows[];

#endif
