"""The command line of scripts/bench; see docs/benchmarks.md."""

import argparse
import dataclasses
import datetime
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys

import impaired
import lab as lab_module
import measures
import procs
import report
from lab import BenchError
from subject import Plain, Program, SocksAlone

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
OWN = os.path.join(ROOT, "scripts", "tun2socks") + " -d {tun} -p socks5://{socks} --mtu {mtu}"
BASELINES = ("plain", "socks")
ROUNDS = 3
SECONDS = 5
# More of other people's work than this, in cores, and the figures are marked.
NOISE_CORES = 0.1


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures tun2socks beside plain routing and the SOCKS server alone, in network namespaces.",
        epilog="Placeholders of --program: {tun} device name, {socks} host:port of the SOCKS server, {mtu}, {dir} the\n"
               "directory of the run, {interface} the way past the TUN device, {mark} the packet mark that takes it.\n"
               "Placeholders of --socks-server: {listen} {port} {dir}.")
    parser.add_argument("--program", action="append", default=[], metavar="CMD",
                        help="a program to measure, instead of this project's; may be repeated")
    parser.add_argument("--name", action="append", default=[], help="the name of the program at the same place")
    parser.add_argument("--own", action="store_true", help="measure this project's program before those of --program")
    parser.add_argument("--socks-server", metavar="CMD",
                        help="the SOCKS5 server, without authentication, in the foreground (default: dante)")
    parser.add_argument("--rounds", type=int, help=f"rounds, each with all subjects (default: {ROUNDS}, with "
                                                   f"--impaired {impaired.ROUNDS})")
    parser.add_argument("--seconds", type=float, help=f"length of one measurement (default: {SECONDS}, with "
                                                      f"--impaired {impaired.SECONDS})")
    parser.add_argument("--mtu", type=int, default=1500, help="given to the programs as {mtu} (default: 1500)")
    parser.add_argument("--measure", metavar="GROUP,...",
                        help=f"what to measure (default: {','.join(measures.GROUPS)}; with --impaired "
                             f"{','.join(impaired.GROUPS)})")
    parser.add_argument("--skip", action="append", default=[], choices=BASELINES, help="leave out a baseline")
    parser.add_argument("--quick", action="store_true", help="one round, 2 seconds each, no UDP: to see that it works")
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    parser.add_argument("--keep", action="store_true", help="keep the logs of programs and servers")
    add_impaired_options(parser)
    arguments = parser.parse_args()
    groups, rounds, seconds = measures.GROUPS, ROUNDS, SECONDS
    if arguments.impaired:
        groups, rounds, seconds = impaired.GROUPS, impaired.ROUNDS, impaired.SECONDS
    arguments.rounds = rounds if arguments.rounds is None else arguments.rounds
    arguments.seconds = seconds if arguments.seconds is None else arguments.seconds
    arguments.measure = ",".join(groups) if arguments.measure is None else arguments.measure
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 2
        arguments.measure = ",".join(group for group in arguments.measure.split(",") if group != "udp")
    arguments.measure = [group for group in arguments.measure.split(",") if group]
    unknown = [group for group in arguments.measure if group not in groups]
    if unknown:
        parser.error(f"--measure: unknown {', '.join(unknown)}; known: {', '.join(groups)}")
    if arguments.rounds < 1 or arguments.seconds < 1 or not 576 <= arguments.mtu <= 65535:
        parser.error("expected at least 1 round, at least 1 second and an MTU of 576 to 65535")
    if not 0 <= arguments.loss < 100 or not 0 <= arguments.reorder < 100 or not 0 <= arguments.delay <= 2000:
        parser.error("expected --loss and --reorder in percent, below 100, and --delay of 0 to 2000 milliseconds")
    if not 1 <= arguments.rate <= 1000 or arguments.seed < 0:
        parser.error("expected --rate of 1 to 1000 Mbit/s and --seed of at least 0")
    if arguments.pcap is not None:
        arguments.pcap = os.path.abspath(arguments.pcap)
        if not arguments.impaired or not os.path.isdir(arguments.pcap):
            parser.error("--pcap: expected a directory that is there, and --impaired")
    if len(arguments.name) > len(arguments.program):
        parser.error("more --name than --program")
    if shutil.which("ip") is None or os.geteuid() != 0:
        parser.error("needs root and iproute2")
    return arguments


