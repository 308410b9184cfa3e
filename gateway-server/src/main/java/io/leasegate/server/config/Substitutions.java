package io.leasegate.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of {@code ${NAME}} in their places. The library gives up at the first one without a value; here all of them are
 * found, and taken out, so that the rest of the file can be checked too. And a value keeps the line that it is used on, where the
 * library gives it the origin of the environment.
 */
final class Substitutions {

    private static final Pattern NAME = Pattern.compile("\\$\\{([^?}][^}]*)}");

    private final ReadContext context;

    private Substitutions(ReadContext context) {
        this.context = context;
    }

    static ConfigObject resolve(Config parsed, ReadContext context) throws ConfigurationException {
        try {
            ConfigObject root = parsed.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true))
                    .root();
            return new Substitutions(context).object(root, parsed.root(), "");
        } catch (ConfigException e) {
            context.problem("a substitution cannot be resolved: " + HoconMessage.of(e), e.origin());
            throw new ConfigurationException(context.problems());
        }
    }

    /**
     * @param parsed the same value before substitution, null when it cannot be told
     * @return null when there is no value, which is noted
     */
    private @Nullable ConfigValue value(ConfigValue value, @Nullable ConfigValue parsed, String path) {
        if (!isResolved(value)) {
            report(path, value);
            return null;
        }
        if (value instanceof ConfigObject object) {
            return object(object, parsed, path);
        }
        if (value instanceof ConfigList list) {
            return list(list, parsed, path);
        }
        return value.origin().filename() == null && parsed != null ? value.withOrigin(parsed.origin()) : value;
    }

    private ConfigObject object(ConfigObject object, @Nullable ConfigValue parsed, String path) {
        ConfigObject result = object;
        for (String key : List.copyOf(object.keySet())) {
            ConfigValue child = object.get(key);
            if (child != null) {
                ConfigValue before = parsed instanceof ConfigObject o && isResolved(o) ? o.get(key) : null;
                ConfigValue after = value(child, before, Node.child(path, key));
                if (after == null) {
                    result = result.withoutKey(key);
                } else if (after != child) {
                    result = result.withValue(key, after);
                }
            }
        }
        return result;
    }

    /** The elements keep their indexes, so the whole list goes when one has no value. */
    private @Nullable ConfigValue list(ConfigList list, @Nullable ConfigValue parsed, String path) {
        List<ConfigValue> elements = new ArrayList<>();
        List<ConfigValue> before = parsed instanceof ConfigList l && l.size() == list.size() ? l : list;
        for (int i = 0; i < list.size(); i++) {
            ConfigValue after = value(list.get(i), before.get(i), path + "[" + i + "]");
            if (after != null) {
                elements.add(after);
            }
        }
        return elements.size() < list.size()
                ? null
                : ConfigValueFactory.fromIterable(elements).withOrigin(list.origin());
    }

    /** The library tells it by throwing: for a value when its type is asked for, for a block when its keys are. */
    private static boolean isResolved(ConfigValue value) {
        try {
            return value.valueType() != ConfigValueType.OBJECT || ((ConfigObject) value).keySet() != null;
        } catch (ConfigException.NotResolved e) {
            return false;
        }
    }

    private void report(String path, ConfigValue value) {
        String text = value.render();
        Matcher m = NAME.matcher(text);
        String name = m.find() ? m.group(1) : text;
        context.problem(
                path + ": " + text + " (nothing sets " + name + ": set the environment variable, or write ${?" + name
                        + "} where it may be missing)",
                value.origin());
    }
}
