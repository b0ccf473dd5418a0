/* SPDX-License-Identifier: MIT
 * The safetensors writer and reader: what is written reads back, what is not right is refused with words, and nothing
 * that a file may hold brings the reader down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "record/safetensors.h"
#include "scratch.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

static const float weight[2][3] = {{1, 2, 3}, {4, 5, -6.5f}};
static const uint8_t bytes3[3] = {7, 8, 255};
static const double pi = 3.141592653589793;
static const int64_t large[2] = {INT64_MIN, INT64_MAX};
static const int32_t negative[1] = {-5};
static const uint64_t counter[1] = {UINT64_MAX};
static const uint32_t half[1] = {UINT32_MAX};

static const safetensor samples[] = {
    {"bytes", SAFETENSOR_U8, 1, {3}, bytes3},       {"param/trunk.0.weight", SAFETENSOR_F32, 2, {2, 3}, weight},
    {"scalar", SAFETENSOR_F64, 0, {0}, &pi},        {"large", SAFETENSOR_I64, 1, {2}, large},
    {"negative", SAFETENSOR_I32, 1, {1}, negative}, {"counter", SAFETENSOR_U64, 1, {1}, counter},
    {"half", SAFETENSOR_U32, 1, {1}, half},         {"empty \"\n", SAFETENSOR_F32, 3, {4, 0, 2}, NULL},
};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

static const safetensors_pair metadata[] = {{"format", "1"}, {"config", "seed: 1\nenv: {id: \"CartPole-v1\"}\n"}};

static void write_samples(const char *path) {
    error e = {0};
    assert_int_equal(safetensors_write(path, samples, SAMPLES, metadata, 2, &e), 0);
}

static void reads_what_was_written(void **state) {
    error e = {0};
    const char *path = scratch_path(*state, "all.safetensors");
    write_samples(path);
    safetensors *file;
    assert_int_equal(safetensors_open(path, &file, &e), 0);
    assert_int_equal(safetensors_count(file), SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) {
        const safetensor *found = safetensors_tensor(file, samples[i].name);
        assert_non_null(found);
        assert_int_equal(found->type, samples[i].type);
        assert_int_equal(found->dims, samples[i].dims);
        assert_memory_equal(found->shape, samples[i].shape, sizeof(int64_t) * (size_t)found->dims);
        assert_int_equal((uintptr_t)found->data % CACHE_LINE, 0);
        if (safetensor_bytes(found)) assert_memory_equal(found->data, samples[i].data, safetensor_bytes(found));
    }
    assert_int_equal(safetensor_elements(safetensors_tensor(file, "scalar")), 1);
    assert_null(safetensors_tensor(file, "param"));
    assert_null(safetensors_tensor(file, "__metadata__"));
    assert_string_equal(safetensors_metadata(file, "config"), metadata[1].value);
    assert_null(safetensors_metadata(file, "other"));
    assert_int_equal(safetensors_check_finite(file, &e), 0);
    safetensors_close(file);
    safetensors_close(NULL);
}

/* The header's length is a multiple of 8, and every tensor lies at a multiple of its element's size. */
static void file_is_aligned(void **state) {
    const char *path = scratch_path(*state, "aligned.safetensors");
    write_samples(path);
    char *bytes;
    size_t count;
    uint64_t length;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &count, NULL), 0);
    memcpy(&length, bytes, 8);
    assert_int_equal(length % 8, 0);
    assert_memory_equal(bytes + 8, "{\"__metadata__\": {\"format\": \"1\"", 31);
    const char *data = bytes + 8 + length;
    assert_memory_equal(data, &pi, 8);
    assert_memory_equal(data + count - 8 - length - 3, bytes3, 3);
    memory_free(bytes);
}

static void requires_type_and_shape(void **state) {
    error e = {0};
    const char *path = scratch_path(*state, "require.safetensors");
    write_samples(path);
    safetensors *file;
    const char *name = "param/trunk.0.weight";
    assert_int_equal(safetensors_open(path, &file, &e), 0);
    assert_non_null(safetensors_require(file, name, SAFETENSOR_F32, 2, (int64_t[]){2, 3}, &e));
    assert_null(safetensors_require(file, name, SAFETENSOR_F32, 2, (int64_t[]){3, 2}, &e));
    assert_non_null(strstr(e.text, "should be F32 [3, 2] and is F32 [2, 3]"));
    assert_non_null(strstr(e.text, path));
    assert_null(safetensors_require(file, name, SAFETENSOR_F32, 1, (int64_t[]){2}, &e));
    assert_null(safetensors_require(file, name, SAFETENSOR_U32, 2, (int64_t[]){2, 3}, &e));
    assert_null(safetensors_require(file, "param/policy.bias", SAFETENSOR_F32, 1, (int64_t[]){2}, &e));
    assert_non_null(strstr(e.text, "'param/policy.bias' should be F32 [2] and is missing"));
    safetensors_close(file);
}

