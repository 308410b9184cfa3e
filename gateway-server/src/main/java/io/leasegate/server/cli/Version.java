package io.leasegate.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which version of Leasegate this is. */
final class Version {

    private Version() {}

    static String number() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }
}
