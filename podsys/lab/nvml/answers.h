/* What the view says of a GPU, as answers. */
#ifndef PODSYS_ANSWERS_H
#define PODSYS_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "gpu.h"

#define LIKE_PRINTF(key) __attribute__((format(printf, key, (key) + 1)))

/* The value of `gpu.N.KEY`; the key is a format for what follows it. */
Code gpu_text(unsigned int index, char *out, size_t size, const char *key, ...) LIKE_PRINTF(4);
Code gpu_number(unsigned int index, int64_t *out, const char *key, ...) LIKE_PRINTF(3);
/* UNKNOWN if it is negative or does not fit. */
Code gpu_uint(unsigned int index, unsigned int *out, const char *key, ...) LIKE_PRINTF(3);
/* 0 where there is no such key: of what can be counted, nothing was. */
Code gpu_counter(unsigned int index, uint64_t *out, const char *key, ...) LIKE_PRINTF(3);

/* Of an answer in 64 bits one in 32: UNKNOWN if it does not fit. */
Code narrow(Code code, uint64_t value, unsigned int *out);

/* Whole calls about one GPU that answer the value of one key. */
Code answer_uint(Gpu gpu, unsigned int *out, const char *key);
Code answer_counter(Gpu gpu, unsigned int *out, const char *key);
Code answer_text(Gpu gpu, char *out, unsigned int size, const char *key);

/* A whole call about what is the same for all of these GPUs. */
Code answer_constant(Gpu gpu, unsigned int *out, unsigned int value);

/* A whole call about something that these GPUs do not have. */
Code answer_unsupported(Gpu gpu);

#endif
