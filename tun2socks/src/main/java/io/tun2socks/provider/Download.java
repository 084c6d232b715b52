package io.tun2socks.provider;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Fetches what providers hold. Any thread. */
@FunctionalInterface
public interface Download {
    /**
     * What is fetched.
     *
     * @param url where it is
     * @param proxy the proxy or group to go through; empty for what the rules say
     * @param headers sent along
     * @param sizeLimit bytes that the answer may have; 0 for no limit of the user's
     * @param etag of what is there already, for If-None-Match; empty for none
     */
    record Request(String url, String proxy, Map<String, List<String>> headers, long sizeLimit, String etag) {}

    /**
     * What came.
     *
     * @param content the bytes, or null if it has not changed
     * @param etag the answer's entity tag; empty for none
     */
    record Answer(Content content, String etag) {}

    /** Bytes; theirs is who gets them. */
    final class Content {
        private final byte[] bytes;

        /**
         * Wraps bytes.
         *
         * @param bytes not copied
         */
        public Content(byte[] bytes) {
            this.bytes = bytes;
        }

        /** Returns the bytes, not copied. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * Begins to fetch.
     *
     * @param request what
     * @return completes on any thread; exceptionally if it could not be had, the message says why
     */
    CompletionStage<Answer> fetch(Request request);
}
