# make              build the tools into build/bin/
# make demo         run the main job on loopback and watch it
# make check        build and run every test (TESTS=FILE... for some of them)
# make check-live   deliver to the real services whose variables are set
# make bench        measure speed and memory beside jq and cat
# make chaos        kill the stages of pipelines for SECONDS (30), in ways that
#                   follow from SEED (1), and prove that nothing was lost;
#                   WAYS are those of tests/ways.bash, some also with spool-
#                   or topic- before them
# make outage       let destinations be gone while EVENTS (2000000) are written,
#                   twice; WAYS are the same where something can be gone
# make lint         check the C with both compilers, the scripts, the manuals
# make fuzz         run each fuzzer for FUZZ_SECONDS (60)
# make compare      compare the scanner with jansson on COMPARE documents
#                   (1000000), beginning with SEED (1)
# make prove        prove on PROVE hostile records (1000000), beginning with
#                   SEED (1), that no line of any format can be forged
# make install      into $(DESTDIR)$(PREFIX); make uninstall takes it back
# make deps         install the Debian packages that all of this needs
# make clean        forget everything that was built
# make help         print this
#
# demo, check, bench, chaos, outage, lint, fuzz, compare and prove install
# what they miss, and say so (tests/deps). Add SAN=1 for the address and undefined
# behaviour sanitizers; those builds live in build-san/.

PKGS = jansson openssl libcurl yaml-0.1 zlib libpcre2-8 libxxhash libseccomp libmicrohttpd gnutls

# Kafka is left out where its library is missing. Asked once.
RDKAFKA = $(eval RDKAFKA := $(shell $(PKG_CONFIG) --exists rdkafka && \
          echo yes))$(RDKAFKA)
PKGS += $(if $(filter yes,$(RDKAFKA)),rdkafka)

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/siem-tools
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
UNITDIR ?= $(PREFIX)/lib/systemd/system
PKG_CONFIG ?= pkg-config
INSTALL ?= install
CLANG ?= clang
FUZZ_SECONDS ?= 60
COMPARE ?= 1000000
PROVE ?= 1000000
SEED ?= 1

# CFLAGS, CPPFLAGS and LDFLAGS belong to whoever runs make; what the project
# itself needs is kept apart from them.
CFLAGS ?= -O2 -g
VERSION = 0.1.0
STD = -std=gnu11 -D_GNU_SOURCE -Ilib -I$(BUILD) \
      -DSIEM_VERSION='"$(VERSION)"' \
      -DSIEM_RDKAFKA=$(words $(filter yes,$(RDKAFKA)))
WARN = -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings \
       -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
       -Wno-missing-field-initializers # rows end where they have no more to say
SANFLAGS = $(if $(SAN),-fsanitize=address -fsanitize=undefined \
           -fno-sanitize-recover=all -fno-omit-frame-pointer)
COMPILE = $(CC) $(STD) $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS)
# --as-needed: a tool loads only the libraries it calls.
LINK = $(CC) $(CFLAGS) $(SANFLAGS) -Wl,--as-needed $(LDFLAGS)

# Asked when first needed, so that "make deps" works where nothing is there.
pkg = $(shell $(PKG_CONFIG) $(1) $(PKGS))$(if $(filter-out 0,$(.SHELLSTATUS)),\
      $(error $(PKGS) and $(PKG_CONFIG) are needed: "make deps" installs them))
PKG_CFLAGS = $(eval PKG_CFLAGS := $(call pkg,--cflags))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(call pkg,--libs))$(PKG_LIBS)

