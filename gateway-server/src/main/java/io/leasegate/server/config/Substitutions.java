package io.leasegate.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the values of {@code ${NAME}} in their places. The library gives up at the first one without a value; here all of them are
 * found, and taken out, so that the rest of the file can be checked too.
 */
final class Substitutions {

    private static final Pattern NAME = Pattern.compile("\\$\\{([^?}][^}]*)}");

    private Substitutions() {}

    static ConfigObject resolve(Config parsed, ReadContext context) throws ConfigurationException {
        try {
            ConfigObject root = parsed.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true))
                    .root();
            return withoutUnresolved(root, "", context);
        } catch (ConfigException e) {
            context.problem("a substitution cannot be resolved: " + ConfigLoader.message(e), e.origin());
            throw new ConfigurationException(context.problems());
        }
    }

    private static ConfigObject withoutUnresolved(ConfigObject object, String path, ReadContext context) {
        ConfigObject result = object;
        for (String key : List.copyOf(object.keySet())) {
            ConfigValue value = object.get(key);
            String childPath = Node.child(path, key);
            if (value == null) {
                continue;
            }
            if (!isResolved(value)) {
                report(childPath, value, context);
                result = result.withoutKey(key);
            } else if (value instanceof ConfigObject child) {
                ConfigObject cleaned = withoutUnresolved(child, childPath, context);
                if (cleaned != child) {
                    result = result.withValue(key, cleaned.withOrigin(child.origin()));
                }
            } else if (value instanceof ConfigList list) {
                List<ConfigValue> elements = new ArrayList<>();
                findUnresolved(list, childPath, elements, context);
                if (!elements.isEmpty()) {
                    result = result.withoutKey(key);
                }
            }
        }
        return result;
    }

    private static void findUnresolved(
            ConfigList list, String path, List<ConfigValue> unresolved, ReadContext context) {
        for (int i = 0; i < list.size(); i++) {
            ConfigValue element = list.get(i);
            String elementPath = path + "[" + i + "]";
            if (!isResolved(element)) {
                report(elementPath, element, context);
                unresolved.add(element);
            } else if (element instanceof ConfigObject object) {
                if (withoutUnresolved(object, elementPath, context) != object) {
                    unresolved.add(element);
                }
            } else if (element instanceof ConfigList inner) {
                findUnresolved(inner, elementPath, unresolved, context);
            }
        }
    }

    /** The library tells it by throwing: for a value when its type is asked for, for a block when its keys are. */
    private static boolean isResolved(ConfigValue value) {
        try {
            return value.valueType() != ConfigValueType.OBJECT || ((ConfigObject) value).keySet() != null;
        } catch (ConfigException.NotResolved e) {
            return false;
        }
    }

    private static void report(String path, ConfigValue value, ReadContext context) {
        String text = value.render();
        Matcher m = NAME.matcher(text);
        String name = m.find() ? m.group(1) : text;
        context.problem(
                path + ": " + text + " (nothing sets " + name + ": set the environment variable, or write ${?" + name
                        + "} where it may be missing)",
                value.origin());
    }
}
