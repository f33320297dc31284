# The commands of this project; `make` lists them.

.PHONY: help run test fuzz sanitize scan build bench bench-day budget budget-record dist install \
  deb oracle faults soak format lint clean

help:
	@echo 'make run      build and start everything on this machine (PORT=8080 RUN_DIR=.run)'
	@echo 'make test     every test, with a real stack and a real browser'
	@echo 'make fuzz     ten million odd inputs for each target (hours)'
	@echo 'make sanitize the modules that wrap C, with the address sanitizer'
	@echo 'make scan     well-known scanners on a stack of their own; reports in docs/scans'
	@echo 'make build    the programs, as they go onto a host: .build/release'
	@echo 'make budget   bytes and instructions of the programs, against Tests/Bench/budget.txt'
	@echo 'make budget-record  write that record anew'
	@echo 'make dist     what goes onto a host: dist/mamis-VERSION-ARCH.tar.xz'
	@echo 'make install  onto this host (PREFIX=/usr/local DESTDIR=)'
	@echo 'make deb      a Debian package: dist/mamis_VERSION_ARCH.deb'
	@echo 'make bench    speed beside C and PHP, growth, query plans: docs/bench.md (an hour or so)'
	@echo 'make bench-day  20,000 people register within a compressed hour: docs/bench.md'
	@echo 'make oracle   whether an answer, or its time, tells who has an account (ten minutes)'
	@echo 'make faults   500 people register while everything breaks: docs/faults.md (5 minutes)'
	@echo 'make soak     slow clients, overload, a million requests: docs/load.md (15 minutes)'
	@echo 'make format   Swift files into the agreed form'
	@echo 'make lint     what is not in that form, and what shellcheck says'
	@echo 'make clean    remove what was built (data in .run stays)'

run:
	@exec scripts/run

test:
	@exec scripts/test

fuzz:
	@exec scripts/fuzz all

# XCTest's own runner leaks two objects.
sanitize:
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address --scratch-path .build-address \
	  --filter '^(FastCGI|MariaDB|Platform|OneTimeCodes)Tests'

scan:
	@scripts/scan

build:
	swift build -c release --static-swift-stdlib -Xlinker -s

budget:
	@exec scripts/budget

budget-record:
	@exec scripts/budget --record

dist:
	@scripts/dist

install:
	@tree=$$(mktemp -d) && trap 'rm -rf "$$tree"' EXIT && scripts/dist tree "$$tree" && \
	  DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' "$$tree/install"

deb:
	@scripts/deb

bench:
	@exec scripts/bench all

bench-day:
	@exec scripts/bench day

oracle: build
	"$$(scripts/python)" Tests/Bench/oracle.py

faults:
	@exec scripts/faults survived

soak:
	@exec scripts/faults load

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	if command -v shellcheck >/dev/null; then shellcheck scripts/* .ci/run deploy/install \
	  deploy/mamis-setup deploy/sites deploy/systemd/groups \
	  deploy/apache/shared-hosting/make-site; fi

clean:
	rm -rf .build .build-*
