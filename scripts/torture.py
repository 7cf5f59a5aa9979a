#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the torture file of post-processing: requantizations and additions that sit on ties, wrap in int32 or saturate.

    scripts/torture.py > testbenches/system/data/torture.txt

Expected values come from exact rational arithmetic and one function that rounds to float32, so they depend on no
floating-point unit and no library. scripts/torture_onnxruntime.mjs checks the file against ONNX Runtime.

The file is text; a section starts with a line of words, its cases follow, one per line. Floats are float32 bits in hex.

    requantize TYPE ZERO_POINT
    VALUE BIAS SCALE EXPECTED
        EXPECTED = saturate(TYPE, rne(fl(fl(VALUE + BIAS) * SCALE)) + ZERO_POINT), the sum wrapping in int32

    add A_TYPE B_TYPE TYPE RA RB F [SA ZA SB ZB SY ZY]
    A B EXPECTED
        EXPECTED = saturate(TYPE, rne(fma(A, RA, fma(B, RB, F)))); if the factors come from the scales and zero points
        of an operator, those follow (all three types are then the same)
"""
import random
import struct
import sys
from fractions import Fraction

HALF = Fraction(1, 2)
RANGE = {"int8": (-128, 127), "uint8": (0, 255)}


def round_to_int(x):
    """To the nearest integer, half to even."""
    return round(x)  # Python's round of a Fraction is exact and rounds half to even


def round_to_float32(x):
    """To the nearest float32, half to even, as a Fraction; denormals included. Overflow is an error."""
    x = Fraction(x)
    if x == 0:
        return x
    exponent = abs(x).numerator.bit_length() - abs(x).denominator.bit_length()
    if Fraction(2) ** exponent > abs(x):
        exponent -= 1
    ulp = Fraction(2) ** (max(exponent, -126) - 23)
    result = round_to_int(x / ulp) * ulp
    if abs(result) >= Fraction(2) ** 128:
        raise OverflowError
    return result


def from_bits(bits):
    return Fraction(struct.unpack("<f", struct.pack("<I", bits))[0])


def to_bits(x):
    """Bits of a Fraction that is a float32."""
    bits = struct.unpack("<I", struct.pack("<f", float(x)))[0]
    assert from_bits(bits) == x
    return bits


def saturate(kind, x):
    low, high = RANGE[kind]
    return min(max(x, low), high)


def wrap(x):
    return (x + 2**31) % 2**32 - 2**31


def requantize(kind, zero_point, value, bias, scale_bits):
    try:
        product = round_to_float32(round_to_float32(wrap(value + bias)) * from_bits(scale_bits))
    except OverflowError:
        product = Fraction(2) ** 128 * (1 if wrap(value + bias) > 0 else -1)
    rounded = min(max(round_to_int(product), -(2**31)), 2**31 - 1)
    return saturate(kind, rounded + zero_point)


def add(kind, a, b, ra, rb, offset):
    inner = round_to_float32(b * rb + offset)
    return saturate(kind, round_to_int(round_to_float32(a * ra + inner)))


def nudge(x, ulps):
    """The float32 bits `ulps` steps from the float32 nearest to x > 0, a normal number."""
    return min(max(to_bits(round_to_float32(x)) + ulps, 0x00800000), 0x7F7FFFFF)


def any_scale(rng, low, high):
    return (rng.randint(low, high) + 127) << 23 | rng.getrandbits(23)


# (k, m, q): m * q = (2k+1) * 2^n + 2^23 + 1 as 48 bits. The exact product lies above the tie of float32 by its very last
# bit, and the float32 below that tie is itself the integer tie k + 1/2.
LAST_BIT = [(4, 12578817, 12587009), (58, 15360431, 16749903), (64, 8463219, 16759227), (84, 11518409, 16132217),
            (134, 10124189, 14607029), (170, 13544677, 13840621), (202, 13369803, 16653283)]


def requantize_cases(rng, kind, zero_point, count):
    low, high = RANGE[kind]

    def split(total):
        """A value that an accumulator of a few hundred products can hold, and the bias that makes the total."""
        value = rng.choice([0, rng.randint(-5, 5), rng.randint(-(2**20), 2**20)])
        return value, wrap(total - value)

    for k, m, q in LAST_BIT:
        for sign in (1, -1):
            tie = Fraction(2 * k + 1, 2)
            scale = Fraction(q)
            while m * scale > tie * Fraction(3, 2):
                scale /= 2
            yield (*split(sign * m), to_bits(scale))
    for total in (0, 1, -1, 2**24 - 1, 2**24 + 1, -(2**24) - 3, 2**31 - 1, 2**31 - 64, 2**31 - 65, -(2**31), -(2**31) + 1):
        for scale in (0x00800000, 0x00800001, 0x2F000000, 0x2F800000, 0x3F000000, 0x3F000001, 0x3EFFFFFF, 0x3F800000,
                      0x4F000000, 0x7F7FFFFF):
            yield (*split(total), scale)
    for _ in range(count):
        shape = rng.randrange(10)
        total = rng.getrandbits(rng.randint(1, 31)) * rng.choice([1, -1])
        if shape == 0:  # the sum wraps: value and bias have the same sign
            total = wrap(2**31 + rng.randint(-1000, 1000))
        if total == 0:
            total = 1
        if shape <= 1:
            scale = any_scale(rng, -31, 0)
        elif shape == 2:  # just inside and outside of the range of the type
            end = abs(rng.choice([low, high]) - zero_point) + rng.randint(-1, 1)
            scale = nudge((end + HALF) / abs(total), rng.randint(-1, 1)) if end >= 0 else any_scale(rng, -10, 0)
        elif shape == 3:  # integers that float32 cannot hold: the first rounding matters
            bits = rng.randint(25, 31)
            total = ((rng.getrandbits(23) | 1 << 23) * 2 + 1) << (bits - 25)
            total *= rng.choice([1, -1])
            scale = nudge((rng.randint(0, 255) + HALF) / abs(total), rng.randint(-1, 1))
        else:  # a tie, or a step beside it
            target = rng.randint(0, 255) + HALF
            if shape <= 6:  # scale is a float32 exactly if the odd part of the total divides that of the target
                odd = rng.choice([1, 3, 5, 7, 15, 85])
                target = odd * rng.randrange(1, 511 // odd + 1, 2) * HALF
                total = (odd << rng.randint(0, 22)) * rng.choice([1, -1])
            scale = nudge(target / abs(round_to_float32(total)), rng.choice([-1, 0, 0, 1]))
        yield (*split(total), scale)


def tie_distance(x):
    return abs(x - int(x // 1) - 0.5)


def pairs(rng, a_kind, b_kind, ra, rb, offset, count):
    """Pairs of operands whose sum is nearest to a tie, from a random sample; the ends of the ranges; some random ones."""
    a_low, a_high = RANGE[a_kind]
    b_low, b_high = RANGE[b_kind]
    sample = {(rng.randint(a_low, a_high), rng.randint(b_low, b_high)) for _ in range(2500)}
    fa, fb, fo = float(ra), float(rb), float(offset)
    near = sorted(sorted(sample), key=lambda p: tie_distance(p[0] * fa + p[1] * fb + fo))
    ends = [(a, b) for a in (a_low, 0, a_high) for b in (b_low, 0, b_high)]
    return near[: count - 20] + ends + near[-11:]


def add_sets(rng):
    """(a_type, b_type, type, ra, rb, F, operator or None)"""
    for i in range(44):  # factors of an operator
        kind = ("int8", "uint8")[i % 2]
        low, high = RANGE[kind]
        shape = i // 2 % 4
        if shape == 0:  # few bits: exact ties
            sa, sb, sy = (Fraction(rng.choice([1, 2, 3, 5, 7, 9, 11]), 2 ** rng.randint(3, 6)) for _ in range(3))
            sy = Fraction(1, 2 ** rng.randint(3, 6))
        elif shape == 1:  # saturates at both ends
            sa, sb, sy = (from_bits(any_scale(rng, -6, -4)) for _ in range(3))
            sy /= 4
        elif shape == 2:  # factors of very different size
            sa, sb, sy = from_bits(any_scale(rng, -20, -4)), from_bits(any_scale(rng, -6, -4)), from_bits(any_scale(rng, -6, -5))
        else:
            sa, sb, sy = (from_bits(any_scale(rng, -7, -4)) for _ in range(3))
        za, zb, zy = (rng.choice([0, low, high, rng.randint(low, high)]) for _ in range(3))
        ra, rb = round_to_float32(sa / sy), round_to_float32(sb / sy)
        offset = round_to_float32(zy - round_to_float32(za * ra + round_to_float32(rb * zb)))
        yield kind, kind, kind, ra, rb, offset, (sa, za, sb, zb, sy, zy)
    for i in range(24):  # any factors, operands of mixed types
        kinds = [rng.choice(["int8", "uint8"]) for _ in range(3)]
        ra, rb = from_bits(any_scale(rng, -6, 1)), from_bits(any_scale(rng, -6, 1))
        if i % 4 == 0:  # the sum cancels to a tie: large terms of opposite sign
            a, b = rng.randint(64, 127), rng.randint(64, 127)
            offset = round_to_float32(rng.randint(0, 100) + HALF - a * ra - b * rb)
        elif i % 4 == 1:  # far apart
            rb = from_bits(any_scale(rng, -40, -20))
            offset = rng.randint(-100, 100) + HALF
        elif i % 4 == 2:
            offset = round_to_float32(-rng.randint(1, 100) * rb)
        else:
            offset = Fraction(0)
        yield (*kinds, ra, rb, offset, None)


def main():
    rng = random.Random(20240607)
    print("# Made by scripts/torture.py, which describes the format.")
    for kind, zero_points in (("int8", (0, -128, 127, 5)), ("uint8", (0, 128, 255, 3))):
        for zero_point in zero_points:
            print("requantize", kind, zero_point)
            for value, bias, scale in requantize_cases(rng, kind, zero_point, 400):
                expected = requantize(kind, zero_point, value, bias, scale)
                print(value, bias, f"{scale:08x}", expected)
    for a_kind, b_kind, kind, ra, rb, offset, operator in add_sets(rng):
        words = ["add", a_kind, b_kind, kind] + [f"{to_bits(x):08x}" for x in (ra, rb, offset)]
        if operator:
            sa, za, sb, zb, sy, zy = operator
            words += [f"{to_bits(sa):08x}", za, f"{to_bits(sb):08x}", zb, f"{to_bits(sy):08x}", zy]
        print(*words)
        for a, b in pairs(rng, a_kind, b_kind, ra, rb, offset, 120):
            print(a, b, add(kind, a, b, ra, rb, offset))


if __name__ == "__main__":
    sys.exit(main())
