package io.leasegate.server.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The defaults of all keys: {@code conf/leasegate.reference.conf}, which the build puts beside this class. */
final class Reference {

    static final String RESOURCE = "leasegate.reference.conf";

    private static final String ORIGIN = "the defaults of Leasegate";

    private Reference() {}

    static ConfigObject load() {
        InputStream in = Reference.class.getResourceAsStream(RESOURCE);
        if (in == null) {
            throw new IllegalStateException(RESOURCE + " is missing in this build");
        }
        try (in;
                InputStreamReader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return ConfigFactory.parseReader(text, ConfigParseOptions.defaults().setOriginDescription(ORIGIN))
                    .root();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a value comes from the defaults. */
    static boolean isOrigin(ConfigOrigin origin) {
        return origin.description().startsWith(ORIGIN);
    }
}
