/* SPDX-License-Identifier: MIT
 * A report written once, as Markdown and as one self-contained HTML page: pictures are files beside the Markdown and
 * inline in the page, which asks for nothing from any network. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/error.h"
#include "base/text.h"
#include "report/table.h"

typedef struct report {
    char folder[4096];
    text_buffer markdown, html;
    int status; /* -1 after a picture could not be written */
    error why;
} report;

/* Starts a report for a folder that exists. */
void report_open(report *r, const char *folder, const char *title);

/* level 2 or 3 */
void report_heading(report *r, int level, const char *text);

/* A paragraph of plain text: `code` between backquotes and **bold** are honored, everything else is shown as it is. */
void report_text(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A table as it stands, n/a included: columns that hold only numbers are set to the right. */
void report_table(report *r, const table *t);

/* A drawing (an <svg> element): plots/NAME.svg beside the Markdown, inline in the page. */
void report_picture(report *r, const char *name, const char *caption, const char *svg);

/* Writes report.md and report.html and frees the report. 0, or -1 with the error. */
int report_close(report *r, error *e);

/* Frees a report that is not to be written. */
void report_discard(report *r);

/* Appends text with &, <, > and quotes escaped for HTML and XML. */
void report_escape(text_buffer *out, const char *text);

#endif
