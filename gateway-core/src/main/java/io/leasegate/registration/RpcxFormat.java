package io.leasegate.registration;

import java.util.regex.Pattern;

/**
 * The format of the Go framework rpcx: a query string under {@code BASE/SERVICE/NETWORK@ADDRESS}, and parent keys beside it. It speaks a
 * protocol of its own, so it registers nothing here.
 */
final class RpcxFormat implements RegistrationFormat {

    private static final Evidence BY_KEY = Evidence.layout("the key ends in NETWORK@ADDRESS");
    private static final Evidence BY_ROOT = Evidence.layout("the value is rpcx_path");
    private static final Evidence BY_PARENT =
            Evidence.layout("the value is the last part of the key, as in parent keys of rpcx");
    private static final Pattern NETWORK = Pattern.compile("[a-z][a-z0-9]{1,15}");

    @Override
    public String name() {
        return "rpcx";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        String last = entry.path().last();
        int at = last.indexOf('@');
        if (at > 0
                && NETWORK.matcher(last.substring(0, at)).matches()
                && HostPort.orNull(last.substring(at + 1)) != null
                && entry.path().size() > 1
                && entry.object() == null) {
            return new ParseResult.NotARegistration(
                    "not gRPC: an instance of rpcx, which has its own protocol", BY_KEY);
        }
        String text = entry.valueLength() > 0 && entry.valueLength() <= 512 ? entry.text() : null;
        if ("rpcx_path".equals(text)) {
            return new ParseResult.NotARegistration("not a registration: a parent key of rpcx", BY_ROOT);
        }
        if (last.equals(text) && entry.path().size() > 1 && entry.address() == null && !last.isEmpty()) {
            return new ParseResult.NotARegistration(
                    "not a registration: the key's own name, as in a parent key of rpcx", BY_PARENT);
        }
        return new ParseResult.Foreign("the key does not end in NETWORK@ADDRESS");
    }
}
