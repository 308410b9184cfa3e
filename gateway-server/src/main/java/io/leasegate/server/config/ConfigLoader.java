package io.leasegate.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
        Includes includes = new Includes();
        ConfigObject user = Substitutions.resolve(parse(file, includes), context);
        for (String what : includes.empty()) {
            context.warning(
                    "include \"" + what
                            + "\" brings nothing: there is no such file, or nothing is in it (write include required(\""
                            + what + "\") where it must be there)",
                    ConfigOriginFactory.newFile(file.toAbsolutePath().toString()));
        }
        List<Node> layers = List.of(new Node("", "", user, context), new Node("", "", Reference.load(), context));
        GatewayConfig config = Section.read("", "", layers, layers.get(0), ConfigReader::read);
        if (!context.problems().isEmpty()) {
            throw new ConfigurationException(context.problems());
        }
        return config;
    }

    private static Config parse(Path file, Includes includes) throws ConfigurationException {
        if (Files.isDirectory(file)) {
            throw failed(file, "is a directory (expected a configuration file)");
        }
        if (!Files.exists(file)) {
            throw failed(file, "no such file (write one, or start from a sample in conf/)");
        }
        if (!Files.isReadable(file)) {
            throw failed(file, "cannot be read (give this user the right to read it)");
        }
        if (Files.isRegularFile(file) && !isText(file)) {
            throw failed(file, "is not UTF-8 text (save it as UTF-8)");
        }
        try {
            return ConfigFactory.parseFile(
                    file.toAbsolutePath().toFile(),
                    ConfigParseOptions.defaults()
                            .setSyntax(ConfigSyntax.CONF)
                            .setAllowMissing(false)
                            .setIncluder(includes));
        } catch (ConfigException.IO e) {
            throw failed(file, e.origin() == null ? HoconMessage.of(e) : "cannot be read: " + HoconMessage.of(e));
        } catch (ConfigException e) {
            ReadContext context = new ReadContext(file, null);
            context.problem("not valid HOCON: " + HoconMessage.of(e), e.origin());
            throw new ConfigurationException(context.problems());
        }
    }

    private static boolean isText(Path file) throws ConfigurationException {
        try {
            return Files.readString(file).indexOf('\0') < 0;
        } catch (CharacterCodingException e) {
            return false;
        } catch (IOException e) {
            throw failed(file, "cannot be read: " + e.getMessage());
        }
    }

    private static ConfigurationException failed(Path file, String what) {
        return new ConfigurationException(List.of(new Problem(file + ": " + what, "", 0)));
    }
}
