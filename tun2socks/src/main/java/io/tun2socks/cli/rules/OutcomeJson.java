package io.tun2socks.cli.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes a decision as a line of JSON: the output of {@code rules test --batch}. */
final class OutcomeJson {
    private static final JsonFactory JSON = new JsonFactory();

    private OutcomeJson() {}

    /**
     * Writes one decision.
     *
     * @param outcome the decision
     * @return a JSON object without a line break
     */
    static String write(Trial.Outcome outcome) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("rule", outcome.rule());
            json.writeStringField(
                    "type", outcome.by() == null ? "" : outcome.by().type());
            json.writeStringField(
                    "payload", outcome.by() == null ? "" : outcome.by().payload());
            json.writeStringField("target", outcome.target());
            json.writeArrayFieldStart("chain");
            for (String name : outcome.chain()) {
                json.writeString(name);
            }
            json.writeEndArray();
            json.writeNumberField("nanos", outcome.nanos());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return text.toString();
    }
}
