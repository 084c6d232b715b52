package io.tun2socks.it;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A small web server of which tests know every byte: {@code GET /bytes/SIZE/SEED} is a {@link Pattern},
 * {@code PUT /sink} answers with the hash of what it got, {@code GET /whoami} with the client's address as the server
 * sees it, {@code GET /cut/SIZE} promises twice as much as it sends and then resets the connection.
 */
final class HttpSite {
    private HttpSite() {}

    /** Serves the requests of one connection. */
    static void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        OutputStream out = socket.getOutputStream();
        for (String request = line(in); !request.isEmpty(); request = line(in)) {
            long length = 0;
            boolean close = false;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Long.parseLong(lower.substring(15).strip());
                }
                close |= lower.equals("connection: close");
            }
            String[] path = request.split(" ", 3)[1].split("/", -1);
            switch (path.length > 1 ? path[1] : "") {
                case "bytes" -> {
                    Pattern pattern = new Pattern(Long.parseLong(path[3]), Long.parseLong(path[2]));
                    head(out, "200 OK", pattern.size());
                    pattern.writeTo(out);
                }
                case "sink" -> {
                    Pattern.Digest got = Pattern.digest(in, length);
                    text(out, "200 OK", got.sha256() + " " + got.bytes());
                }
                case "whoami" -> text(out, "200 OK", socket.getInetAddress().getHostAddress());
                case "cut" -> {
                    Pattern pattern = new Pattern(1, Long.parseLong(path[2]));
                    head(out, "200 OK", pattern.size() * 2);
                    pattern.writeTo(out);
                    TcpServer.reset(socket);
                    return;
                }
                case "" -> text(out, "200 OK", "hello from the far side\n");
                default -> text(out, "404 Not Found", "no such page");
            }
            if (close) {
                return;
            }
        }
    }

    private static void text(OutputStream out, String status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head(out, status, bytes.length);
        out.write(bytes);
    }

    private static void head(OutputStream out, String status, long length) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + length
                + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads up to a line's end; empty at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString().strip();
            }
            if (line.length() > 8192) {
                throw new EOFException("a line of more than 8192 bytes");
            }
            line.append((char) c);
        }
        return "";
    }
}
