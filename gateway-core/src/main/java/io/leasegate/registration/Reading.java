package io.leasegate.registration;

import java.util.List;

/** What is common to the reading of an entry that a format has taken for its own. Stateless. */
final class Reading {

    /** Reads the instances; an entry that registers none says so by an exception. */
    interface Body {
        List<Registration> read(Notes notes) throws MalformedException, UnregisteredException;
    }

    private Reading() {}

    static ParseResult of(Evidence evidence, Body body) {
        Notes notes = new Notes();
        try {
            List<Registration> registrations = body.read(notes);
            if (registrations.size() > Fields.MAX_ADDRESSES) {
                return new ParseResult.Malformed(
                        registrations.size() + " addresses (expected at most " + Fields.MAX_ADDRESSES + ")", evidence);
            }
            for (Registration r : registrations) {
                HostPort address = new HostPort(r.host(), r.port());
                if (address.isWildcard()) {
                    notes.add(address + " means every address of the machine that calls it, so the gateway's own");
                }
            }
            return new ParseResult.Registered(registrations, evidence, notes.all());
        } catch (MalformedException e) {
            return new ParseResult.Malformed(e.reason(), evidence);
        } catch (UnregisteredException e) {
            return new ParseResult.NotARegistration(e.reason(), evidence);
        }
    }
}
