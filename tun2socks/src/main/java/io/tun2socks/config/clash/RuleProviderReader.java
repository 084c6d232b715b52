package io.tun2socks.config.clash;

import io.tun2socks.config.clash.RuleProviderConfig.Behavior;
import io.tun2socks.config.clash.RuleProviderConfig.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code rule-providers}. */
final class RuleProviderReader {
    private static final Map<String, Behavior> BEHAVIORS = Words.of(Behavior.values());
    private static final Map<String, Format> FORMATS = Words.of(Format.values());

    private final ReadOptions options;

    RuleProviderReader(ReadOptions options) {
        this.options = options;
    }

    List<RuleProviderConfig> read(Fields root) {
        List<RuleProviderConfig> providers = new ArrayList<>();
        for (Item item : root.named("rule-providers")) {
            Fields fields = Fields.of(item, Fields.Style.LOOSE, root.findings());
            providers.add(provider(item, fields));
            fields.finish();
        }
        return providers;
    }

    private RuleProviderConfig provider(Item item, Fields fields) {
        ProviderFields common = ProviderFields.read(fields, "rules", options);
        if (!fields.has("behavior")) {
            fields.error("behavior", "there is none; expected one of " + String.join(", ", BEHAVIORS.keySet()));
        }
        Behavior behavior = fields.choice("behavior", Behavior.CLASSICAL, BEHAVIORS);
        Format format = fields.choice("format", Format.YAML, FORMATS);
        if (format == Format.MRS && behavior == Behavior.CLASSICAL && fields.has("behavior")) {
            fields.error(
                    "format", "mrs holds no classical rules; expected behavior domain or ipcidr, or another format");
        }
        if (common.type() == ProviderType.INLINE && fields.has("type") && !fields.has("payload")) {
            fields.error("payload", "there is none; expected a list of rules in an inline provider");
        }
        return new RuleProviderConfig(
                item.name(),
                common.type(),
                behavior,
                format,
                common.url(),
                common.path(),
                common.interval(),
                common.proxy(),
                common.header(),
                common.sizeLimit(),
                fields.texts("payload", List.of()),
                item.line());
    }
}