static void finds_what_is_not_finite(void **state) {
    const float infinite[2] = {1, -INFINITY};
    const double nan[2] = {NAN, 1};
    const safetensor tensors[] = {{"a", SAFETENSOR_F32, 1, {2}, infinite}, {"b", SAFETENSOR_F64, 1, {2}, nan}};
    for (int i = 0; i < 2; i++) {
        error e = {0};
        safetensors *file;
        const char *path = scratch_path(*state, "nan.safetensors");
        assert_int_equal(safetensors_write(path, &tensors[i], 1, NULL, 0, &e), 0);
        assert_int_equal(safetensors_open(path, &file, &e), 0);
        assert_false(safetensor_is_finite(safetensors_at(file, 0)));
        assert_int_equal(safetensors_check_finite(file, &e), -1);
        assert_non_null(strstr(e.text, i == 0 ? "'a'" : "'b'"));
        safetensors_close(file);
    }
}

static void writing_fails_with_words(void **state) {
    error e = {0};
    assert_int_equal(safetensors_write(scratch_path(*state, "no/such/folder"), samples, SAMPLES, NULL, 0, &e), -1);
    assert_non_null(strstr(e.text, "no/such/folder"));
}

/* ---- Hostile files ---- */

/* Writes a file with this header and `count` bytes of data and opens it; `claim` is the header length it claims, 0 the
 * true one. */
static int open_made(const char *folder, const char *header, size_t count, uint64_t claim, error *e) {
    static const char zeros[256];
    const char *path = scratch_path(folder, "made.safetensors");
    uint64_t length = claim ? claim : strlen(header);
    file_draft draft;
    safetensors *file = NULL;
    assert_true(count <= sizeof zeros);
    assert_int_equal(file_draft_open(&draft, path, e), 0);
    assert_int_equal(file_draft_write(&draft, &length, 8, e), 0);
    assert_int_equal(file_draft_write(&draft, header, strlen(header), e), 0);
    assert_int_equal(file_draft_write(&draft, zeros, count, e), 0);
    assert_int_equal(file_draft_commit(&draft, e), 0);
    int result = safetensors_open(path, &file, e);
    assert_int_equal(result == 0, file != NULL);
    if (result) assert_non_null(strstr(e->text, path));
    safetensors_close(file);
    return result;
}

typedef struct refusal {
    const char *header;
    size_t data;
    const char *words; /* NULL: a good file */
} refusal;

#define ENTRY(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define GOOD ENTRY("F32", "[2]", "[0,8]")

