package io.tun2socks.cli.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.tun2socks.config.NearMiss;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import io.tun2socks.rules.model.Network;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a flow from a line of JSON: the input of {@code rules test --batch}. */
final class FlowJson {
    private static final List<String> KEYS = List.of(
            "network",
            "host",
            "dst_ip",
            "dst_port",
            "src_ip",
            "src_port",
            "process",
            "process_path",
            "uid",
            "in_type",
            "in_port",
            "in_user",
            "in_name",
            "dscp");
    private static final JsonFactory JSON = new JsonFactory();

    private FlowJson() {}

    /**
     * Reads one flow.
     *
     * @param line a JSON object; every key is optional
     * @return the flow; its owner counts as sought
     * @throws IllegalArgumentException if the line is no such object; the message names the key and what was expected
     */
    static FlowMetadata read(String line) {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("expected a JSON object");
            }
            // What the line does not say about the owner is not known.
            FlowMetadata flow = new FlowMetadata().processSought(true);
            Set<String> seen = new HashSet<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                if (!seen.add(key)) {
                    throw new IllegalArgumentException("the key '" + key + "' stands there twice");
                }
                set(flow, key, json);
            }
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("expected one JSON object a line, and nothing behind it");
            }
            return flow;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static void set(FlowMetadata flow, String key, JsonParser json) throws IOException {
        if (!KEYS.contains(key)) {
            throw new IllegalArgumentException("unknown key '" + key + "'" + NearMiss.hint(key, KEYS, ""));
        }
        JsonToken token = json.nextToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        switch (key) {
            case "network" -> flow.network(network(text(key, token, json)));
            case "host" -> flow.host(Names.normalize(text(key, token, json)));
            case "dst_ip" -> flow.destinationIp(ip(key, text(key, token, json)));
            case "dst_port" -> flow.destinationPort((int) number(key, token, json, 65535));
            case "src_ip" -> flow.sourceIp(ip(key, text(key, token, json)));
            case "src_port" -> flow.sourcePort((int) number(key, token, json, 65535));
            case "process" -> flow.process(text(key, token, json));
            case "process_path" -> path(flow, text(key, token, json));
            case "uid" -> flow.uid(number(key, token, json, 0xffff_ffffL));
            case "in_type" -> flow.inboundType(inboundType(text(key, token, json)));
            case "in_port" -> flow.inboundPort((int) number(key, token, json, 65535));
            case "in_user" -> flow.inboundUser(text(key, token, json));
            case "in_name" -> flow.inboundName(text(key, token, json));
            case "dscp" -> flow.dscp((int) number(key, token, json, 63));
            default -> throw new IllegalStateException(key);
        }
    }

    private static void path(FlowMetadata flow, String path) {
        flow.processPath(path);
    }

    private static String text(String key, JsonToken token, JsonParser json) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw new IllegalArgumentException(key + ": expected a string");
        }
        return json.getText();
    }

    /** Numbers may be written as strings, as logs of other programs do. */
    private static long number(String key, JsonToken token, JsonParser json, long most) throws IOException {
        String text = token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_STRING ? json.getText() : "";
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(key + ": expected a whole number from 0 to " + most);
        }
        return Long.parseLong(text);
    }

    /** Reads {@code tcp} or {@code udp}. */
    static Network network(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "tcp" -> Network.TCP;
            case "udp" -> Network.UDP;
            default -> throw new IllegalArgumentException("network: '" + text + "' is none; expected tcp or udp");
        };
    }

    private static Ip ip(String key, String text) {
        return text.isEmpty()
                ? null
                : Ip.parse(text)
                        .orElseThrow(() ->
                                new IllegalArgumentException(key + ": '" + text + "' is not an IPv4 or IPv6 address"));
    }

    private static InboundType inboundType(String text) {
        return InboundType.of(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "in_type: '" + text + "' is none; expected one of " + List.of(InboundType.values())));
    }
}
