/* The least that a program on libpcap does with a file: every frame is handed out and counted. */
#include <pcap/pcap.h>
#include <stdio.h>

static unsigned long frames, octets;

static void take(u_char *user, const struct pcap_pkthdr *header, const u_char *data) {
  (void)user;
  (void)data;
  frames++;
  octets += header->len;
}

int main(int count, char **arguments) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *file = count == 2 ? pcap_open_offline(arguments[1], error) : NULL;
  if (!file) return fprintf(stderr, "%s\n", count == 2 ? error : "empty FILE"), 1;
  int end = pcap_loop(file, -1, take, NULL);
  printf("%lu frames, %lu octets\n", frames, octets);
  pcap_close(file);
  return end < 0;
}
