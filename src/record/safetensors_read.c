/* SPDX-License-Identifier: MIT
 * The reader believes nothing: every number of the header is checked before it is used. */
#include "record/safetensors_format.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far above any checkpoint of this program, far below what would stop a machine. */
static const uint64_t largest_file = UINT64_C(4) << 30;
static const uint64_t largest_header = UINT64_C(16) << 20;

struct safetensors {
    char path[FILE_PATH_SIZE];
    json_t *header; /* owns the names and the metadata */
    size_t count;
    safetensor *tensors; /* [count], in the header's order */
    size_t *by_name;     /* [count], indices sorted by name */
    char *data;          /* all tensors, each at a multiple of a cache line */
};

/* Where a tensor lies in the file's data section. */
typedef struct span {
    uint64_t begin, end;
    size_t index;
} span;

static int refuse(const safetensors *file, error *e) {
    return error_prefix(e, "%s is not a usable safetensors file: ", file->path);
}

/* ---- The header ---- */

static int parse_type(const json_t *word, const char *name, safetensor *tensor, error *e) {
    if (!json_is_string(word)) return error_set(e, STATUS_FAILED, "tensor '%.100s' has no dtype", name);
    for (int type = 0; type < SAFETENSOR_TYPES; type++)
        if (strcmp(json_string_value(word), safetensors_types[type].name) == 0) {
            tensor->type = (safetensor_type)type;
            return 0;
        }
    tensor->type = SAFETENSOR_OTHER;
    return 0;
}

/* Fills dims and shape; *bytes is how long the data must be; of a type that is not known, how many elements there are. */
static int parse_shape(const json_t *shape, const char *name, safetensor *tensor, uint64_t *bytes, error *e) {
    size_t dims = json_array_size(shape);
    if (!json_is_array(shape) || dims > SAFETENSORS_DIMS)
        return error_set(e, STATUS_FAILED, "tensor '%.100s' has no shape of at most %d dimensions", name,
                         SAFETENSORS_DIMS);
    tensor->dims = (int)dims;
    *bytes = tensor->type == SAFETENSOR_OTHER ? 1 : safetensors_types[tensor->type].size;
    for (size_t i = 0; i < dims; i++) {
        const json_t *size = json_array_get(shape, i);
        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return error_set(e, STATUS_FAILED, "tensor '%.100s' has a size that is not a natural number", name);
        tensor->shape[i] = json_integer_value(size);
        if (__builtin_mul_overflow(*bytes, (uint64_t)tensor->shape[i], bytes))
            return error_set(e, STATUS_FAILED, "tensor '%.100s' is too large", name);
    }
    return 0;
}

static int parse_offsets(const json_t *offsets, const safetensor *tensor, uint64_t bytes, uint64_t data_size,
                         span *where, error *e) {
    const char *name = tensor->name;
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return error_set(e, STATUS_FAILED, "tensor '%.100s' has no data_offsets [begin, end]", name);
    json_int_t from = json_integer_value(begin), to = json_integer_value(end);
    if (from < 0 || to < from || (uint64_t)to > data_size)
        return error_set(e, STATUS_FAILED, "tensor '%.100s' lies at bytes %" PRId64 " to %" PRId64 " of %" PRIu64, name,
                         (int64_t)from, (int64_t)to, data_size);
    if (tensor->type != SAFETENSOR_OTHER && (uint64_t)(to - from) != bytes)
        return error_set(e, STATUS_FAILED, "tensor '%.100s' has %" PRId64 " bytes, its shape and dtype need %" PRIu64,
                         name, (int64_t)(to - from), bytes);
    where->begin = (uint64_t)from;
    where->end = (uint64_t)to;
    return 0;
}

static int parse_tensor(const char *name, const json_t *entry, uint64_t data_size, safetensor *tensor, span *where,
                        error *e) {
    if (!json_is_object(entry))
        return error_set(e, STATUS_FAILED, "tensor '%.100s' is not described by dtype, shape and data_offsets", name);
    uint64_t bytes = 0;
    tensor->name = name;
    if (parse_type(json_object_get(entry, "dtype"), name, tensor, e)) return -1;
    if (parse_shape(json_object_get(entry, "shape"), name, tensor, &bytes, e)) return -1;
    return parse_offsets(json_object_get(entry, "data_offsets"), tensor, bytes, data_size, where, e);
}

static int check_metadata(json_t *metadata, error *e) {
    const char *key;
    json_t *value;
    if (json_is_null(metadata)) return 0;
    if (!json_is_object(metadata)) return error_set(e, STATUS_FAILED, "its " SAFETENSORS_METADATA " is not an object");
    json_object_foreach(metadata, key, value) {
        if (!json_is_string(value)) return error_set(e, STATUS_FAILED, "the metadata '%.100s' is not a string", key);
    }
    return 0;
}