def add_impaired_options(parser):
    options = parser.add_argument_group(
        "impaired path", "Between the client and the gateway that routes, or runs the program: delay and loss.")
    options.add_argument("--impaired", action="store_true", help="measure over the impaired path, and nothing else")
    options.add_argument("--loss", type=float, default=1, metavar="PERCENT",
                         help="random loss in each direction (default: 1)")
    options.add_argument("--delay", type=float, default=20, metavar="MS",
                         help="added to the round trip, half in each direction (default: 20)")
    options.add_argument("--rate", type=float, default=100, metavar="MBIT",
                         help="rate of each direction, with a queue of one bandwidth-delay product (default: 100)")
    options.add_argument("--reorder", type=float, default=0, metavar="PERCENT",
                         help="packets that are delayed by a further eighth of --delay (default: 0)")
    options.add_argument("--seed", type=int, default=1, help="of the losses in the first round (default: 1)")
    options.add_argument("--pcap", metavar="DIR", help="capture each measurement there, as the gateway sees it")


def make_subjects(arguments):
    programs = []
    if arguments.own or not arguments.program:
        programs.append(("tun2socks", OWN))
    for index, template in enumerate(arguments.program):
        given = arguments.name[index] if index < len(arguments.name) else f"program{index + 1}"
        programs.append((given, template))
    names = [*BASELINES, *(name for name, _ in programs)]
    for name in names:
        if names.count(name) > 1 or not re.fullmatch(r"[\w.+-]+", name):
            raise BenchError(f"name {name!r}: expected letters, digits, '.', '+', '-', '_', and each name once")
    baselines = [subject for subject in (Plain(), SocksAlone()) if subject.name not in arguments.skip]
    return baselines + [Program(name, template, arguments.mtu, os.getcwd()) for name, template in programs]


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return ((done.stdout or done.stderr).splitlines() or [None])[0]


