#!/usr/bin/env bash
# How samples.zip was made: one small disk, written by other people's tools. Not run by the suite.
# Debian 12: qemu-utils 7.2, tar 1.34, gzip 1.12, pigz 2.6, libarchive-tools 3.6.2, tabix 1.16 (bgzip), zip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 - <<'PYTHON'
import random
for name, noise in (("disk.raw", 4200), ("quiet.raw", 600)):
    disk = bytearray(1 << 20)
    disk[510:512] = b"\x55\xaa"
    disk[65536 : 65536 + noise] = random.Random(7).randbytes(noise)
    open(name, "wb").write(disk)
open("large.raw", "wb").write(open("disk.raw", "rb").read())
PYTHON
truncate -s 5G large.raw

as() { qemu-img convert -f raw -O "$1" "${@:3}" quiet.raw "$2"; }
as qcow2 plain.qcow2
as qcow2 version2.qcow2 -o compat=0.10
as qcow2 compressed.qcow2 -c
as qcow2 extended.qcow2 -o extended_l2=on
as qcow2 small-clusters.qcow2 -o cluster_size=512
as qcow2 preallocated.qcow2 -o preallocation=metadata
as vpc dynamic.vhd
as vpc forced-size.vhd -o force_size=on
as vpc fixed.vhd -o subformat=fixed
as vdi dynamic.vdi
as vdi static.vdi -o static=on
as vmdk sparse.vmdk
as vmdk stream.vmdk -o subformat=streamOptimized
as vmdk flat.vmdk -o subformat=monolithicFlat
rm flat-flat.vmdk
for format in qcow2 vdi vpc; do qemu-img create -q -f $format empty.$format 40G; done
mv empty.vpc empty.vhd

tar -czf gnu.raw.tar.gz disk.raw
tar --format=v7 -czf v7.raw.tar.gz quiet.raw
tar --sparse -czf sparse.raw.tar.gz large.raw
tar --sparse --format=pax -czf sparse-pax.raw.tar.gz large.raw
tar --sparse --format=pax --sparse-version=0.0 -cf - quiet.raw | pigz > sparse-oldest.raw.tar.gz
mkdir folder
long=folder/$(printf 'n%.0s' {1..180}).raw
cp quiet.raw "$long"
tar --format=pax -czf folder.raw.tar.gz folder
tar -cf - folder/* | gzip -1 > long-name.raw.tar.gz
tar -cf - disk.raw | pigz > pigz.raw.tar.gz
tar -cf - disk.raw | bgzip > bgzip.raw.tar.gz
tar -cf - disk.raw | split -b 262144 --filter=gzip > members.raw.tar.gz
bsdtar -czf bsd.raw.tar.gz quiet.raw

rm -- *.raw "$here"/samples.zip 2>/dev/null || true
zip -q -9 -X "$here"/samples.zip *.*
