package io.tun2socks.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** A client of web sites: curl where there is one, the JDK's otherwise. */
interface WebClient {
    /** Writes the body of a request. */
    @FunctionalInterface
    interface Body {
        /** Writes all of it; closing the stream is left to the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Reads the body of an answer. */
    @FunctionalInterface
    interface Reader<T> {
        /** Reads all of it; closing the stream is left to the caller. */
        T readFrom(InputStream in) throws IOException;
    }

    /** Returns the name shown to people. */
    String name();

    /**
     * Fetches a page.
     *
     * @param url which
     * @param reader reads the answer
     * @return what the reader returned
     * @throws IOException if the page cannot be had, or the status is not 200
     */
    <T> T get(String url, Reader<T> reader) throws IOException, InterruptedException;

    /**
     * Posts a body.
     *
     * @param url where to
     * @param length how long the body is, in bytes
     * @param body writes it
     * @return the answer
     * @throws IOException if that cannot be, or the status is not 200
     */
    String post(String url, long length, Body body) throws IOException, InterruptedException;

    /** Chooses one by what the search path has. */
    static WebClient choose() {
        String path = System.getenv().getOrDefault("PATH", "");
        boolean curl = Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .anyMatch(directory -> new File(directory, "curl").canExecute());
        return curl ? new CurlClient() : new PlainWebClient();
    }
}
