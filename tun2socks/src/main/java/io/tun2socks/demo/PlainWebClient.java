package io.tun2socks.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The JDK's own client. */
final class PlainWebClient implements WebClient {
    private static final int TIMEOUT_MILLIS = 60_000;

    @Override
    public String name() {
        return "Java's HTTP client";
    }

    @Override
    public <T> T get(String url, Reader<T> reader) throws IOException {
        HttpURLConnection connection = open(url);
        try (InputStream in = answer(connection)) {
            return reader.readFrom(in);
        } finally {
            connection.disconnect();
        }
    }

    @Override
    public String post(String url, long length, Body body) throws IOException {
        HttpURLConnection connection = open(url);
        try {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(length);
            try (OutputStream out = connection.getOutputStream()) {
                body.writeTo(out);
            }
            try (InputStream in = answer(connection)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } finally {
            connection.disconnect();
        }
    }

    private static HttpURLConnection open(String url) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        // So that the flow ends with the request, as one of curl does.
        connection.setRequestProperty("Connection", "close");
        return connection;
    }

    private static InputStream answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException(connection.getURL() + " answers with status " + status);
        }
        return connection.getInputStream();
    }
}
