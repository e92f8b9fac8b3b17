# SPDX-License-Identifier: Apache-2.0
# enginectl: `make`, `make install`, `sudo make demo`, `sudo make check`; `make help` lists the rest.

VERSION := 0.1.0
SOVERSION := 0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man

# linux, windows or none: the folder below platform/ that is linked.
PLATFORM ?= linux
# 0 builds a program that says what it cannot do without libsystemd.
WITH_SYSTEMD ?= 1
# 0 leaves out the module for TLS endpoints.
WITH_TLS ?= 1
# Compiler flags that change what is built get a folder of their own: make asan uses build/linux-asan.
VARIANT ?=

V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-8s %s\n' '$(1)' '$(2)'
else
Q :=
say = @:
endif

ifeq ($(wildcard platform/$(PLATFORM)/backends.c),)
$(error PLATFORM=$(PLATFORM): there is no platform/$(PLATFORM) in this tree (there are: $(patsubst platform/%/backends.c,%,$(wildcard platform/*/backends.c))))
endif

BUILD := build/$(PLATFORM)$(VARIANT)
PKG_CONFIG ?= pkg-config
CC ?= cc
AR ?= ar

packages := glib-2.0 jansson
ifeq ($(PLATFORM)-$(WITH_SYSTEMD),linux-1)
packages += libsystemd
endif
ifneq ($(PLATFORM),linux)
WITH_TLS := 0
endif

# What asks for the libraries at all; setting up or cleaning must work without them.
ifneq ($(filter-out setup clean help distclean,$(or $(MAKECMDGOALS),all)),)
ifeq ($(filter demo check,$(MAKECMDGOALS)),)
package_cflags := $(shell $(PKG_CONFIG) --cflags $(packages) || echo missing)
package_libs := $(shell $(PKG_CONFIG) --libs $(packages))
ifeq ($(package_cflags),missing)
$(error development packages are missing: $(packages). `sudo make setup` installs them on Debian, Ubuntu, Fedora and RHEL)
endif
endif
endif

# A program that runs for three milliseconds is made of page faults: what is small is fast here.
CFLAGS ?= -Os -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral -Wvla
hardening := -fstack-protector-strong -D_FORTIFY_SOURCE=2
ifneq ($(filter -O0 -fsanitize%,$(CFLAGS)),)
hardening :=
endif
all_cflags = -std=gnu11 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections $(warnings) $(hardening) -fno-asynchronous-unwind-tables -MMD -MP -D_GNU_SOURCE \
  -DG_LOG_DOMAIN='"enginectl"' -DECTL_VERSION='"$(VERSION)"' -DECTL_MODULE_DIR='"$(LIBDIR)/enginectl"' -DECTL_DATA_DIR='"$(DATADIR)"' \
  -I. -Isrc $(package_cflags) $(CPPFLAGS) $(CFLAGS)
# Fewer segments are a tenth of its time.
link_flags := -Wl,--as-needed -Wl,-O1 -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noseparate-code $(LDFLAGS)

library_sources := $(wildcard src/base/*.c src/config/*.c src/engine/*.c src/supervise/*.c platform/$(PLATFORM)/*.c) $(filter-out src/api/tls-module.c,$(wildcard src/api/*.c))
with_systemd := $(wildcard platform/linux/systemd*.c platform/linux/sdbus.c platform/linux/journal.c platform/linux/notify.c)
library_sources := $(filter-out $(if $(filter 1,$(WITH_SYSTEMD)),platform/linux/no-systemd.c,$(with_systemd)),$(library_sources))
cli_sources := $(wildcard src/cli/*.c)
module_sources := src/api/tls-module.c
object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

program := $(BUILD)/bin/enginectl
static_library := $(BUILD)/lib/libenginectl.a
shared_library := $(BUILD)/lib/libenginectl.so.$(SOVERSION)
tls_module := $(if $(filter 1,$(WITH_TLS)),$(BUILD)/lib/enginectl/tls.so)
catalogues := $(patsubst po/%.po,$(BUILD)/locale/%/LC_MESSAGES/enginectl.mo,$(wildcard po/*.po))
units := $(wildcard units/*/*)
# What needs systemd or Linux is tested where it is built.
needs_linux := $(patsubst %,tests/unit/test-%.c,process sockets stream http docker client tls base program logfile sysv openrc option-file desktop) tests/fake/desktop.c
needs_systemd := $(wildcard tests/unit/test-systemd*.c) tests/fake/manager.c
left_out := $(if $(filter linux-1,$(PLATFORM)-$(WITH_SYSTEMD)),,$(needs_systemd)) $(if $(filter linux,$(PLATFORM)),,$(needs_linux))
unit_tests := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(filter-out $(left_out),$(wildcard tests/unit/test-*.c)))
fakes := $(patsubst tests/fake/%.c,$(BUILD)/tests/fake/%,$(filter-out $(left_out),$(wildcard tests/fake/*.c)))

.PHONY: all tests install setup demo check bench lint fmt fmt-check analyze asan pot pot-check clean help
.DELETE_ON_ERROR:

all: $(program) $(static_library) $(shared_library) $(tls_module) $(catalogues)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(all_cflags) -c $< -o $@

# Rewritten only when the flags change, so that a changed PREFIX or CFLAGS builds anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(all_cflags) $(link_flags))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(CC) $(all_cflags) $(link_flags))' > $@
FORCE:

$(static_library): $(call object,$(library_sources))
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(shared_library): $(call object,$(library_sources)) src/enginectl.map
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(CFLAGS) $(link_flags) -Wl,-soname,$(@F) -Wl,--version-script=src/enginectl.map -o $@ $(filter %.o,$^) $(package_libs)
	$(Q)ln -sf $(@F) $(@D)/libenginectl.so

$(program): $(call object,$(cli_sources)) $(static_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) $(link_flags) -o $@ $^ $(package_libs)

# Self-contained: the program exports no symbols; what the module needs of the library is handed to it (src/api/tls.h).
$(BUILD)/lib/enginectl/tls.so: $(call object,$(module_sources))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(CFLAGS) $(link_flags) -o $@ $^ $(shell $(PKG_CONFIG) --libs glib-2.0 gnutls)

$(BUILD)/locale/%/LC_MESSAGES/enginectl.mo: po/%.po
	$(call say,MSGFMT,$<)
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

tests: all $(unit_tests) $(fakes)

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(static_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) $(link_flags) -o $@ $^ $(package_libs)

$(BUILD)/tests/fake/%: $(BUILD)/obj/tests/fake/%.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) $(link_flags) -o $@ $^ $(package_libs)

.SECONDARY:

install: all
	$(Q)install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(MANDIR)/man1
	$(Q)install -m 755 $(program) $(DESTDIR)$(BINDIR)/enginectl
	$(Q)install -m 644 $(static_library) $(DESTDIR)$(LIBDIR)/
	$(Q)install -m 755 $(shared_library) $(DESTDIR)$(LIBDIR)/
	$(Q)ln -sf $(notdir $(shared_library)) $(DESTDIR)$(LIBDIR)/libenginectl.so
	$(Q)install -m 644 src/enginectl.h $(DESTDIR)$(INCLUDEDIR)/
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|; s|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|; s|@VERSION@|$(VERSION)|; s|@PACKAGES@|$(filter-out glib-2.0,$(packages))|' \
	  packaging/enginectl.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/enginectl.pc
	$(Q)install -m 644 docs/enginectl.1 $(DESTDIR)$(MANDIR)/man1/
	$(Q)for unit in $(units); do install -D -m 644 $$unit $(DESTDIR)$(DATADIR)/enginectl/$$unit; done
ifeq ($(WITH_TLS),1)
	$(Q)install -d $(DESTDIR)$(LIBDIR)/enginectl
	$(Q)install -m 755 $(tls_module) $(DESTDIR)$(LIBDIR)/enginectl/
endif
	$(Q)for mo in $(catalogues:$(BUILD)/%=%); do install -D -m 644 $(BUILD)/$$mo $(DESTDIR)$(DATADIR)/$$mo; done
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))

# --- the two commands of the README; what is missing is installed before anything asks for it ---

setup:
	$(Q)tests/setup build

demo:
	$(Q)tests/setup demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/demo

check:
	$(Q)tests/setup check
	$(Q)$(MAKE) --no-print-directory all tests lint fmt-check pot-check
	$(Q)tests/check

bench:
	$(Q)tests/setup bench
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/bench/run

# --- the house rules ---

c_files = $(wildcard src/*.h src/*/*.[ch] platform/*.h platform/*/*.[ch] tests/*/*.[ch])

lint:
	$(call say,LINT,the house rules)
	$(Q)tests/lint

fmt:
	$(Q)clang-format -i $(c_files)

fmt-check:
	$(call say,FMT,$(words $(c_files)) files)
	$(Q)clang-format --dry-run --Werror $(c_files)

pot_flags := --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext_:1,2 --package-name=enginectl --copyright-holder='The enginectl authors' --no-location --sort-output
translated = $(sort $(wildcard src/*/*.c platform/*/*.c))

pot:
	$(Q)xgettext $(pot_flags) -o po/enginectl.pot $(translated)

pot-check:
	$(call say,POT,po/enginectl.pot)
	$(Q)xgettext $(pot_flags) -o $(BUILD)/enginectl.pot $(translated)
	$(Q)grep -v '^"POT-Creation-Date' po/enginectl.pot > $(BUILD)/old.pot; grep -v '^"POT-Creation-Date' $(BUILD)/enginectl.pot | diff -u $(BUILD)/old.pot - || { echo 'po/enginectl.pot is not current: make pot'; exit 1; }

# gcc's analyzer takes the private data of GLib's extended errors for possibly NULL.
analyze:
	$(Q)$(MAKE) --no-print-directory VARIANT=-analyze CFLAGS='-O1 -g -fanalyzer -Wno-analyzer-null-dereference -Werror' all
	$(Q)clang-tidy --quiet $(library_sources) $(cli_sources) -- $(filter-out -MMD -MP,$(all_cflags)) 2>/dev/null
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability --suppress=missingInclude --suppress=unknownMacro --library=gtk -I. -Isrc src platform

asan:
	$(Q)$(MAKE) --no-print-directory VARIANT=-asan CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' all tests
	$(Q)G_DEBUG=gc-friendly ASAN_OPTIONS=detect_leaks=1 prove $(patsubst $(BUILD)/%,build/$(PLATFORM)-asan/%,$(unit_tests))

clean:
	$(Q)rm -rf build

help:
	@echo 'make [all]      program, libraries, module          make install    DESTDIR= PREFIX=/usr/local'
	@echo 'make setup      install the build packages (root)   make demo       the main job on a throwaway host (root)'
	@echo 'make check      set up, build, every test (root)    make bench      the numbers against systemctl, docker, pgrep (root)'
	@echo 'make lint fmt-check pot-check analyze asan          make clean'
	@echo 'Variables: V=1 PLATFORM=linux|windows|none WITH_SYSTEMD=0 WITH_TLS=0 CC= CFLAGS= LDFLAGS='

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
