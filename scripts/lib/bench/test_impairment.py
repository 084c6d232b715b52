"""Tests of the impaired path; run by .ci/run: python3 -B -m unittest discover -s scripts/lib/bench"""

import os
import struct
import tempfile
import unittest

from impairment import CAPTURED_BYTES, Capture, Direction

MBIT = 1e6


def drain(direction, until):
    """All packets up to a time, with the times at which they were due."""
    taken = []
    while direction.next_due() is not None and direction.next_due() <= until:
        due = direction.next_due()
        taken.append((due, direction.take(due)))
    return taken


def survivors(seed, packets=2000, loss=0.01, size=1500):
    direction = Direction(loss, 0.01, 100 * MBIT, 250_000)
    direction.reset(seed)
    for number in range(packets):
        direction.offer(number * 0.001, number.to_bytes(4, "big") * (size // 4))
    return [packet[:4] for _, packet in drain(direction, 1e9)]


class DirectionTest(unittest.TestCase):
    def test_delay_and_rate(self):
        direction = Direction(0, 0.010, 12 * MBIT, 250_000)
        for _ in range(3):
            direction.offer(5.0, bytes(1500))
        # 1500 bytes at 12 Mbit/s take a millisecond.
        self.assertEqual([round(due, 6) for due, _ in drain(direction, 6)], [5.011, 5.012, 5.013])

    def test_nothing_leaves_before_it_is_due(self):
        direction = Direction(0, 0.010, 12 * MBIT, 250_000)
        direction.offer(5.0, bytes(1500))
        self.assertIsNone(direction.take(5.0109))
        self.assertEqual(len(direction.take(5.0111)), 1500)
        self.assertIsNone(direction.take(6.0))

    def test_the_queue_is_bounded(self):
        direction = Direction(0, 0.010, 12 * MBIT, 15_000)
        for _ in range(30):
            direction.offer(0.0, bytes(1500))
        self.assertEqual(direction.overflowed, 20)
        self.assertEqual(len(drain(direction, 1)), 10)

    def test_a_packet_larger_than_the_queue_passes_when_nothing_waits(self):
        direction = Direction(0, 0.010, 12 * MBIT, 100)
        direction.offer(1.0, bytes(1500))
        self.assertEqual(direction.overflowed, 0)

    def test_loss_is_about_what_was_asked_for(self):
        lost = 20_000 - len(survivors(3, packets=20_000))
        # Five standard deviations of a binomial distribution.
        self.assertAlmostEqual(lost, 200, delta=5 * (20_000 * 0.01 * 0.99) ** 0.5)

    def test_loss_depends_on_the_number_of_the_packet_only(self):
        self.assertEqual(survivors(7), survivors(7, size=40))
        self.assertNotEqual(survivors(7), survivors(8))

    def test_lost_packets_take_their_time_on_the_link(self):
        direction = Direction(1, 0.010, 12 * MBIT, 15_000)
        for _ in range(11):
            direction.offer(0.0, bytes(1500))
        self.assertEqual((direction.lost, direction.overflowed), (10, 1))

    def test_reordered_packets_are_overtaken(self):
        direction = Direction(0, 0.010, 100 * MBIT, 250_000, reorder=0.1, reorder_seconds=0.003)
        direction.reset(1)
        for number in range(1000):
            direction.offer(number * 0.001, bytes([number % 256]))
        order = [packet[0] for _, packet in drain(direction, 1e9)]
        self.assertEqual(len(order), 1000)
        self.assertGreater(direction.reordered, 50)
        self.assertNotEqual(order, [number % 256 for number in range(1000)])

    def test_lateness_is_told(self):
        direction = Direction(0, 0.010, 12 * MBIT, 250_000)
        direction.offer(0.0, bytes(1500))
        direction.take(0.0152)
        self.assertAlmostEqual(direction.statistics()["late_max_ms"], 4.2, delta=0.11)


class CaptureTest(unittest.TestCase):
    def test_headers_of_a_packet(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "a.pcap")
            capture = Capture(path)
            capture.record(1.5, bytes(range(200)))
            capture.close()
            with open(path, "rb") as file:
                content = file.read()
        self.assertEqual(struct.unpack_from("<IHH", content), (0xA1B2C3D4, 2, 4))
        self.assertEqual(struct.unpack_from("<II", content, 32), (CAPTURED_BYTES, 200))
        self.assertEqual(content[40:], bytes(range(CAPTURED_BYTES)))


if __name__ == "__main__":
    unittest.main()