BUILD = build$(if $(SAN),-san)
TOOLS = $(notdir $(wildcard cmd/*))
BINS = $(TOOLS:%=$(BUILD)/bin/%)
LIB = $(BUILD)/libsiem.a
MAPS := $(patsubst %,$(BUILD)/maps/%.inc,$(shell sed 's/\#.*//' share/maps/order))
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
UNITS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
SHIM = $(BUILD)/tests/bin/shim.so
HELPERS = $(patsubst %.c,$(BUILD)/%,$(filter-out %/shim.c,\
          $(wildcard tests/bin/*.c)))
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
OBJS = $(call objects,lib/*/*.c) $(call objects,cmd/*/*.c) \
       $(UNITS:=.o) $(HELPERS:=.o) $(FUZZERS:=.o)

all: $(BINS)

# A tool is every object of its own folder, and the library.
.SECONDEXPANSION:
$(BINS): $(BUILD)/bin/%: $$(call objects,cmd/$$*/*.c) $(LIB)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(PKG_LIBS)

$(UNITS) $(HELPERS): %: %.o $(LIB)
	$(LINK) -o $@ $(filter %.o,$^) $(LIB) $(PKG_LIBS) -lm

# A unit test of a module of a tool, siem-TOOL_MODULE_test, has all of that tool
# but its main().
$(filter $(BUILD)/tests/unit/siem-%,$(UNITS)): $$(filter-out %/main.o,\
    $$(call objects,cmd/$$(firstword $$(subst _, ,$$(@F)))/*.c))

$(FUZZERS): %: %.o $(LIB)
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) -lm

# Without the sanitizers: it comes before them.
$(SHIM): tests/bin/shim.c Makefile
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $<

# Start afresh: ar would keep the objects of sources that are gone.
$(LIB): $(call objects,lib/*/*.c)
	@rm -f $@
	$(AR) rcs $@ $^

# -MMD notes which headers each object read; -MP survives deleted headers.
$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

# The built-in maps: each file as a row with a C string literal, line by line.
$(BUILD)/maps/%.inc: share/maps/%.json Makefile
	@mkdir -p $(@D)
	{ echo 'MAP("$*",'; sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $<; echo ')'; } >$@
$(BUILD)/maps/builtin.inc: $(MAPS) share/maps/order
	cat $(MAPS) >$@
$(BUILD)/lib/event/builtin.o: $(BUILD)/maps/builtin.inc

# An object is checked again when it was made again, so a header counts too.
# What clang warns of is among the checks, so clang compiles nothing besides.
$(BUILD)/%.tidy: $(BUILD)/%.o .clang-tidy tests/.clang-tidy
	@clang-tidy --quiet $*.c -- $(STD) $(WARN) $(PKG_CFLAGS) 2>$@ || \
	    { cat $@ >&2; exit 1; }

-include $(OBJS:.o=.d)

# What a verb below builds, on all processors unless -j says otherwise.
SUBMAKE = +@$(MAKE) -s $(or $(filter -j%,$(MAKEFLAGS)),-j$(shell nproc))

tests: $(BINS) $(UNITS) $(HELPERS) $(SHIM)
objects: $(OBJS)
tidy: $(OBJS:.o=.tidy)
fuzzers: $(FUZZERS)

check:
	@tests/deps build check
	$(SUBMAKE) tests
	@tests/run $(BUILD) $(TESTS)

# Against real services: those whose variables are set.
check-live:
	@tests/deps build check
	$(SUBMAKE) all
	@PATH="$(abspath $(BUILD))/bin:$$PATH" bats tests/live

demo:
	@tests/deps build demo
	$(SUBMAKE) all $(BUILD)/tests/bin/gen-events
	@tests/demo $(BUILD)

bench:
	@tests/deps build bench
	$(SUBMAKE) tests
	@tests/bench $(BUILD)

SCRIPTS = $(shell grep -lrE '^\#!.*/(env )?(ba)?(sh|ts)$$' .ci tests) \
          tests/helper.bash share/completions/siem.bash

chaos:
	@tests/deps build check
	$(SUBMAKE) tests
	@tests/chaos $(BUILD) $(or $(SECONDS),30) $(SEED) $(WAYS)

outage:
	@tests/deps build check
	$(SUBMAKE) tests
	@tests/outage $(BUILD) $(or $(EVENTS),2000000) $(SEED) $(WAYS)

lint:
	@tests/deps build lint
	$(SUBMAKE) BUILD=build-lint CC=gcc CFLAGS='-O2 -Werror' tidy
	cppcheck --quiet --error-exitcode=1 -j $(shell nproc) --std=c11 \
	    --enable=warning,performance,portability \
	    --suppressions-list=.cppcheck -D_GNU_SOURCE -Ilib \
	    -Ibuild-lint lib cmd tests
	shellcheck -x $(SCRIPTS)
	mandoc -T lint -W warning man/*.[1-9]

fuzz:
	@tests/deps build fuzz
	$(SUBMAKE) BUILD=build-fuzz CC=$(CLANG) SAN=1 \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' fuzzers
	@for source in tests/fuzz/*_fuzz.c; do \
	    fuzzer=build-fuzz/$${source%.c}; mkdir -p $$fuzzer.corpus; \
	    $$fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	        -artifact_prefix=$$fuzzer- $$fuzzer.corpus || exit 1; done

compare:
	@tests/deps build
	$(SUBMAKE) tests
	$(BUILD)/tests/bin/scan-compare $(COMPARE) $(SEED)
	$(BUILD)/tests/bin/scan-compare-plain $(COMPARE) $(SEED)

prove:
	@tests/deps build
	$(SUBMAKE) $(BUILD)/tests/bin/prove-formats
	@$(BUILD)/tests/bin/prove-formats $(PROVE) $(SEED)

deps:
	@tests/deps build demo check bench lint fuzz

# Everything that is installed, as it lies below $(DESTDIR).
MANPAGES = $(foreach page,$(notdir $(wildcard man/*.[1-9])),\
           $(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page))
INSTALLED = $(TOOLS:%=$(BINDIR)/%) $(MANPAGES) \
            $(patsubst share/%,$(DATADIR)/%,$(wildcard share/maps/*.json)) \
            $(DATADIR)/examples/siem.yaml $(UNITDIR)/siem-run@.service \
            $(COMPDIR)/siem $(TOOLS:%=$(COMPDIR)/%)

# A name with a blank would be taken apart below, and be two.
empty =
blank = $(empty) $(empty)
check_folder = $(if $(findstring $(blank),$($(1)))$(word 2,$($(1))),\
    $(error $(1): no blanks, please: "$($(1))"))
ifneq ($(filter install uninstall,$(MAKECMDGOALS)),)
$(foreach v,DESTDIR PREFIX BINDIR MANDIR DATADIR COMPDIR UNITDIR,$(call check_folder,$v))
endif

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	$(INSTALL) -m 755 $(BINS) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 share/maps/*.json $(DESTDIR)$(DATADIR)/maps
	$(INSTALL) -m 644 share/examples/siem.yaml $(DESTDIR)$(DATADIR)/examples
	sed 's,/usr/local/bin,$(BINDIR),' share/systemd/siem-run@.service \
	    >$(DESTDIR)$(UNITDIR)/siem-run@.service
	$(INSTALL) -m 644 share/completions/siem.bash $(DESTDIR)$(COMPDIR)/siem
	for tool in $(TOOLS); do \
	    ln -sf siem $(DESTDIR)$(COMPDIR)/$$tool || exit 1; done
	for page in $(MANPAGES); do \
	    $(INSTALL) -m 644 man/$${page##*/} $(DESTDIR)$$page || exit 1; done

# Folders that are gone already, or hold what is not ours, are no error.
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	rmdir $(DESTDIR)$(DATADIR)/maps $(DESTDIR)$(DATADIR)/examples $(DESTDIR)$(DATADIR) 2>/dev/null || :

clean:
	rm -rf build build-*

# What stands at the top of this file.
help:
	@sed -n -e '/^$$/q' -e 's/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

.PHONY: all tests objects tidy fuzzers check check-live demo bench chaos outage \
        lint fuzz compare prove deps install uninstall clean help
.SECONDARY:
.DELETE_ON_ERROR:
