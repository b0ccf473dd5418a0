/* SPDX-License-Identifier: MIT
 * A run's summary.json as a row of a table. */
#ifndef REPORT_SUMMARY_ROW_H
#define REPORT_SUMMARY_ROW_H

#include "report/table.h"

#include <jansson.h>

/* FOLDER/summary.json; NULL when it is absent or is not JSON. The caller owns it (json_decref). */
json_t *summary_json(const char *folder);

/* Sets every value of the folder's summary.json in the row, a mapping's values as NAME_KEY; nothing when there is none. */
void summary_row_read(const char *folder, table *t, size_t row);

#endif
