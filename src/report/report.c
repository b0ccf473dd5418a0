/* SPDX-License-Identifier: MIT
 * A report written once, as Markdown and as one HTML page. */
#include "report/report.h"

#include "base/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.2rem;border-bottom:1px solid #d0d7de}h3{font-size:1.1rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;margin:1rem 0}"
    "th,td{border-bottom:1px solid #d8dee4;padding:.25rem .6rem;text-align:left;white-space:nowrap}"
    "th{border-bottom:2px solid #8c959f}td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "figure{margin:1.2rem 0}figure svg{max-width:100%;height:auto}figcaption{font-size:.85rem;color:#57606a}"
    "code{background:#eff1f3;padding:0 .25rem;border-radius:3px}";

void report_escape(text_buffer *out, const char *text) {
    for (const char *c = text; *c; c++) {
        switch (*c) {
        case '&':
            text_append(out, "&amp;");
            break;
        case '<':
            text_append(out, "&lt;");
            break;
        case '>':
            text_append(out, "&gt;");
            break;
        case '"':
            text_append(out, "&quot;");
            break;
        default:
            text_append_bytes(out, c, 1);
        }
    }
}

/* Escapes Markdown's own signs that could turn text into something else; between backquotes nothing is. */
static void append_markdown(text_buffer *out, const char *text, const char *signs) {
    bool code = false;
    for (const char *c = text; *c; c++) {
        if (*c == '`' && !strchr(signs, '`')) code = !code;
        if (!code && strchr(signs, *c)) text_append(out, "\\");
        text_append_bytes(out, *c == '\n' ? " " : c, 1);
    }
}

void report_open(report *r, const char *folder, const char *title) {
    *r = (report){0};
    snprintf(r->folder, sizeof r->folder, "%s", folder);
    text_append(&r->markdown, "# ");
    append_markdown(&r->markdown, title, "\\`*_<>[]");
    text_append(&r->markdown, "\n");
    text_append(&r->html, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    report_escape(&r->html, title);
    text_printf(&r->html, "</title>\n<style>%s</style></head><body>\n<h1>", style);
    report_escape(&r->html, title);
    text_append(&r->html, "</h1>\n");
}

void report_heading(report *r, int level, const char *text) {
    text_printf(&r->markdown, "\n%.*s ", level, "####");
    append_markdown(&r->markdown, text, "\\`*_<>[]");
    text_append(&r->markdown, "\n");
    text_printf(&r->html, "<h%d>", level);
    report_escape(&r->html, text);
    text_printf(&r->html, "</h%d>\n", level);
}

void report_text(report *r, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    text_append(&r->markdown, "\n");
    append_markdown(&r->markdown, text, "\\_<>[]");
    text_append(&r->markdown, "\n");
    text_append(&r->html, "<p>");
    bool code = false, bold = false;
    for (const char *c = text; *c; c++) {
        if (*c == '`')
            text_append(&r->html, (code = !code) ? "<code>" : "</code>");
        else if (c[0] == '*' && c[1] == '*')
            text_append(&r->html, (bold = !bold) ? "<b>" : "</b>"), c++;
        else
            report_escape(&r->html, (char[]){*c, 0});
    }
    text_printf(&r->html, "%s%s</p>\n", code ? "</code>" : "", bold ? "</b>" : "");
    free(text);
}

/* Whether every known cell begins as a number does. */
static bool is_numeric(const table *t, size_t column) {
    bool any = false;
    for (size_t row = 0; row < t->rows; row++) {
        const char *text = table_text(t, row, t->names[column]);
        if (strcmp(text, "n/a") == 0) continue;
        if (!strchr("+-.<>0123456789", *text)) return false;
        any = true;
    }
    return any;
}

void report_table(report *r, const table *t) {
    bool numeric[512] = {false};
    CHECK(t->columns <= 512);
    text_append(&r->markdown, "\n");
    text_append(&r->html, "<div class=\"wide\"><table><thead><tr>");
    for (size_t c = 0; c < t->columns; c++) {
        numeric[c] = is_numeric(t, c);
        text_append(&r->markdown, "| ");
        append_markdown(&r->markdown, t->names[c], "\\|`*_<>");
        text_append(&r->markdown, " ");
        text_append(&r->html, "<th>");
        report_escape(&r->html, t->names[c]);
        text_append(&r->html, "</th>");
    }
    text_append(&r->markdown, "|\n");
    for (size_t c = 0; c < t->columns; c++) text_append(&r->markdown, numeric[c] ? "|---:" : "|---");
    text_append(&r->markdown, "|\n");
    text_append(&r->html, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < t->rows; row++) {
        text_append(&r->html, "<tr>");
        for (size_t c = 0; c < t->columns; c++) {
            const char *text = table_text(t, row, t->names[c]);
            text_append(&r->markdown, "| ");
            append_markdown(&r->markdown, text, "\\|`*_<>");
            text_append(&r->markdown, " ");
            text_append(&r->html, numeric[c] ? "<td class=\"n\">" : "<td>");
            report_escape(&r->html, text);
            text_append(&r->html, "</td>");
        }
        text_append(&r->markdown, "|\n");
        text_append(&r->html, "</tr>\n");
    }
    text_append(&r->html, "</tbody></table></div>\n");
}

void report_picture(report *r, const char *name, const char *caption, const char *svg) {
    char folder[4096], path[4096], file[256];
    snprintf(file, sizeof file, "%.200s.svg", name);
    if (file_join(folder, r->folder, "plots", &r->why) || file_make_folders(folder, &r->why) ||
        file_join(path, folder, file, &r->why) || file_replace(path, svg, strlen(svg), &r->why))
        r->status = -1;
    text_append(&r->markdown, "\n![");
    append_markdown(&r->markdown, caption, "\\`*_<>[]");
    text_printf(&r->markdown, "](plots/%s)\n", file);
    text_printf(&r->html, "<figure>%s<figcaption>", svg);
    report_escape(&r->html, caption);
    text_append(&r->html, "</figcaption></figure>\n");
}

static int write_beside(const report *r, const char *name, const text_buffer *text, error *e) {
    char path[4096];
    return file_join(path, r->folder, name, e) || file_replace(path, text_string(text), text->length, e) ? -1 : 0;
}

int report_close(report *r, error *e) {
    text_append(&r->html, "</body></html>\n");
    int status = r->status;
    if (status && e) *e = r->why;
    if (!status) status = write_beside(r, "report.md", &r->markdown, e);
    if (!status) status = write_beside(r, "report.html", &r->html, e);
    report_discard(r);
    return status;
}

void report_discard(report *r) {
    text_free(&r->markdown);
    text_free(&r->html);
}
