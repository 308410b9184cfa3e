package io.leasegate.registration;

import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The format of the Go framework go-zero: a bare address under {@code KEY/ID}, where the ID is the lease's number in decimal digits or
 * a configured one. It knows neither weight nor version nor metadata.
 */
final class GoZeroFormat implements RegistrationFormat {

    private static final Evidence BY_KEY = Evidence.layout("the key ends in a number and the value is an address");
    private static final Evidence BY_NAME =
            Evidence.layout("the configuration names the format, and the value is an address");
    private static final Pattern ID = Pattern.compile("[0-9]{1,20}");

    @Override
    public String name() {
        return "go-zero";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        HostPort address = entry.address();
        boolean numbered = address != null && ID.matcher(entry.path().last()).matches();
        String service = entry.path().parent();
        if (address == null || (service.isEmpty() && !entry.isNamed()) || !(numbered || entry.isNamed())) {
            return new ParseResult.Foreign("the key does not end in a number, or the value is no address");
        }
        return Reading.of(
                numbered ? BY_KEY : BY_NAME,
                notes -> List.of(new Registration(
                        Fields.service(entry, "service (the key up to its last slash)", service),
                        address.host(),
                        address.port(),
                        Traits.NONE)));
    }
}
