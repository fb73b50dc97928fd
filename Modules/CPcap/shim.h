// What Swift needs to call libpcap. Every shim below says why it exists.
#ifndef WIRETALE_CPCAP_SHIM_H
#define WIRETALE_CPCAP_SHIM_H

#include <pcap/pcap.h>

#endif
