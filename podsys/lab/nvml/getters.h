/* Functions that answer with the value of one key. */
#ifndef PODSYS_GETTERS_H
#define PODSYS_GETTERS_H

#include "answers.h"

#define UINT_GETTER(function, key)                \
    API Code function(Gpu gpu, unsigned int *out) \
    {                                             \
        return answer_uint(gpu, out, key);        \
    }

#define COUNTER_GETTER(function, key)             \
    API Code function(Gpu gpu, unsigned int *out) \
    {                                             \
        return answer_counter(gpu, out, key);     \
    }

#define CONSTANT_GETTER(function, value)          \
    API Code function(Gpu gpu, unsigned int *out) \
    {                                             \
        return answer_constant(gpu, out, value);  \
    }

#define TEXT_GETTER(function, key)                           \
    API Code function(Gpu gpu, char *out, unsigned int size) \
    {                                                        \
        return answer_text(gpu, out, size, key);             \
    }

/* Of what can be on or off: how it is now, and how it will be after a reset. */
#define MODE_GETTER(function, key, pending)                            \
    API Code function(Gpu gpu, unsigned int *now, unsigned int *later) \
    {                                                                  \
        Code code = answer_uint(gpu, now, key);                        \
        return code == OK ? answer_uint(gpu, later, pending) : code;   \
    }

/* What these GPUs do not have, whatever else the caller passes. */
#define UNSUPPORTED(function)         \
    API Code function(Gpu gpu)        \
    {                                 \
        return answer_unsupported(gpu); \
    }

#endif