static const refusal refusals[] = {
    {"{}", 0, NULL},
    /* what other writers do: no metadata or null, types that are not asked for, white space, empty tensors, any order */
    {"{\"__metadata__\":null,\"a\":" ENTRY("F32", "[2]", "[0,8]") "}", 8, NULL},
    {"{\"a\":" ENTRY("F32", "[2]", "[0,8]") "} \t\r\n  ", 8, NULL},
    {"{\"b\":" ENTRY("F32", "[1]", "[8,12]") ",\"a\":" ENTRY("BF16", "[4]", "[0,8]") "}", 12, NULL},
    {"{\"a\":" ENTRY("F8_E4M3", "[3]", "[0,3]") ",\"b\":" ENTRY("BOOL", "[5]", "[3,8]") "}", 8, NULL},
    {"{\"a\":" ENTRY("F16", "[2,2]", "[0,8]") ",\"b\":" ENTRY("C64", "[1]", "[8,16]") "}", 16, NULL},
    {"{\"a\":" ENTRY("F4", "[16]", "[0,8]") ",\"e\":" ENTRY("F32", "[0,3]", "[5,5]") "}", 8, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"note\":\"x\"}}", 8, NULL},
    {"{\"a\":" GOOD "}   ", 8, NULL},
    {"{\"a\":" GOOD ",\"b\":" ENTRY("U8", "[3]", "[8,11]") ",\"c\":" ENTRY("F64", "[1]", "[11,19]") "}", 19, NULL},
    {"{\"b\":" ENTRY("I32", "[1]", "[8,12]") ",\"a\":" GOOD "}", 12, NULL},
    {"{\"e\":" ENTRY("F32", "[0,9223372036854775807]", "[0,0]") "}", 0, NULL},
    {"[]", 0, "not a JSON object"},
    {" {}", 0, "not a JSON object"},
    {"{\"a\":" GOOD "} x", 8, "not a JSON object"},
    {"{\"a\":" GOOD ",\"a\":" GOOD "}", 8, "duplicate"},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "duplicate"},
    {"{\"a\\u0000b\":" GOOD "}", 8, "not a JSON object"},
    {"{\"a\":" GOOD "}", 9, "1 bytes follow the last tensor"},
    {"{\"a\":" GOOD "}", 7, "lies at bytes 0 to 8 of 7"},
    {"{\"a\":" ENTRY("F32", "[2]", "[4,12]") "}", 12, "a hole before tensor 'a'"},
    {"{\"a\":" GOOD ",\"b\":" ENTRY("F32", "[2]", "[4,12]") "}", 12, "an overlap before tensor 'b'"},
    {"{\"a\":" GOOD ",\"b\":" GOOD "}", 8, "an overlap before tensor"},
    {"{\"a\":" ENTRY("F32", "[3]", "[0,8]") "}", 8, "has 8 bytes, its shape and dtype need 12"},
    {"{\"a\":" ENTRY("F64", "[2]", "[0,8]") "}", 8, "has 8 bytes, its shape and dtype need 16"},
    {"{\"a\":" ENTRY("F32", "[2]", "[8,0]") "}", 8, "lies at bytes 8 to 0"},
    {"{\"a\":" ENTRY("F32", "[2]", "[-8,0]") "}", 8, "lies at bytes -8"},
    {"{\"a\":" ENTRY("F32", "[2]", "[0,8,8]") "}", 8, "no data_offsets"},
    {"{\"a\":" ENTRY("F32", "[2]", "[0,8.0]") "}", 8, "no data_offsets"},
    {"{\"a\":" ENTRY("F32", "[2]", "{}") "}", 8, "no data_offsets"},
    {"{\"a\":" ENTRY("F32", "[2]", "[0,99999999999999999999]") "}", 8, "not a JSON object"},
    {"{\"a\":" ENTRY("F32", "[-2]", "[0,8]") "}", 8, "not a natural number"},
    {"{\"a\":" ENTRY("F32", "[2.0]", "[0,8]") "}", 8, "not a natural number"},
    {"{\"a\":" ENTRY("F32", "2", "[0,8]") "}", 8, "no shape"},
    {"{\"a\":" ENTRY("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]") "}", 8, "no shape"},
    {"{\"a\":" ENTRY("F32", "[4611686018427387905,1]", "[0,4]") "}", 4, "too large"},
    {"{\"a\":" ENTRY("F32", "[4294967296,4294967296]", "[0,0]") "}", 0, "too large"},
    {"{\"a\":{\"dtype\":3,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "has no dtype"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"offsets\":[0,8]}}", 8, "no data_offsets"},
    {"{\"a\":7}", 0, "not described by"},
    {"{\"__metadata__\":[]}", 0, "is not an object"},
    {"{\"__metadata__\":{\"k\":1}}", 0, "'k' is not a string"},
};

static void refuses_what_is_not_right(void **state) {
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        error e = {0};
        int result = open_made(*state, refusals[i].header, refusals[i].data, 0, &e);
        if (result != (refusals[i].words ? -1 : 0) || (result && !strstr(e.text, refusals[i].words)))
            fail_msg("header %zu, %s: %d, \"%s\"", i, refusals[i].header, result, e.text);
    }
}

static void refuses_wrong_sizes(void **state) {
    error e = {0};
    const uint64_t claims[] = {1, 3, 1000, (16 << 20) + 1, UINT64_MAX, UINT64_MAX - 7, INT64_MAX};
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        assert_int_equal(open_made(*state, "{}", 0, claims[i], &e), -1);
        assert_non_null(strstr(e.text, "it gives its header"));
    }
    safetensors *file;
    const char *path = scratch_path(*state, "short");
    for (size_t length = 0; length < 10; length++) {
        assert_int_equal(file_replace(path, "\2\0\0\0\0\0\0\0{}", length, &e), 0);
        assert_int_equal(safetensors_open(path, &file, &e), -1);
        assert_null(file);
    }
    assert_int_equal(file_replace(path, "\2\0\0\0\0\0\0\0{}", 10, &e), 0);
    assert_int_equal(safetensors_open(path, &file, &e), 0);
    safetensors_close(file);
    assert_int_equal(safetensors_open(*state, &file, &e), -1);
    assert_non_null(strstr(e.text, "ordinary"));
    path = scratch_path(*state, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(safetensors_open(path, &file, &e), -1);
    assert_int_equal(safetensors_open(scratch_path(*state, "absent"), &file, &e), -1);
    assert_non_null(strstr(e.text, "No such file"));
}

