"""W1 and W2 in SimPy: a process for each request, a Resource for each station.

Usage: simpy_w.py w1|w2 REQUESTS SEED. Prints the same line as the other engines.
"""

import random
import sys
import time

import simpy


def visit(env, station, draw):
    resource, rate = station
    with resource.request() as slot:
        yield slot
        yield env.timeout(draw(rate))


def arrivals(env, count, rate, draw, request):
    for _ in range(count):
        yield env.timeout(draw(rate))
        env.process(request())


def w1(count, seed):
    """M/M/1 with a mean service of 1 ms; times are in milliseconds."""
    env, draw = simpy.Environment(), random.Random(seed).expovariate
    queue = (simpy.Resource(env, 1), 1.0)
    total = 0.0

    def request():
        nonlocal total
        born = env.now
        yield from visit(env, queue, draw)
        total += env.now - born

    env.process(arrivals(env, count, 0.8, draw, request))
    env.run()
    return total / count


def w2(count, seed):
    """fw, lb, web, app, db and back; the balancer and each web server alternate."""
    env, draw = simpy.Environment(), random.Random(seed).expovariate

    def station(slots, mean_ms):
        return simpy.Resource(env, slots), 1.0 / mean_ms

    fw, lb, db = station(1, 0.1), station(1, 0.2), station(16, 12.0)
    webs = [station(4, 3.0), station(4, 3.0)]
    apps = [station(8, 6.0), station(8, 6.0)]
    next_web, next_app = 0, [0, 0]
    total = 0.0

    def request():
        nonlocal total, next_web
        born = env.now
        yield from visit(env, fw, draw)
        yield from visit(env, lb, draw)
        chosen, next_web = next_web, 1 - next_web
        web = webs[chosen]
        yield from visit(env, web, draw)
        app, next_app[chosen] = apps[next_app[chosen]], 1 - next_app[chosen]
        yield from visit(env, app, draw)
        yield from visit(env, db, draw)
        yield from visit(env, app, draw)
        yield from visit(env, web, draw)
        yield from visit(env, lb, draw)
        yield from visit(env, fw, draw)
        total += env.now - born

    env.process(arrivals(env, count, 1.0, draw, request))
    env.run()
    return total / count


def peak_kib():
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next((line.split()[1] for line in status if line.startswith("VmHWM:")), "0")
    except OSError:
        return "0"


def main():
    workload, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    started, used = time.perf_counter(), time.process_time()
    mean_ms = {"w1": w1, "w2": w2}[workload](count, seed)
    wall, seconds = time.perf_counter() - started, time.process_time() - used
    print(f"requests={count} seconds={seconds} wall_seconds={wall} mean_ms={mean_ms} peak_kib={peak_kib()}")


main()
