package io.tun2socks.rules.provider;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives up at a number of bytes: a small compressed file may stand for a huge one. */
final class LimitedInput extends FilterInputStream {
    private final long limit;
    private long left;

    LimitedInput(InputStream in, long limit) {
        super(in);
        this.limit = limit;
        this.left = limit;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int done = super.read(buffer, offset, length);
        count(Math.max(done, 0));
        return done;
    }

    private void count(int done) throws IOException {
        left -= done;
        if (left < 0) {
            throw new IOException("it unpacks to more than " + limit + " bytes");
        }
    }
}
