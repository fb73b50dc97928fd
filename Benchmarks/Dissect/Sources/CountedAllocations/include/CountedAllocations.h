// How often this process has allocated memory.
#ifndef WIRETALE_COUNTED_ALLOCATIONS_H
#define WIRETALE_COUNTED_ALLOCATIONS_H

#include <stddef.h>

size_t allocations(void);

#endif
