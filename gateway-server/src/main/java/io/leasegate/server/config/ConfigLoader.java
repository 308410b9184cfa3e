package io.leasegate.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** From a configuration file to a {@link GatewayConfig}. Reads files, takes no other effect; any thread. */
public final class ConfigLoader {

    private ConfigLoader() {}

    /**
     * Reads and checks a configuration file (HOCON; {@code include} and substitutions from the environment work).
     *
     * @throws ConfigurationException with every error in it
     */
    public static GatewayConfig load(Path file) throws ConfigurationException {
        ReadContext context = new ReadContext(file, null);
        ConfigObject user = Substitutions.resolve(parse(file), context);
        List<Node> layers = List.of(new Node("", "", user, context), new Node("", "", Reference.load(), context));
        GatewayConfig config = Section.read("", "", layers, layers.get(0), ConfigReader::read);
        if (!context.problems().isEmpty()) {
            throw new ConfigurationException(context.problems());
        }
        return config;
    }

    private static Config parse(Path file) throws ConfigurationException {
        if (Files.isDirectory(file)) {
            throw failed(file, "is a directory (expected a configuration file)");
        }
        if (!Files.exists(file)) {
            throw failed(file, "no such file (write one, or start from a sample in conf/)");
        }
        if (!Files.isReadable(file)) {
            throw failed(file, "cannot be read (give this user the right to read it)");
        }
        try {
            return ConfigFactory.parseFile(
                    file.toAbsolutePath().toFile(),
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false));
        } catch (ConfigException.IO e) {
            throw failed(file, e.origin() == null ? message(e) : "cannot be read: " + message(e));
        } catch (ConfigException e) {
            ReadContext context = new ReadContext(file, null);
            context.problem("not valid HOCON: " + message(e), e.origin());
            throw new ConfigurationException(context.problems());
        }
    }

    private static ConfigurationException failed(Path file, String what) {
        return new ConfigurationException(List.of(new Problem(file + ": " + what, "", 0)));
    }

    /** The message without the place, which is told in our own form. */
    static String message(ConfigException e) {
        String text = String.valueOf(e.getMessage());
        String place = e.origin() == null ? "" : e.origin().description() + ": ";
        return text.startsWith(place) ? text.substring(place.length()) : text;
    }
}
