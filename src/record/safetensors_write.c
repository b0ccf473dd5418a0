/* SPDX-License-Identifier: MIT
 * Writes a safetensors file. */
#include "record/safetensors_format.h"

#include "base/file.h"
#include "base/to_json.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors data is little-endian and written as it lies");

const safetensors_type_row safetensors_types[SAFETENSOR_TYPES] = {
    [SAFETENSOR_F32] = {"F32", 4}, [SAFETENSOR_F64] = {"F64", 8}, [SAFETENSOR_I64] = {"I64", 8},
    [SAFETENSOR_I32] = {"I32", 4}, [SAFETENSOR_U64] = {"U64", 8}, [SAFETENSOR_U32] = {"U32", 4},
    [SAFETENSOR_U8] = {"U8", 1},
};

size_t safetensor_elements(const safetensor *tensor) {
    size_t elements = 1;
    for (int i = 0; i < tensor->dims; i++) elements = memory_product(elements, (size_t)tensor->shape[i]);
    return elements;
}

size_t safetensor_bytes(const safetensor *tensor) {
    if (tensor->type == SAFETENSOR_OTHER) return 0;
    return memory_product(safetensor_elements(tensor), safetensors_types[tensor->type].size);
}

static void describe(text_buffer *header, const safetensor *tensor, size_t begin) {
    if (header->length > 1) text_append(header, ", ");
    to_json_string(header, tensor->name);
    text_printf(header, ": {\"dtype\": \"%s\", \"shape\": [", safetensors_types[tensor->type].name);
    for (int i = 0; i < tensor->dims; i++) {
        to_json_item(header);
        text_printf(header, "%" PRId64, tensor->shape[i]);
    }
    text_printf(header, "], \"data_offsets\": [%zu, %zu]}", begin, begin + safetensor_bytes(tensor));
}

/* The header, padded with spaces so that the data begins at a multiple of 8. */
static void make_header(text_buffer *header, const safetensor *const *order, size_t count,
                        const safetensors_pair *metadata, size_t metadata_count) {
    text_append(header, "{");
    if (metadata_count) text_append(header, "\"" SAFETENSORS_METADATA "\": {");
    for (size_t i = 0; i < metadata_count; i++) {
        if (i > 0) text_append(header, ", ");
        to_json_string(header, metadata[i].key);
        text_append(header, ": ");
        to_json_string(header, metadata[i].value);
    }
    if (metadata_count) text_append(header, "}");
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        describe(header, order[i], begin);
        begin += safetensor_bytes(order[i]);
    }
    text_append(header, "}");
    while (header->length % SAFETENSORS_ALIGNMENT != 0) text_append(header, " ");
}

/* Wider types first; the given order, which is that of the pointers, among equals. */
static int by_width(const void *a, const void *b) {
    const safetensor *left = *(const safetensor *const *)a, *right = *(const safetensor *const *)b;
    size_t left_size = safetensors_types[left->type].size, right_size = safetensors_types[right->type].size;
    if (left_size != right_size) return left_size < right_size ? 1 : -1;
    return left < right ? -1 : left > right;
}

static int write_file(const char *path, const text_buffer *header, const safetensor *const *order, size_t count,
                      error *e) {
    file_draft draft;
    uint64_t length = header->length;
    if (file_draft_open(&draft, path, e) || file_draft_write(&draft, &length, SAFETENSORS_LENGTH_SIZE, e) ||
        file_draft_write(&draft, header->data, header->length, e))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (file_draft_write(&draft, order[i]->data, safetensor_bytes(order[i]), e)) return -1;
    return file_draft_commit(&draft, e);
}

int safetensors_write(const char *path, const safetensor *tensors, size_t count, const safetensors_pair *metadata,
                      size_t metadata_count, error *e) {
    const safetensor **order = memory_array(const safetensor *, count);
    for (size_t i = 0; i < count; i++) {
        CHECK(tensors[i].dims >= 0 && tensors[i].dims <= SAFETENSORS_DIMS && tensors[i].type < SAFETENSOR_TYPES);
        order[i] = &tensors[i];
    }
    qsort(order, count, sizeof *order, by_width);
    text_buffer header = {0};
    make_header(&header, order, count, metadata, metadata_count);
    int result = write_file(path, &header, order, count, e);
    text_free(&header);
    memory_free(order);
    return result;
}
