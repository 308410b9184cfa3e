package io.leasegate.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import java.io.File;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A file that lists instances: {@code services { NAME = [ … ] }} in HOCON or JSON, with the same content as
 * {@code leasegate.discovery.static.services}. Stateless; any thread.
 */
public final class InstanceFile {

    private static final String SERVICES = "services";
    private static final String EXPECTED = "expected services { NAME = [ { address = \"HOST:PORT\" } ] }";

    private InstanceFile() {}

    /**
     * Reads the content of a file.
     *
     * @param file where it is from, for messages
     * @throws ConfigurationException with every error in it
     */
    public static Map<String, List<StaticInstance>> read(Path file, byte[] content) throws ConfigurationException {
        ReadContext context = new ReadContext(file, null);
        Map<String, List<StaticInstance>> services;
        try {
            services = services(Substitutions.resolve(parse(text(file, content), context), context), context);
        } catch (StackOverflowError e) {
            throw failed(file, "blocks and lists are nested too deeply");
        }
        if (!context.problems().isEmpty()) {
            throw new ConfigurationException(context.problems());
        }
        return services;
    }

    private static String text(Path file, byte[] content) throws ConfigurationException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // Told below, like a text with zeros in it.
        }
        throw failed(file, "is not UTF-8 text (save it as UTF-8)");
    }

    private static Config parse(String text, ReadContext context) throws ConfigurationException {
        try {
            return ConfigFactory.parseString(
                    text,
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setIncluder(new NoIncludes(context)));
        } catch (ConfigException e) {
            context.problem("not valid HOCON: " + HoconMessage.of(e), e.origin());
            throw new ConfigurationException(context.problems());
        }
    }

    private static Map<String, List<StaticInstance>> services(ConfigObject root, ReadContext context) {
        root.forEach((key, value) -> {
            if (!key.equals(SERVICES)) {
                context.problem(Node.child("", key) + ": unknown key (" + EXPECTED + ")", value.origin());
            }
        });
        ConfigValue services = root.get(SERVICES);
        if (services == null || services.valueType() == ConfigValueType.NULL) {
            // An empty file is a slip, or half written; who means that there are no instances can say so.
            context.problem(SERVICES + ": missing (" + EXPECTED + ", or services {} for none)", root.origin());
            return Map.of();
        }
        return DiscoveryReader.instances(
                new Node(SERVICES, "leasegate.discovery.static." + SERVICES, services, context));
    }

    private static ConfigurationException failed(Path file, String what) {
        return new ConfigurationException(List.of(new Problem(file + ": " + what, "", 0)));
    }

    /** Another file would have to be watched too. */
    private record NoIncludes(ReadContext context)
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext includeContext, String what) {
            return nothing(what);
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext includeContext, File what) {
            return nothing(what.getPath());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext includeContext, URL what) {
            return nothing(what.toString());
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext includeContext, String what) {
            return nothing(what);
        }

        private ConfigObject nothing(String what) {
            ConfigObject empty = ConfigFactory.empty().root();
            context.problem(
                    "include \"" + what + "\": a file of instances is read by itself (write the instances into it)",
                    empty.origin());
            return empty;
        }
    }
}
