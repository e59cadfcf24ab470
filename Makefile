# make              build the tools into build/bin/
# make demo         run the main job on loopback and watch it
# make check        build and run every test
# make bench        measure speed and memory
# make lint         check the C, the manuals and the scripts
# make install      into $(DESTDIR)$(PREFIX); make uninstall takes it back
# make deps         install the Debian packages that all this needs
#
# demo, check, bench and lint install what they miss (see tests/deps).
# Add SAN=1 for the address and undefined behaviour sanitizers; those builds
# live in build-san/.

PKGS = jansson openssl

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/siem-tools
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
PKG_CONFIG ?= pkg-config
INSTALL ?= install

# CFLAGS, CPPFLAGS and LDFLAGS belong to whoever runs make; what the project
# itself needs is kept apart from them.
CFLAGS ?= -O2 -g
VERSION = 0.1.0
STD = -std=gnu11 -D_GNU_SOURCE -Ilib -I$(BUILD) -DSIEM_VERSION='"$(VERSION)"'
WARN = -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings \
       -Wstrict-prototypes -Wmissing-prototypes -Wconversion
SANFLAGS = $(if $(SAN),-fsanitize=address -fsanitize=undefined \
           -fno-sanitize-recover=all -fno-omit-frame-pointer)
COMPILE = $(CC) $(STD) $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS)
# --as-needed: a tool loads only the libraries it calls.
LINK = $(CC) $(CFLAGS) $(SANFLAGS) -Wl,--as-needed $(LDFLAGS)

# Asked when first needed, so that "make deps" works where nothing is there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell $(PKG_CONFIG) --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell $(PKG_CONFIG) --libs $(PKGS)))$(PKG_LIBS)

BUILD = build$(if $(SAN),-san)
TOOLS = $(notdir $(wildcard cmd/*))
BINS = $(TOOLS:%=$(BUILD)/bin/%)
LIB = $(BUILD)/libsiem.a
MAPS = $(patsubst share/maps/%.json,$(BUILD)/maps/%.inc,$(wildcard share/maps/*.json))
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
UNITS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
HELPERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bin/*.c))
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
OBJS = $(call objects,lib/*/*.c) $(call objects,cmd/*/*.c) \
       $(UNITS:=.o) $(HELPERS:=.o)

all: $(BINS)

# A tool is every object of its own folder, and the library.
.SECONDEXPANSION:
$(BINS): $(BUILD)/bin/%: $$(call objects,cmd/$$*/*.c) $(LIB)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(PKG_LIBS)

$(UNITS) $(HELPERS): %: %.o $(LIB)
	$(LINK) -o $@ $^ $(PKG_LIBS) -lm

# Start afresh: ar would keep the objects of sources that are gone.
$(LIB): $(call objects,lib/*/*.c)
	@rm -f $@
	$(AR) rcs $@ $^

# -MMD notes which headers each object read; -MP survives deleted headers.
$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

# The built-in maps: each file as a C string literal, line by line.
$(BUILD)/maps/%.inc: share/maps/%.json
	@mkdir -p $(@D)
	sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $< >$@
$(BUILD)/lib/event/builtin.o: $(MAPS)

-include $(OBJS:.o=.d)

clean:
	rm -rf build build-*

.PHONY: all clean
.SECONDARY:
.DELETE_ON_ERROR:
