package io.leasegate.h2;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * One header field, with what is to know of it worked out once: {@link FieldTraits} and hashes. Immutable, so it may be shared between
 * blocks, connections and threads. The name is canonical: a well-known name is always the constant of {@link HeaderNames}, which lets
 * {@link HeaderBlock} compare by identity.
 */
public final class HeaderField {

    private final AsciiString name;
    private final AsciiString value;
    private final int nameHash;
    private final int hash;
    private final int traits;

    private HeaderField(AsciiString name, AsciiString value, int nameHash, int hash, int traits) {
        this.name = name;
        this.value = value;
        this.nameHash = nameHash;
        this.hash = hash;
        this.traits = traits;
    }

    /** A field that may enter compression tables, unless its name is one of a credential. The name must be in lower case. */
    public static HeaderField of(AsciiString name, AsciiString value) {
        return of(name, value, 0);
    }

    /** A field with the name of this one, as {@link #of} makes it, without looking at the name again. */
    public HeaderField withValue(AsciiString newValue) {
        return withValue(newValue, 0);
    }

    private HeaderField withValue(AsciiString newValue, int moreTraits) {
        byte[] v = newValue.array();
        int from = newValue.arrayOffset();
        int valueHash = FieldHash.of(v, from, newValue.length());
        return withValue(this, newValue, v, from, newValue.length(), valueHash, moreTraits);
    }

    /** As {@link #of}, for a field that is made once and sent often: it enters compression tables when it is first sent. */
    public static HeaderField constant(AsciiString name, AsciiString value) {
        return of(name, value, FieldTraits.REPEATED);
    }

    /** A field that must not enter any compression table (RFC 7541 section 7.1.3). */
    public static HeaderField neverIndexed(AsciiString name, AsciiString value) {
        return of(name, value, FieldTraits.NEVER_INDEXED);
    }

    private static HeaderField of(AsciiString name, AsciiString value, int moreTraits) {
        byte[] n = name.array();
        int nameHash = FieldHash.of(n, name.arrayOffset(), name.length());
        HeaderField nameOf = StaticFields.findName(n, name.arrayOffset(), name.length(), nameHash);
        if (nameOf == null) {
            int traits = FieldTraits.ofUnknownName(n, name.arrayOffset(), name.length());
            nameOf = new HeaderField(name, AsciiString.EMPTY_STRING, nameHash, 0, traits);
        }
        return nameOf.withValue(value, moreTraits);
    }

    /** For {@link StaticFields} only. */
    static HeaderField ofKnownName(AsciiString name, int nameHash, int traits) {
        return new HeaderField(name, AsciiString.EMPTY_STRING, nameHash, hashOfName(nameHash), traits);
    }

    /** For {@link StaticFields} only: the entry of the static table at an index. */
    HeaderField ofStaticTable(AsciiString tableValue, int index) {
        byte[] v = tableValue.array();
        int valueHash = FieldHash.of(v, 0, v.length);
        int t = FieldTraits.withStaticIndex(FieldTraits.ofValue(traits, v, 0, v.length), index);
        return new HeaderField(name, tableValue, nameHash, FieldHash.ofField(nameHash, valueHash), t);
    }

    /**
     * A name that came off the wire and is not among {@link StaticFields}, as a field with an empty value; the bytes are copied.
     *
     * @param nameHash of these bytes, by {@link FieldHash}
     */
    public static HeaderField ofUnknownName(byte[] bytes, int offset, int length, int nameHash) {
        AsciiString name = new AsciiString(bytes, offset, length, true);
        int traits = FieldTraits.ofUnknownName(bytes, offset, length);
        return new HeaderField(name, AsciiString.EMPTY_STRING, nameHash, hashOfName(nameHash), traits);
    }

    /** The {@link #hash()} of a field with that name and an empty value. */
    public static int hashOfName(int nameHash) {
        return FieldHash.ofField(nameHash, FieldHash.OF_NOTHING);
    }

    /**
     * A field that came off the wire, with the name of this one; the bytes are copied.
     *
     * @param valueHash of these bytes, by {@link FieldHash}
     */
    public HeaderField withValue(byte[] bytes, int offset, int length, int valueHash, boolean neverIndexed) {
        AsciiString copy = length == 0 ? AsciiString.EMPTY_STRING : new AsciiString(bytes, offset, length, true);
        return withValue(this, copy, bytes, offset, length, valueHash, neverIndexed ? FieldTraits.NEVER_INDEXED : 0);
    }

    private static HeaderField withValue(
            HeaderField nameOf,
            AsciiString value,
            byte[] bytes,
            int offset,
            int length,
            int valueHash,
            int moreTraits) {
        int traits = FieldTraits.ofValue(nameOf.traits, bytes, offset, length) | moreTraits;
        traits = FieldTraits.withStaticIndex(traits, StaticFields.indexOf(nameOf, bytes, offset, length));
        return new HeaderField(
                nameOf.name, value, nameOf.nameHash, FieldHash.ofField(nameOf.nameHash, valueHash), traits);
    }

    /** The same field, marked as one that is sent again and again. */
    public HeaderField repeated() {
        return isRepeated() ? this : new HeaderField(name, value, nameHash, hash, traits | FieldTraits.REPEATED);
    }

    public AsciiString name() {
        return name;
    }

    public AsciiString value() {
        return value;
    }

    /** The bits of {@link FieldTraits}. */
    public int traits() {
        return traits;
    }

    /** The hash of name and value; it differs from process to process. */
    public int hash() {
        return hash;
    }

    public int nameHash() {
        return nameHash;
    }

    /** The hash that a field with this name and a value has. */
    public int hashWith(int valueHash) {
        return FieldHash.ofField(nameHash, valueHash);
    }

    /** Whether the field must stay out of compression tables on every hop. */
    public boolean isNeverIndexed() {
        return (traits & FieldTraits.NEVER_INDEXED) != 0;
    }

    public boolean isRepeated() {
        return (traits & FieldTraits.REPEATED) != 0;
    }

    /** The size that RFC 7541 section 4.1 counts: name and value plus 32 bytes. */
    public int listBytes() {
        return name.length() + value.length() + 32;
    }

    /** Whether name and value are the same. */
    public boolean isSameAs(HeaderField other) {
        if (this == other) {
            return true;
        }
        return hash == other.hash
                && hasNameOf(other)
                && hasValue(other.value.array(), other.value.arrayOffset(), other.value.length());
    }

    @SuppressWarnings("ReferenceEquality") // most names are canonical
    public boolean hasNameOf(HeaderField other) {
        if (name == other.name) {
            return true;
        }
        AsciiString n = other.name;
        return nameHash == other.nameHash && isNamed(n.array(), n.arrayOffset(), n.length());
    }

    public boolean isNamed(byte[] bytes, int offset, int length) {
        return equal(name, bytes, offset, length);
    }

    public boolean hasValue(byte[] bytes, int offset, int length) {
        return equal(value, bytes, offset, length);
    }

    private static boolean equal(AsciiString s, byte[] bytes, int offset, int length) {
        int start = s.arrayOffset();
        return s.length() == length && Arrays.equals(s.array(), start, start + length, bytes, offset, offset + length);
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