/* A hundred thousand brackets must not exhaust the stack. */
static void refuses_deep_nesting(void **state) {
    enum { DEPTH = 100000 };
    char *header = memory_new(DEPTH + 8);
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', DEPTH);
    error e = {0};
    assert_int_equal(open_made(*state, header, 0, 0, &e), -1);
    memory_free(header);
}

/* ---- Fuzzing ---- */

static uint32_t draw(uint32_t *seed, uint32_t below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*seed * below >> 32);
}

/* Changes a copy of the file in one of the ways in which files go bad; returns its new length. */
static size_t mutate(char *bytes, size_t count, size_t capacity, uint32_t *seed) {
    static const char *const words[] = {
        "-1", "0", "9223372036854775807", "1e9", "null", "{}", "[", "\"", "F64", "U8", ",", "shape"};
    const char *word = words[draw(seed, sizeof words / sizeof words[0])];
    size_t at = draw(seed, (uint32_t)count), length = strlen(word), cut;
    switch (draw(seed, 5)) {
    case 0:
        bytes[at] = (char)draw(seed, 256);
        return count;
    case 1:
        bytes[at] ^= (char)(1u << draw(seed, 8));
        return count;
    case 2:
        return at;
    case 3:
        if (at + length <= count) memcpy(bytes + at, word, length);
        return count;
    default:
        cut = draw(seed, 24);
        if (at + cut > count || count - cut + length > capacity) return count;
        memmove(bytes + at + length, bytes + at + cut, count - at - cut);
        memcpy(bytes + at, word, length);
        return count - cut + length;
    }
}

/* Adds up all that the reader hands out, so that the sanitizers see every byte of it. */
static unsigned touch_all(const safetensors *file) {
    unsigned sum = 0;
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const safetensor *tensor = safetensors_at(file, i);
        const unsigned char *data = tensor->data;
        for (size_t k = 0; k < safetensor_bytes(tensor); k++) sum += data[k];
        sum += (unsigned)strlen(tensor->name) + safetensor_is_finite(tensor);
        assert_ptr_equal(safetensors_tensor(file, tensor->name), tensor);
    }
    return sum;
}

static void survives_mutations(void **state) {
    enum { ROUNDS = 6000, ROOM = 256 };
    char path[SCRATCH_PATH], *original, *bytes;
    size_t count;
    uint32_t seed = 2024;
    int opened = 0, refused = 0;
    snprintf(path, sizeof path, "%s", scratch_path(*state, "fuzz.safetensors"));
    write_samples(path);
    assert_int_equal(file_read(path, 1 << 20, &original, &count, NULL), 0);
    bytes = memory_new(count + ROOM);
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = count;
        memcpy(bytes, original, count);
        for (uint32_t i = draw(&seed, 4) + 1; i > 0 && length > 0; i--)
            length = mutate(bytes, length, count + ROOM, &seed);
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        assert_int_equal(fwrite(bytes, 1, length, out), length);
        fclose(out);
        error e = {0};
        safetensors *file;
        if (safetensors_open(path, &file, &e) == 0) {
            opened += touch_all(file) > 0;
            safetensors_close(file);
        } else {
            refused++;
            assert_int_equal(e.status, STATUS_FAILED);
            assert_true(e.text[0] != '\0');
        }
    }
    memory_free(bytes);
    memory_free(original);
    assert_true(opened > ROUNDS / 50); /* changed data alone: the mutations reach both sides */
    assert_true(refused > ROUNDS / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(reads_what_was_written),   SCRATCH_TEST(file_is_aligned),
        SCRATCH_TEST(requires_type_and_shape),  SCRATCH_TEST(finds_what_is_not_finite),
        SCRATCH_TEST(writing_fails_with_words), SCRATCH_TEST(refuses_what_is_not_right),
        SCRATCH_TEST(refuses_wrong_sizes),      SCRATCH_TEST(refuses_deep_nesting),
        SCRATCH_TEST(survives_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
