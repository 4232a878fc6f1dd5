/* Memory errors that ECC found. */
#ifndef PODSYS_ECC_H
#define PODSYS_ECC_H

#include "answers.h"

enum { CORRECTED, UNCORRECTED, ERROR_TYPES };
enum { VOLATILE, AGGREGATE, ECC_COUNTERS };
enum { DRAM, SRAM, ANYWHERE };

/* NOT_SUPPORTED where ECC is off. */
Code read_ecc(unsigned int index, unsigned int type, unsigned int counter, unsigned int where,
              uint64_t *out);

#endif
