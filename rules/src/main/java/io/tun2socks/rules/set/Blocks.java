package io.tun2socks.rules.set;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.math.BigInteger;
import java.util.function.Consumer;

/** Cuts ranges of addresses into blocks; for people and files, not for flows. */
final class Blocks {
    private static final BigInteger HALF = BigInteger.ONE.shiftLeft(64);

    private Blocks() {}

    static void of(Ip first, Ip last, Consumer<Cidr> consumer) {
        int bits = first.bits();
        BigInteger from = number(first);
        BigInteger behind = number(last).add(BigInteger.ONE);
        while (from.compareTo(behind) < 0) {
            int aligned = from.signum() == 0 ? bits : from.getLowestSetBit();
            int fitting = behind.subtract(from).bitLength() - 1;
            int host = Math.min(aligned, fitting);
            consumer.accept(new Cidr(address(from, bits), bits - host));
            from = from.add(BigInteger.ONE.shiftLeft(host));
        }
    }

    private static BigInteger number(Ip ip) {
        return unsigned(ip.high()).shiftLeft(64).add(unsigned(ip.low()));
    }

    private static BigInteger unsigned(long half) {
        BigInteger value = BigInteger.valueOf(half);
        return half < 0 ? value.add(HALF) : value;
    }

    private static Ip address(BigInteger number, int bits) {
        return bits == 32
                ? Ip.v4(number.intValue())
                : Ip.of(number.shiftRight(64).longValue(), number.longValue());
    }
}
