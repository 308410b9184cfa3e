package io.leasegate.server.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads included files as HOCON does, and remembers those that brought nothing: HOCON skips a file that is not there without a word, and
 * a slip in its name would go unnoticed. Used by one thread, for one reading.
 */
final class Includes implements ConfigIncluder, ConfigIncluderFile {

    private final @Nullable ConfigIncluder usual;
    private final List<String> empty;

    Includes() {
        this(null, new ArrayList<>());
    }

    private Includes(@Nullable ConfigIncluder usual, List<String> empty) {
        this.usual = usual;
        this.empty = empty;
    }

    /** What was written behind {@code include} where nothing came of it. */
    List<String> empty() {
        return empty;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return new Includes(usual == null ? fallback : usual.withFallback(fallback), empty);
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        ConfigObject found =
                usual == null ? ConfigFactory.parseFileAnySyntax(new File(what)).root() : usual.include(context, what);
        return noted(found, what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        ConfigObject found = usual instanceof ConfigIncluderFile files
                ? files.includeFile(context, what)
                : ConfigFactory.parseFile(what, context.parseOptions()).root();
        return noted(found, what.getPath());
    }

    private ConfigObject noted(ConfigObject found, String what) {
        if (found.isEmpty()) {
            empty.add(what);
        }
        return found;
    }
}
