package io.leasegate.reflection;

import io.leasegate.reflection.ProtoReader.Malformed;
import io.leasegate.reflection.ReflectionAnswer.Result;
import java.util.ArrayList;
import java.util.List;

/**
 * The two messages of {@code grpc.reflection.v1} that are needed here, read and written by hand; {@code v1alpha} has the same under another
 * name (grpc/grpc-proto: grpc/reflection/v1/reflection.proto).
 */
final class ReflectionMessages {

    /** {@code ServerReflectionRequest { list_services = "*" }} with its length; the text means nothing, but must be there. */
    private static final byte[] LIST_SERVICES = {0, 0, 0, 0, 3, 7 << 3 | 2, 1, '*'};

    private static final int LIST_SERVICES_RESPONSE = 6;
    private static final int ERROR_RESPONSE = 7;
    private static final int UNIMPLEMENTED = 12;

    private ReflectionMessages() {}

    /** A request for the names of all services, as gRPC frames it. */
    static byte[] listServices() {
        return LIST_SERVICES.clone();
    }

    /** What a {@code ServerReflectionResponse} says. */
    static ReflectionAnswer read(byte[] message) {
        try {
            return response(new ProtoReader(message));
        } catch (Malformed e) {
            return ReflectionAnswer.failed(Result.MALFORMED, "not a ServerReflectionResponse: " + e.getMessage());
        }
    }

    private static ReflectionAnswer response(ProtoReader r) throws Malformed {
        ReflectionAnswer answer =
                ReflectionAnswer.failed(Result.MALFORMED, "a ServerReflectionResponse without a list of services");
        for (int field = r.nextField(); field != 0; field = r.nextField()) {
            switch (field) {
                case LIST_SERVICES_RESPONSE -> answer = ReflectionAnswer.learned(services(r.message()));
                case ERROR_RESPONSE -> answer = error(r.message());
                default -> r.skip();
            }
        }
        return answer;
    }

    /** {@code ListServiceResponse}: field 1, a {@code ServiceResponse} for each service. */
    private static List<String> services(ProtoReader r) throws Malformed {
        List<String> names = new ArrayList<>();
        for (int field = r.nextField(); field != 0; field = r.nextField()) {
            if (field == 1) {
                names.add(name(r.message()));
            } else {
                r.skip();
            }
        }
        return names;
    }

    private static String name(ProtoReader r) throws Malformed {
        String name = "";
        for (int field = r.nextField(); field != 0; field = r.nextField()) {
            if (field == 1) {
                name = r.text();
            } else {
                r.skip();
            }
        }
        return name;
    }

    /** {@code ErrorResponse}: field 1, a gRPC status code; field 2, a text that is left out here. */
    private static ReflectionAnswer error(ProtoReader r) throws Malformed {
        long code = 0;
        for (int field = r.nextField(); field != 0; field = r.nextField()) {
            if (field == 1) {
                code = r.number();
            } else {
                r.skip();
            }
        }
        return ReflectionAnswer.failed(
                code == UNIMPLEMENTED ? Result.UNIMPLEMENTED : Result.REFUSED, "error response " + code);
    }
}
