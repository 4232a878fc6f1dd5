/* Field values: NVML's second way to ask for nearly everything, many at a time. */
#ifndef PODSYS_FIELDS_H
#define PODSYS_FIELDS_H

#include "answers.h"

enum { TYPE_UINT = 1, TYPE_ULONG_LONG = 3, TYPE_INT = 5 };

typedef struct Field {
    unsigned int id, scope;
    long long timestamp, latency; /* microseconds */
    unsigned int type, code;
    union {
        double real;
        unsigned int uint;
        unsigned long long ulong_long;
        int integer;
    } value;
} Field;

/* An answer becomes the field's value. */
Code set_uint(Field *field, Code code, unsigned int value);
Code set_ulong_long(Field *field, Code code, uint64_t value);

/* Each knows some of the fields; NOT_FOUND: it is another one. */
Code read_simple_field(unsigned int index, Field *field);
Code read_ecc_field(unsigned int index, Field *field);
Code read_link_field(unsigned int index, Field *field);
Code read_old_link_field(unsigned int index, Field *field);

#endif
