/* SPDX-License-Identifier: MIT
 * A YAML text as a tree of nodes with their places; the only file that knows libyaml. */
#include "settings/document.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum { LARGEST = 1 << 18, DEEPEST = 64 };

struct document {
    yaml_document_t yaml;
};

/* Brackets that are open at once, at most; libyaml's time grows with the square of it. Those in texts and comments
 * count too. */
static int depth(const char *text, size_t length) {
    int open = 0, most = 0;
    for (size_t i = 0; i < length; i++) {
        open += text[i] == '[' || text[i] == '{';
        open -= (text[i] == ']' || text[i] == '}') && open > 0;
        if (open > most) most = open;
    }
    return most;
}

static yaml_node_t *node_of(const document *d, document_node n) {
    yaml_node_t *node = yaml_document_get_node((yaml_document_t *)&d->yaml, n);
    CHECK(node != NULL);
    return node;
}

static int refuse(const char *name, yaml_mark_t mark, const char *words, error *e) {
    return error_set(e, STATUS_USAGE, "%s:%zu:%zu: %s", name, mark.line + 1, mark.column + 1, words);
}

/* Where a byte stands, for bytes that are no text. */
static yaml_mark_t mark_of(const char *text, size_t length, size_t offset) {
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset && i < length; i++) {
        bool newline = text[i] == '\n';
        mark.line += newline;
        mark.column = newline ? 0 : mark.column + (((unsigned char)text[i] & 0xc0) != 0x80);
    }
    return mark;
}

static int refuse_parse(const char *name, const char *text, size_t length, const yaml_parser_t *parser, error *e) {
    bool bytes = parser->error == YAML_READER_ERROR;
    yaml_mark_t mark = bytes ? mark_of(text, length, parser->problem_offset) : parser->problem_mark;
    const char *context = parser->context ? parser->context : "";
    return error_set(e, STATUS_USAGE, "%s:%zu:%zu: %s%s%s; expected %s", name, mark.line + 1, mark.column + 1, context,
                     *context ? ", " : "", parser->problem ? parser->problem : "no YAML",
                     bytes ? "YAML in UTF-8" : "YAML");
}

/* The tag that libyaml gives a node without one. */
static bool tag_is_plain(const yaml_node_t *node) {
    static const char *const plain[] = {[YAML_SCALAR_NODE] = YAML_DEFAULT_SCALAR_TAG,
                                        [YAML_SEQUENCE_NODE] = YAML_DEFAULT_SEQUENCE_TAG,
                                        [YAML_MAPPING_NODE] = YAML_DEFAULT_MAPPING_TAG};
    return node->tag && strcmp((const char *)node->tag, plain[node->type]) == 0;
}

static int check_node(const char *name, const yaml_node_t *node, error *e) {
    if (!tag_is_plain(node))
        return refuse(name, node->start_mark, "a tag, which is not used here; expected a plain value", e);
    if (node->type != YAML_SCALAR_NODE) return 0;
    if (strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
        return refuse(name, node->start_mark, "a zero byte in a text; expected printable text", e);
    bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && strcmp((const char *)node->data.scalar.value, "<<") == 0)
        return refuse(name, node->start_mark, "a merge key (<<), which is not used here; write the keys out", e);
    return 0;
}

/* After the first document: anything but the end is one too many. */
static int check_end(const char *name, const char *text, size_t length, yaml_parser_t *parser, error *e) {
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next)) return refuse_parse(name, text, length, parser, e);
    yaml_node_t *root = yaml_document_get_root_node(&next);
    int result = root ? refuse(name, next.start_mark, "a second document begins; expected one document", e) : 0;
    yaml_document_delete(&next);
    return result;
}

static int check_nodes(const document *d, const char *name, error *e) {
    for (const yaml_node_t *n = d->yaml.nodes.start; n < d->yaml.nodes.top; n++)
        if (check_node(name, n, e)) return -1;
    return 0;
}

