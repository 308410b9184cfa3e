package io.leasegate.registration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The formats that a source accepts, and the choice among them for each entry: the names of a value's fields decide, then the layout
 * of the key, then the order of the list. Prefixes may have a format of their own. Immutable, safe from any thread.
 */
public final class RegistrationFormats {

    /** The configuration value that stands for all formats. */
    public static final String AUTO = "auto";

    /** Every known format; a new one is one more line. */
    private static final List<RegistrationFormat> ALL = List.of(
            new SeedFormat(),
            new EtcdNamingFormat(),
            new KratosFormat(),
            new KitexFormat(),
            new GoMicroFormat(),
            new DubboInterfaceFormat(),
            new DubboApplicationFormat(),
            new JupiterFormat(),
            new LiyueGrpcLbFormat(),
            new WwcdGrpcLbFormat(),
            new ShenYuFormat(),
            new SkyDnsFormat(),
            new HertzFormat(),
            new RpcxFormat(),
            new SeataFormat(),
            new ApisixFormat(),
            new TraefikFormat(),
            new VulcandFormat(),
            new SpringCloudEtcdFormat(),
            // Behind those with a root of their own: these look at the end of the key.
            new GoFrameFormat(),
            new GoZeroFormat(),
            new GoKitFormat());

    /** What is accepted under one prefix. */
    private record Rule(KeyPrefix prefix, List<RegistrationFormat> formats, boolean named) {}

    private final List<RegistrationFormat> formats;

    /** The longest prefix first, so that the first that fits is the closest; the last fits every key. */
    private final List<Rule> rules;

    RegistrationFormats(List<RegistrationFormat> formats) {
        this(formats, false, List.of());
    }

    private RegistrationFormats(List<RegistrationFormat> formats, boolean named, List<KeyPrefix> prefixes) {
        this.formats = List.copyOf(formats);
        List<Rule> all = new ArrayList<>();
        for (KeyPrefix p : prefixes) {
            boolean own = !p.format().isEmpty();
            all.add(new Rule(
                    p,
                    own ? select(List.of(p.format())) : this.formats,
                    own ? !p.format().equals(AUTO) : named));
        }
        all.sort(Comparator.comparingInt((Rule r) -> r.prefix().text().length()).reversed());
        all.add(new Rule(KeyPrefix.of(""), this.formats, named));
        rules = List.copyOf(all);
    }

    /** A single format, as one of several would take part in the choice. */
    static RegistrationFormats only(String name) {
        return new RegistrationFormats(select(List.of(name)));
    }

    /** The names of all formats. */
    public static List<String> known() {
        return ALL.stream().map(RegistrationFormat::name).toList();
    }

    /** All formats that can tell their entries from others. */
    public static RegistrationFormats auto() {
        return of(List.of(AUTO));
    }

    /**
     * The named formats; {@value #AUTO} stands for all.
     *
     * @throws IllegalArgumentException when a name is unknown or the list is empty
     */
    public static RegistrationFormats of(List<String> names) {
        return of(names, List.of());
    }

    /**
     * The named formats, and what is said of single prefixes.
     *
     * @throws IllegalArgumentException when a name is unknown or the list is empty
     */
    public static RegistrationFormats of(List<String> names, List<KeyPrefix> prefixes) {
        List<RegistrationFormat> chosen = select(names);
        return new RegistrationFormats(chosen, chosen.size() == 1 && !names.contains(AUTO), prefixes);
    }

    private static List<RegistrationFormat> select(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("formats: none (expected " + AUTO + " or some of " + known() + ")");
        }
        Set<RegistrationFormat> chosen = new LinkedHashSet<>();
        for (String name : names) {
            if (name.equals(AUTO)) {
                ALL.stream().filter(RegistrationFormat::isRecognisable).forEach(chosen::add);
                continue;
            }
            chosen.add(ALL.stream()
                    .filter(f -> f.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "formats: " + name + " (expected " + AUTO + " or some of " + known() + ")")));
        }
        return List.copyOf(chosen);
    }

    /** The names of the formats that are accepted where nothing else is said. */
    public List<String> names() {
        return formats.stream().map(RegistrationFormat::name).toList();
    }

    /** What the entry is. Never throws for what an entry holds. */
    public Interpretation interpret(RegistryEntry entry) {
        if (entry.key().length() > RegistryEntry.MAX_KEY_CHARS) {
            return refused("the key has " + entry.key().length() + " characters (expected at most "
                    + RegistryEntry.MAX_KEY_CHARS + ")");
        }
        if (entry.valueLength() > RegistryEntry.MAX_VALUE_BYTES) {
            return refused("the value has " + entry.valueLength() + " bytes (expected at most "
                    + RegistryEntry.MAX_VALUE_BYTES + ")");
        }
        Rule rule = rule(entry.key());
        entry.under(rule.prefix(), rule.named());
        Interpretation strongest = null;
        int strength = Integer.MAX_VALUE;
        for (RegistrationFormat format : rule.formats()) {
            ParseResult result = format.parse(entry);
            Evidence evidence = result.evidence();
            if (evidence != null && evidence.kind().ordinal() < strength) {
                strongest = new Interpretation(format.name(), result);
                strength = evidence.kind().ordinal();
                if (evidence.kind() == Evidence.Kind.FIELDS) {
                    break;
                }
            }
        }
        return strongest != null ? strongest : refused(unknown(rule, entry));
    }

    /** What the entry may have been meant to be, for people who look for mistakes; empty when there is nothing to be said. */
    public static String guess(RegistryEntry entry) {
        return NearestFormat.guess(entry, ALL);
    }

    private Rule rule(String key) {
        for (Rule r : rules) {
            if (key.startsWith(r.prefix().text())) {
                return r;
            }
        }
        throw new IllegalStateException("the last rule fits every key");
    }

    private static Interpretation refused(String reason) {
        return new Interpretation("", new ParseResult.Foreign(reason));
    }

    private static String unknown(Rule rule, RegistryEntry entry) {
        String wanted = rule.formats().size() == 1
                ? "the format " + rule.formats().get(0).name() + " does not fit: "
                : "no accepted format fits: ";
        return wanted + describe(entry);
    }

    private static String describe(RegistryEntry entry) {
        List<String> names = entry.fieldNames();
        if (entry.object() == null) {
            return entry.objection();
        }
        StringBuilder fields = new StringBuilder();
        int shown = 0;
        while (shown < names.size() && fields.length() < 80) {
            fields.append(fields.isEmpty() ? "" : ", ").append(Quote.oneLine(names.get(shown++)));
        }
        return "the value is a JSON object with "
                + (names.isEmpty() ? "no fields" : "the fields " + fields + (shown < names.size() ? ", ..." : ""));
    }
}
