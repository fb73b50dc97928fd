# wiretale: `make run` shows a capture, `make test` runs everything.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
CONFIGURATION ?= release
# The Swift runtime goes into the program: it runs where no toolchain is, and starts in half the time. Nothing is
# exported from it, and functions that are the same are there once: 1.1 MB less. Tables for unwinding are left out
# (scripts/link.ld): 2.4 MB less. Relocations are packed where glibc reads that, from 2.36 on: 1.0 MB less.
PACKED := $(shell getconf GNU_LIBC_VERSION 2>/dev/null | awk -F'[ .]' '$$2 > 2 || $$3 >= 36 { \
  print "-Xlinker -z -Xlinker pack-relative-relocs" }')
LINK ?= --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker --icf=safe -Xlinker --no-export-dynamic \
  -Xlinker -T -Xlinker $(CURDIR)/scripts/link.ld $(PACKED)
PROGRAM = .build/$(CONFIGURATION)/wiretale
CAPTURE ?= pcaps/http-keepalive.pcap

.PHONY: run build test lint fuzz sanitize bench truth deb container install uninstall clean

# The main job on a real capture: installs what is missing, builds, shows.
run: build
	@echo '$$ wiretale -r $(CAPTURE)'
	@$(PROGRAM) -r $(CAPTURE)
	@echo
	@echo '$$ wiretale flows -r $(CAPTURE)'
	@$(PROGRAM) flows -r $(CAPTURE)

build:
	@scripts/needs.sh build
	@$(SWIFT) build -c $(CONFIGURATION) $(LINK) --product wiretale

# Every test. What a test needs is installed; what cannot be had here is said in a line.
test:
	@scripts/needs.sh test
	@LINK='$(LINK)' scripts/test.sh

lint:
	@scripts/needs.sh build
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

# The fuzzers of Tests/Fuzz, each for FUZZ_SECONDS.
fuzz:
	@scripts/needs.sh build
	@scripts/fuzz.sh

# The unit tests again under the address and the thread sanitizer.
sanitize:
	@scripts/needs.sh test
	@scripts/sanitize.sh

# Time and memory beside the peers that are installed, into docs/performance.md; what a packet costs in instructions.
bench: build
	@Benchmarks/bench.py --json .build/bench.json --write docs/performance.md
	@scripts/guard.py || true
	@cd Benchmarks/Dissect && swift run -c release dissect ../../pcaps/*.pcap

# The tables of docs/truth.md: what the kernels did and what each tool says of it. Needs ../shared/lab.
truth: build
	@Benchmarks/truth.py --write docs/truth.md

# The Debian package, in .build/deb.
deb: build
	@scripts/needs.sh deb
	@PROGRAM='$(PROGRAM)' packaging/build.sh

# The package in a container that is booted: installed, run, killed, upgraded, removed. Root; says what it cannot.
container: deb
	@scripts/container.sh

install: build
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' PROGRAM='$(PROGRAM)' scripts/install.sh

uninstall:
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' scripts/install.sh --remove

clean:
	@rm -rf .build