document *document_parse(const char *name, const char *text, size_t length, error *e) {
    if (length > LARGEST) {
        error_set(e, STATUS_USAGE, "%s: more than %d bytes; expected a file of settings", name, LARGEST);
        return NULL;
    }
    if (depth(text, length) > DEEPEST) {
        error_set(e, STATUS_USAGE, "%s: more than %d brackets are open at once; expected a file of settings", name,
                  DEEPEST);
        return NULL;
    }
    yaml_parser_t parser;
    CHECK(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    document *d = memory_new(sizeof *d);
    if (!yaml_parser_load(&parser, &d->yaml)) {
        refuse_parse(name, text, length, &parser, e);
        memory_free(d);
        d = NULL;
    } else if (check_nodes(d, name, e) || (document_root(d) && check_end(name, text, length, &parser, e))) {
        document_free(d);
        d = NULL;
    }
    yaml_parser_delete(&parser);
    return d;
}

document *document_parse_flow(const char *name, const char *text, error *e) {
    size_t length = strlen(text);
    char *list = memory_new(length + 4);
    list[0] = '[';
    memcpy(list + 1, text, length);
    memcpy(list + 1 + length, "\n]", 2);
    document *d = document_parse(name, list, length + 3, e);
    memory_free(list);
    return d;
}

document *document_read(const char *path, error *e) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error_set(e, STATUS_USAGE, "%s: %s; expected a file of settings", path, strerror(errno));
        return NULL;
    }
    char *text = memory_new(LARGEST + 1);
    size_t length = 0;
    ssize_t got = 1;
    while (got > 0 && length <= LARGEST) {
        got = read(file, text + length, LARGEST + 1 - length);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            length += (size_t)got;
    }
    document *d = NULL;
    if (got < 0)
        error_set(e, STATUS_USAGE, "%s: %s; expected a file of settings", path, strerror(errno));
    else
        d = document_parse(path, text, length, e);
    memory_free(text);
    close(file);
    return d;
}

void document_free(document *d) {
    if (!d) return;
    yaml_document_delete(&d->yaml);
    memory_free(d);
}

document_node document_root(const document *d) {
    return d->yaml.nodes.top > d->yaml.nodes.start ? 1 : 0;
}

document_kind document_kind_of(const document *d, document_node n) {
    switch (node_of(d, n)->type) {
    case YAML_SEQUENCE_NODE:
        return DOCUMENT_LIST;
    case YAML_MAPPING_NODE:
        return DOCUMENT_MAPPING;
    default:
        return DOCUMENT_SCALAR;
    }
}

void document_place(const document *d, document_node n, int *line, int *column) {
    yaml_mark_t mark = node_of(d, n)->start_mark;
    *line = (int)mark.line + 1;
    *column = (int)mark.column + 1;
}

size_t document_size(const document *d, document_node n) {
    const yaml_node_t *node = node_of(d, n);
    if (node->type == YAML_SEQUENCE_NODE)
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (node->type == YAML_MAPPING_NODE) return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    return 0;
}

document_node document_child(const document *d, document_node n, size_t i) {
    const yaml_node_t *node = node_of(d, n);
    CHECK(i < document_size(d, n));
    return node->type == YAML_SEQUENCE_NODE ? node->data.sequence.items.start[i]
                                            : node->data.mapping.pairs.start[i].value;
}

document_node document_key(const document *d, document_node n, size_t i) {
    CHECK(document_kind_of(d, n) == DOCUMENT_MAPPING && i < document_size(d, n));
    return node_of(d, n)->data.mapping.pairs.start[i].key;
}

const char *document_text(const document *d, document_node n) {
    const yaml_node_t *node = node_of(d, n);
    CHECK(node->type == YAML_SCALAR_NODE);
    return (const char *)node->data.scalar.value;
}

bool document_quoted(const document *d, document_node n) {
    return node_of(d, n)->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

bool document_empty(const document *d, document_node n) {
    const yaml_node_t *node = node_of(d, n);
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return false;
    static const char *const nothing[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (strcmp((const char *)node->data.scalar.value, nothing[i]) == 0) return true;
    return false;
}
