#!/usr/bin/env python3
"""Renews src/scenario/instance_types.csv from what `aws ec2 describe-instance-types` prints.

Usage: instance_types.py TYPES.json[.gz] "SOURCE, DATE, LICENCE"

TYPES is {"InstanceTypes": [...]} as the AWS CLI prints it, or the same objects by name as moto ships them
(moto/ec2/resources/instance_types.json.gz). Limits with trunking and prices stay as the file has them: no API of EC2
prints them. Standard library only.
"""

import gzip
import json
import pathlib
import sys

TABLE = pathlib.Path(__file__).parent.parent / "src/scenario/instance_types.csv"
HEAD = """\
# Instance types of Amazon EC2, sorted by name. Made by assets/instance_types.py; do not edit by hand.
# Source: {source}
# Tasks with trunking: AWS's table of instance types that support it, 2023 (docs/sources.md, ecs-eni-trunking).
# Prices: examples of us-east-1, Linux, on demand, from public notes of 2025 to March 2026 (ec2-prices).
# Flags: b burstable, p of a previous generation. Maker and architecture are empty where the name says them.
# name,vcpu,memory MiB,interfaces,tasks with trunking,flags,price,storage GB,disks,\
accelerator kind,count,maker,name,memory MiB,CPU maker,architecture
"""


def spelt(maker):
    return "amazon-web-services" if maker == "AWS" else maker.lower()


def by_name(name):
    family = name.split(".")[0]
    options = family.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0123456789")
    arm = "g" in options or family == "a1"
    return ("amazon-web-services" if arm else "amd" if "a" in options else "intel", "arm64" if arm else "x86_64")


def accelerators(kind):
    lists = [
        ("gpu", "GpuInfo", "Gpus"),
        ("fpga", "FpgaInfo", "Fpgas"),
        ("inference", "InferenceAcceleratorInfo", "Accelerators"),
        ("inference", "NeuronInfo", "NeuronDevices"),
        ("media", "MediaAcceleratorInfo", "Accelerators"),
    ]
    for word, info, devices in lists:
        if info in kind:
            found = kind[info][devices]
            memory = sum(max(one["Count"], 1) * one["MemoryInfo"]["SizeInMiB"] for one in found)
            maker = spelt(found[0].get("Manufacturer", "AWS"))
            name = found[0]["Name"].lower().replace(",", " ")
            return [word, sum(one["Count"] for one in found), maker, name, memory]
    return [""] * 5


def line(kind, kept):
    name = kind["InstanceType"]
    assert kind["BareMetal"] == (".metal" in name), name
    flags = "b" * kind["BurstablePerformanceSupported"] + "p" * (not kind["CurrentGeneration"])
    storage = kind.get("InstanceStorageInfo", {})
    disks = "+".join(sorted({disk["Type"] for disk in storage.get("Disks", [])}))
    trunked, price = kept.get(name, ("", ""))
    processor = kind["ProcessorInfo"]
    own = spelt(processor["Manufacturer"]), processor["SupportedArchitectures"][-1]
    said = by_name(name)
    cells = [name, kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"]]
    cells += [kind["NetworkInfo"]["MaximumNetworkInterfaces"], trunked, flags, price]
    cells += [storage.get("TotalSizeInGB", ""), disks, *accelerators(kind)]
    cells += ["" if one == by else one for one, by in zip(own, said)]
    return ",".join(map(str, cells)).rstrip(",")


def main(types, source):
    text = pathlib.Path(types).read_bytes()
    kinds = json.loads(gzip.decompress(text) if types.endswith(".gz") else text)
    kinds = kinds.get("InstanceTypes") or list(kinds.values())
    rows = [row.split(",") + [""] * 7 for row in TABLE.read_text().splitlines() if not row.startswith("#")]
    kept = {row[0]: (row[4], row[6]) for row in rows}
    kinds.sort(key=lambda kind: kind["InstanceType"].encode())
    TABLE.write_text(HEAD.format(source=source) + "".join(line(kind, kept) + "\n" for kind in kinds))


main(*sys.argv[1:])