def machine_facts():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1))
    return {
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": model.group(1) if model else "unknown",
        "cores": os.cpu_count(),
        "memory_mib": memory // 1024,
        "java": first_line("java", "-version"),
        "iperf3": first_line("iperf3", "--version"),
        "nginx": first_line("nginx", "-v"),
        "commit": first_line("git", "-C", ROOT, "describe", "--always", "--dirty"),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def compile_load_client(directory):
    done = subprocess.run(["javac", "-d", directory, os.path.join(HERE, "LoadClient.java")],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"javac LoadClient.java: {done.stderr.strip()}")


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def make_lab(arguments):
    if not arguments.impaired:
        return lab_module.Lab(arguments.socks_server)
    return impaired.ImpairedLab(arguments.socks_server, impairment(arguments))


def impairment(arguments):
    return impaired.Impairment(arguments.loss, arguments.delay, arguments.rate, arguments.reorder, arguments.seed,
                               arguments.pcap)


def make_measures(lab, arguments, number, report_progress):
    usual = (lab, lab.dir, arguments.seconds, arguments.measure, report_progress)
    if not arguments.impaired:
        return measures.Measures(*usual)
    return impaired.ImpairedMeasures(*usual, number, arguments.seed)


def measure_all(lab, arguments, subjects):
    """All rounds; returns (results, problems), both by the subject's name."""
    results = {subject.name: [] for subject in subjects}
    problems = {subject.name: [] for subject in subjects}
    for number in range(arguments.rounds):
        # Another order in each round, so that none always follows the same neighbour.
        turn = number % len(subjects)
        for subject in subjects[turn:] + subjects[:turn]:
            figures, failures = {}, []
            foreign = procs.Foreign()
            runner = make_measures(
                lab, arguments, number,
                lambda step, name=subject.name: progress(f"round {number + 1}/{arguments.rounds} {name}: {step}"))
            try:
                figures.update(subject.start(lab))
                runner.round(subject, figures, failures)
                if isinstance(subject, Program) and not subject.alive():
                    failures.append("the program had ended by the end of the round")
                    figures["failed"] += 1
            except BenchError as error:
                failures.append(str(error))
                figures["failed"] = figures.get("failed", 0) + 1
            finally:
                if not subject.stop(lab):
                    failures.append("the program had to be killed: it did not end on SIGTERM")
                    figures["failed"] = figures.get("failed", 0) + 1
                figures["foreign_cores"] = foreign.cores()
            results[subject.name].append(figures)
            problems[subject.name] += [f"round {number + 1}: {text}" for text in failures]
    progress("")
    return results, problems


def print_report(arguments, facts, subjects, results, problems):
    print(f"{facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel']}, {facts['java']}, commit {facts['commit']}")
    print(f"{arguments.rounds} round(s), {arguments.seconds:g} s each, MTU {arguments.mtu}, "
          f"SOCKS server: {arguments.socks_server or 'dante'}")
    if arguments.impaired:
        print(f"impaired path: {impairment(arguments).describe()}")
    print()
    print(report.main_table(results, arguments.rounds))
    programs = [subject.name for subject in subjects if isinstance(subject, Program)]
    pairs = [(name, base) for name in programs for base in BASELINES if base in results]
    pairs += [(name, programs[0]) for name in programs[1:]]
    print("\n" + report.ratio_table(results, pairs, spread=arguments.impaired and arguments.rounds > 1))
    noisy = [f"{name} round {number + 1} ({figures['foreign_cores']:.2f})" for name, rounds in results.items()
             for number, figures in enumerate(rounds) if figures["foreign_cores"] > NOISE_CORES]
    if noisy:
        print("\nOther processes kept this many cores busy meanwhile: " + ", ".join(noisy))
    if any(problems.values()):
        print("\nFailures:")
        for name, texts in problems.items():
            for text in texts:
                print(f"  {name}: {text}")


def write_json(path, arguments, facts, subjects, results, problems):
    document = {
        "format": 1,
        "machine": facts,
        "settings": {"rounds": arguments.rounds, "seconds": arguments.seconds, "mtu": arguments.mtu,
                     "measure": arguments.measure, "socks_server": arguments.socks_server or "dante",
                     "impaired": dataclasses.asdict(impairment(arguments)) if arguments.impaired else None},
        "subjects": [{
            "name": subject.name,
            "command": subject.command,
            "summary": report.summary(results[subject.name]),
            "ratios": {base: report.ratios(results[subject.name], results[base])
                       for base in results if base != subject.name},
            "rounds": results[subject.name],
            "failures": problems[subject.name],
        } for subject in subjects],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


def run(arguments):
    if arguments.json:
        # Now, not after half an hour of measuring.
        with open(arguments.json, "a", encoding="utf-8"):
            pass
    subjects = make_subjects(arguments)
    lab_module.sweep()
    laboratory = make_lab(arguments)
    keep = True
    try:
        with laboratory as lab:
            compile_load_client(lab.dir)
            facts = machine_facts()
            results, problems = measure_all(lab, arguments, subjects)
        print_report(arguments, facts, subjects, results, problems)
        if arguments.json:
            write_json(arguments.json, arguments, facts, subjects, results, problems)
        keep = arguments.keep or any(problems.values())
        return 1 if any(problems.values()) else 0
    except KeyboardInterrupt:
        keep = arguments.keep
        raise
    finally:
        if keep:
            print(f"logs: {laboratory.dir}")
        else:
            shutil.rmtree(laboratory.dir, ignore_errors=True)


def main():
    def interrupt(*_):
        raise KeyboardInterrupt

    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, interrupt)
    arguments = parse_arguments()
    try:
        sys.exit(run(arguments))
    except (BenchError, OSError) as error:
        print(f"scripts/bench: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nscripts/bench: interrupted, everything removed", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