static int by_position(const void *a, const void *b) {
    const span *left = a, *right = b;
    if (left->begin != right->begin) return left->begin < right->begin ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

/* The spans, sorted, must follow each other from the first byte of the data to the last; empty ones lie anywhere. */
static int check_cover(const safetensors *file, span *spans, uint64_t data_size, error *e) {
    uint64_t at = 0;
    qsort(spans, file->count, sizeof *spans, by_position);
    for (size_t i = 0; i < file->count; i++) {
        if (spans[i].begin == spans[i].end) continue;
        if (spans[i].begin != at)
            return error_set(e, STATUS_FAILED, "there is %s before tensor '%.100s'",
                             spans[i].begin > at ? "a hole" : "an overlap", file->tensors[spans[i].index].name);
        at = spans[i].end;
    }
    if (at == data_size) return 0;
    return error_set(e, STATUS_FAILED, "%" PRIu64 " bytes follow the last tensor", data_size - at);
}

static const char *name_at(const safetensors *file, size_t i) {
    return file->tensors[file->by_name[i]].name;
}

static int compare_names(const void *a, const void *b, void *file) {
    const safetensor *tensors = ((const safetensors *)file)->tensors;
    return strcmp(tensors[*(const size_t *)a].name, tensors[*(const size_t *)b].name);
}

/* Fills tensors (without data) and spans [count], sorted by position, from the parsed header. */
static int parse_entries(safetensors *file, span *spans, uint64_t data_size, error *e) {
    const char *name;
    json_t *entry;
    size_t i = 0;
    json_object_foreach(file->header, name, entry) {
        if (strcmp(name, SAFETENSORS_METADATA) == 0) {
            if (check_metadata(entry, e)) return -1;
            continue;
        }
        if (parse_tensor(name, entry, data_size, &file->tensors[i], &spans[i], e)) return -1;
        spans[i].index = file->by_name[i] = i;
        i++;
    }
    qsort_r(file->by_name, file->count, sizeof *file->by_name, compare_names, file);
    return check_cover(file, spans, data_size, e);
}

/* ---- The file ---- */

static int read_at(int descriptor, void *bytes, uint64_t count, uint64_t offset, error *e) {
    for (char *next = bytes; count > 0;) {
        ssize_t got = pread(descriptor, next, count, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_set(e, STATUS_FAILED, "%s", strerror(errno));
        if (got == 0) return error_set(e, STATUS_FAILED, "it shrank while it was read");
        next += got;
        count -= (uint64_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

static int read_header(safetensors *file, int descriptor, uint64_t length, error *e) {
    char *bytes = memory_new(length);
    if (read_at(descriptor, bytes, length, SAFETENSORS_LENGTH_SIZE, e)) {
        memory_free(bytes);
        return -1;
    }
    json_error_t problem = {0};
    if (bytes[0] == '{') file->header = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &problem);
    memory_free(bytes);
    if (file->header) return 0;
    return error_set(e, STATUS_FAILED, "its header is not a JSON object%s%s", problem.text[0] ? ": " : "",
                     problem.text);
}

static uint64_t aligned(uint64_t bytes) {
    return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

/* Reads every tensor to a place of its own. */
static int read_data(safetensors *file, int descriptor, const span *spans, uint64_t start, error *e) {
    uint64_t total = 0, at = 0;
    for (size_t i = 0; i < file->count; i++) total += aligned(spans[i].end - spans[i].begin);
    file->data = memory_new(total);
    for (size_t i = 0; i < file->count; i++) {
        uint64_t bytes = spans[i].end - spans[i].begin;
        if (read_at(descriptor, file->data + at, bytes, start + spans[i].begin, e)) return -1;
        file->tensors[spans[i].index].data = file->data + at;
        at += aligned(bytes);
    }
    return 0;
}

/* The sizes that the rest is measured by: the header's length and the data's. */
static int read_sizes(int descriptor, uint64_t *header, uint64_t *data, error *e) {
    struct stat status;
    if (fstat(descriptor, &status)) return error_set(e, STATUS_FAILED, "%s", strerror(errno));
    uint64_t size = (uint64_t)status.st_size;
    if (!S_ISREG(status.st_mode)) return error_set(e, STATUS_FAILED, "it is not an ordinary file");
    if (size < SAFETENSORS_LENGTH_SIZE + 2) return error_set(e, STATUS_FAILED, "it is shorter than a header");
    if (size > largest_file) return error_set(e, STATUS_FAILED, "it is larger than %" PRIu64 " bytes", largest_file);
    if (read_at(descriptor, header, SAFETENSORS_LENGTH_SIZE, 0, e)) return -1;
    if (*header < 2 || *header > largest_header || *header > size - SAFETENSORS_LENGTH_SIZE)
        return error_set(e, STATUS_FAILED, "it gives its header %" PRIu64 " bytes, the file has %" PRIu64, *header,
                         size);
    *data = size - SAFETENSORS_LENGTH_SIZE - *header;
    return 0;
}

static int read_content(safetensors *file, int descriptor, error *e) {
    uint64_t header_size = 0, data_size = 0;
    if (read_sizes(descriptor, &header_size, &data_size, e)) return -1;
    if (read_header(file, descriptor, header_size, e)) return -1;
    file->count = json_object_size(file->header) - (json_object_get(file->header, SAFETENSORS_METADATA) != NULL);
    file->tensors = memory_array(safetensor, file->count);
    file->by_name = memory_array(size_t, file->count);
    span *spans = memory_array(span, file->count);
    int result = parse_entries(file, spans, data_size, e);
    if (!result) result = read_data(file, descriptor, spans, SAFETENSORS_LENGTH_SIZE + header_size, e);
    memory_free(spans);
    return result;
}

int safetensors_open(const char *path, safetensors **file, error *e) {
    *file = NULL;
    /* without waiting, so that a pipe is refused and not listened to */
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return error_set(e, STATUS_FAILED, "cannot read %s: %s", path, strerror(errno));
    safetensors *content = memory_new(sizeof *content);
    int result = file_join(content->path, "", path, e);
    if (!result && read_content(content, descriptor, e)) result = refuse(content, e);
    close(descriptor);
    if (result)
        safetensors_close(content);
    else
        *file = content;
    return result;
}

void safetensors_close(safetensors *file) {
    if (!file) return;
    json_decref(file->header);
    memory_free(file->tensors);
    memory_free(file->by_name);
    memory_free(file->data);
    memory_free(file);
}

/* ---- Asking ---- */

size_t safetensors_count(const safetensors *file) {
    return file->count;
}

const safetensor *safetensors_at(const safetensors *file, size_t i) {
    CHECK(i < file->count);
    return &file->tensors[i];
}

const safetensor *safetensors_tensor(const safetensors *file, const char *name) {
    size_t low = 0, high = file->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, name_at(file, middle));
        if (order == 0) return &file->tensors[file->by_name[middle]];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *safetensors_metadata(const safetensors *file, const char *key) {
    return json_string_value(json_object_get(json_object_get(file->header, SAFETENSORS_METADATA), key));
}

static void describe(text_buffer *words, safetensor_type type, int dims, const int64_t *shape) {
    text_printf(words, "%s [", type == SAFETENSOR_OTHER ? "of another type" : safetensors_types[type].name);
    for (int i = 0; i < dims; i++) text_printf(words, "%s%" PRId64, i ? ", " : "", shape[i]);
    text_append(words, "]");
}

const void *safetensors_require(const safetensors *file, const char *name, safetensor_type type, int dims,
                                const int64_t *shape, error *e) {
    const safetensor *found = safetensors_tensor(file, name);
    if (found && found->type == type && found->dims == dims &&
        memcmp(found->shape, shape, (size_t)dims * sizeof *shape) == 0)
        return found->data;
    text_buffer words = {0};
    text_printf(&words, "the tensor '%.100s' should be ", name);
    describe(&words, type, dims, shape);
    text_append(&words, found ? " and is " : " and is missing");
    if (found) describe(&words, found->type, found->dims, found->shape);
    error_set(e, STATUS_FAILED, "%s: %s", file->path, text_string(&words));
    text_free(&words);
    return NULL;
}

bool safetensor_is_finite(const safetensor *tensor) {
    size_t elements = safetensor_elements(tensor);
    const float *single = tensor->data;
    const double *wide = tensor->data;
    if (tensor->type == SAFETENSOR_F32)
        for (size_t i = 0; i < elements; i++)
            if (!isfinite(single[i])) return false;
    if (tensor->type == SAFETENSOR_F64)
        for (size_t i = 0; i < elements; i++)
            if (!isfinite(wide[i])) return false;
    return true;
}

int safetensors_check_finite(const safetensors *file, error *e) {
    for (size_t i = 0; i < file->count; i++)
        if (!safetensor_is_finite(&file->tensors[i]))
            return error_set(e, STATUS_FAILED, "%s: the tensor '%.100s' holds a number that is not finite", file->path,
                             file->tensors[i].name);
    return 0;
}
