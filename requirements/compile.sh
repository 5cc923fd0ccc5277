#!/bin/sh
# Writes the exact versions with hashes, for Python 3.11 to 3.13 on every platform. Run from the
# top of the repository; needs uv. A lock file of uv's own would hold download addresses.
set -eu
compile() {
    name=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-emit-index-url --custom-compile-command "requirements/compile.sh" \
        --group build --output-file "requirements/$name.txt" "$@" pyproject.toml
}
pictures="--extra dicom --extra heif --extra xlsx"
compile cpu --extra cpu --extra convert --extra sign $pictures
compile study --extra cpu --extra convert --extra sign --extra study $pictures
compile gpu --extra gpu --extra convert --extra sign $pictures
compile service --extra cpu --extra service --extra grpc --extra convert --extra sign $pictures --group install
compile service-gpu --extra gpu --extra service --extra grpc --extra convert --extra sign $pictures --group install
# Without DICOM and its decoders: 80 MB, and a machine without them is tested so.
compile test --extra cpu --extra convert --extra sign --extra heif --extra xlsx --group test
# The oldest versions that pyproject.toml allows, with what they need as it is now.
compile oldest --resolution lowest-direct --extra cpu --extra convert --extra storage --extra service \
    --extra grpc --extra sign --extra tracing --extra study $pictures --group test
compile check --extra cpu --extra convert --extra storage --extra ray --extra service --extra sign \
    --extra grpc --extra tracing --extra study $pictures --group test --group lint --group reference
compile flower --extra cpu --extra convert --extra sign --extra study --group test --group flower
compile torch --extra cpu --extra convert --extra sign --group test --group torch-reference
