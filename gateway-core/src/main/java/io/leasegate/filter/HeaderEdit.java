package io.leasegate.filter;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.routing.HeaderChanges;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a route changes in the headers of one direction, made ready. Immutable. */
public final class HeaderEdit {

    private final AsciiString[] removed;
    private final HeaderField[] added;

    public HeaderEdit(HeaderChanges.Edit edit) {
        List<AsciiString> names = new ArrayList<>();
        edit.remove().forEach(name -> names.add(new AsciiString(name)));
        edit.set().keySet().forEach(name -> names.add(new AsciiString(name)));
        removed = names.toArray(new AsciiString[0]);
        List<HeaderField> fields = new ArrayList<>();
        addTo(fields, edit.set());
        addTo(fields, edit.add());
        added = fields.toArray(new HeaderField[0]);
    }

    private static void addTo(List<HeaderField> fields, Map<String, String> values) {
        values.forEach((name, value) -> fields.add(HeaderField.constant(
                new AsciiString(name), new AsciiString(value.getBytes(StandardCharsets.UTF_8), false))));
    }

    public void apply(HeaderBlock headers) {
        for (AsciiString name : removed) {
            headers.removeNamed(name);
        }
        for (HeaderField field : added) {
            headers.add(field);
        }
    }
}
