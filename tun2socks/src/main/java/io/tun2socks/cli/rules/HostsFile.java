package io.tun2socks.cli.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The addresses that {@code rules test --hosts} gives to names, in place of a resolver. */
final class HostsFile {
    private HostsFile() {}

    /**
     * Reads the file.
     *
     * @param file a JSON object: a name, and an address or a list of addresses, of which the first counts
     * @return the addresses by normalized name
     * @throws IOException if the file cannot be read, or is not like that; the message says where
     */
    static Map<String, Ip> read(Path file) throws IOException {
        Map<String, Ip> addresses = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(Files.readAllBytes(file))) {
            expect(json, json.nextToken() == JsonToken.START_OBJECT, file, "a JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = Names.normalize(json.currentName());
                JsonToken token = json.nextToken();
                if (token == JsonToken.START_ARRAY) {
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        addresses.putIfAbsent(name, address(json, file));
                    }
                } else {
                    addresses.put(name, address(json, file));
                }
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + ":" + e.getLocation().getLineNr() + ": not JSON: " + e.getOriginalMessage(), e);
        }
        return addresses;
    }

    private static Ip address(JsonParser json, Path file) throws IOException {
        boolean text = json.currentToken() == JsonToken.VALUE_STRING;
        Ip ip = text ? Ip.parse(json.getText()).orElse(null) : null;
        expect(json, ip != null, file, "an IPv4 or IPv6 address, or a list of them");
        return ip;
    }

    private static void expect(JsonParser json, boolean met, Path file, String what) throws IOException {
        if (!met) {
            throw new IOException(file + ":" + json.currentTokenLocation().getLineNr() + ": expected " + what);
        }
    }
}
