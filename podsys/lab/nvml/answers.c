#include "answers.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "view.h"

#define KEY_SIZE 96

static bool write_key(char *name, unsigned int index, const char *key, va_list words)
{
    int start = snprintf(name, KEY_SIZE, "gpu.%u.", index);
    int rest = vsnprintf(name + start, KEY_SIZE - (size_t)start, key, words);
    return rest >= 0 && start + rest < KEY_SIZE;
}

static Code find_number(unsigned int index, int64_t *out, const char *key, va_list words)
{
    char name[KEY_SIZE];
    *out = 0;
    return write_key(name, index, key, words) ? view_number(name, out) : UNKNOWN;
}

Code gpu_text(unsigned int index, char *out, size_t size, const char *key, ...)
{
    char name[KEY_SIZE];
    va_list words;
    va_start(words, key);
    bool written = write_key(name, index, key, words);
    va_end(words);
    return written ? view_text(name, out, size) : UNKNOWN;
}

Code gpu_number(unsigned int index, int64_t *out, const char *key, ...)
{
    va_list words;
    va_start(words, key);
    Code code = find_number(index, out, key, words);
    va_end(words);
    return code;
}

Code gpu_uint(unsigned int index, unsigned int *out, const char *key, ...)
{
    int64_t number;
    va_list words;
    va_start(words, key);
    Code code = find_number(index, &number, key, words);
    va_end(words);
    return narrow(code, (uint64_t)number, out);
}

Code gpu_counter(unsigned int index, uint64_t *out, const char *key, ...)
{
    int64_t number;
    va_list words;
    va_start(words, key);
    Code code = find_number(index, &number, key, words);
    va_end(words);
    *out = number < 0 ? 0 : (uint64_t)number;
    if (code == OK && number < 0)
        return UNKNOWN;
    return code == NOT_SUPPORTED ? OK : code;
}

/* A negative number is a large one in 64 bits without a sign, and does not fit either. */
Code narrow(Code code, uint64_t value, unsigned int *out)
{
    if (code != OK)
        return code;
    if (value > UINT32_MAX)
        return UNKNOWN;
    *out = (unsigned int)value;
    return OK;
}

Code answer_uint(Gpu gpu, unsigned int *out, const char *key)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    return out != NULL ? gpu_uint(index, out, "%s", key) : INVALID_ARGUMENT;
}

Code answer_counter(Gpu gpu, unsigned int *out, const char *key)
{
    unsigned int index;
    uint64_t count = 0;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? gpu_counter(index, &count, "%s", key) : INVALID_ARGUMENT;
    return narrow(code, count, out);
}

Code answer_text(Gpu gpu, char *out, unsigned int size, const char *key)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    return out != NULL ? gpu_text(index, out, size, "%s", key) : INVALID_ARGUMENT;
}

Code answer_constant(Gpu gpu, unsigned int *out, unsigned int value)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? OK : INVALID_ARGUMENT;
    return narrow(code, value, out);
}

Code answer_unsupported(Gpu gpu)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    return code == OK ? NOT_SUPPORTED : code;
}
