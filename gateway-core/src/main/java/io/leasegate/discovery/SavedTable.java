package io.leasegate.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a registry said last, as it is kept in a file for a start without the registry. Immutable.
 *
 * <p>The file is a line {@code leasegate-table VERSION BYTES CRC32C} and JSON of that many bytes. It is written beside its place, forced
 * to the disk and then moved there, so that there is a whole one at any time.
 *
 * @param revision the registry's revision that the instances reflect
 * @param clusterId whose revision that is
 * @param savedEpochMillis when it was written
 * @param instances all of them, those that were held included
 */
record SavedTable(long revision, long clusterId, long savedEpochMillis, List<Instance> instances) {

    private static final String MAGIC = "leasegate-table";
    private static final int VERSION = 1;
    private static final int MAX_HEADER_BYTES = 100;
    private static final long MAX_BYTES = 1L << 30;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = MAPPER.getFactory();

    SavedTable {
        instances = List.copyOf(instances);
    }

    /** The same in an order that depends on the content alone. */
    SavedTable sorted() {
        List<Instance> list = new ArrayList<>(instances);
        list.sort(Comparator.comparing(Instance::key).thenComparing(i -> i.id().toString()));
        return new SavedTable(revision, clusterId, savedEpochMillis, list);
    }

    /**
     * Puts the table in the place of the file's content, all or nothing.
     *
     * @throws IOException when it cannot be written; what was there stays
     */
    void write(Path file) throws IOException {
        byte[] json = json();
        byte[] header = (MAGIC + " " + VERSION + " " + json.length + " " + checksum(json) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (byte[] part : List.of(header, json)) {
                ByteBuffer b = ByteBuffer.wrap(part);
                while (b.hasRemaining()) {
                    out.write(b);
                }
            }
            out.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * The table in a file, or null when there is no such file.
     *
     * @throws IOException when it cannot be read or is not whole; the message says what is wrong with it
     */
    static @Nullable SavedTable read(Path file) throws IOException {
        byte[] bytes;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("it has " + Files.size(file) + " bytes (expected " + MAX_BYTES + " at most)");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        }
        int end = 0;
        while (end < Math.min(bytes.length, MAX_HEADER_BYTES) && bytes[end] != '\n') {
            end++;
        }
        String[] header = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (header.length != 4 || !header[0].equals(MAGIC)) {
            throw new IOException("it does not begin with '" + MAGIC + "': it is no saved table");
        }
        if (!header[1].equals(Integer.toString(VERSION))) {
            throw new IOException(
                    "it has version " + header[1] + " (expected " + VERSION + "): another release wrote it");
        }
        byte[] json = end < bytes.length ? Arrays.copyOfRange(bytes, end + 1, bytes.length) : new byte[0];
        if (!header[2].equals(Integer.toString(json.length))) {
            throw new IOException(
                    "it has " + json.length + " bytes of content (expected " + header[2] + "): it is cut off");
        }
        if (!header[3].equals(checksum(json))) {
            throw new IOException("its checksum is " + checksum(json) + " (expected " + header[3] + "): it is damaged");
        }
        try {
            return of(MAPPER.readTree(json));
        } catch (RuntimeException e) {
            throw new IOException("its content is not that of a saved table: " + e.getMessage(), e);
        }
    }

    private static String checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return String.format("%08x", crc.getValue());
    }

    private byte[] json() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator g = FACTORY.createGenerator(out)) {
            g.writeStartObject();
            g.writeNumberField("revision", revision);
            g.writeStringField("clusterId", Long.toHexString(clusterId));
            g.writeNumberField("savedEpochMillis", savedEpochMillis);
            g.writeArrayFieldStart("instances");
            for (Instance i : instances) {
                write(g, i);
            }
            g.writeEndArray();
            g.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator g, Instance i) throws IOException {
        Traits t = i.traits();
        g.writeStartObject();
        g.writeStringField("service", i.id().service());
        g.writeStringField("host", i.id().host());
        g.writeNumberField("port", i.id().port());
        g.writeStringField("format", i.format());
        g.writeStringField("key", i.key());
        g.writeStringField("leaseId", Long.toHexString(i.leaseId()));
        g.writeNumberField("leaseTtlSeconds", i.leaseTtlSeconds());
        g.writeNumberField("modRevision", i.modRevision());
        g.writeNumberField("weight", t.weight());
        g.writeStringField("version", t.version());
        g.writeStringField("zone", t.zone());
        g.writeStringField("region", t.region());
        g.writeArrayFieldStart("tags");
        for (String tag : t.tags()) {
            g.writeString(tag);
        }
        g.writeEndArray();
        g.writeStringField("protocol", t.protocol());
        g.writeBooleanField("tls", t.tls());
        g.writeBooleanField("enabled", t.enabled());
        g.writeBooleanField("healthy", t.healthy());
        g.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> e : t.metadata().entrySet()) {
            g.writeStringField(e.getKey(), e.getValue());
        }
        g.writeEndObject();
        g.writeEndObject();
    }

    private static SavedTable of(JsonNode root) {
        List<Instance> instances = new ArrayList<>();
        for (JsonNode n : root.required("instances")) {
            instances.add(instance(n));
        }
        return new SavedTable(
                root.required("revision").asLong(),
                Long.parseUnsignedLong(root.required("clusterId").asText(), 16),
                root.required("savedEpochMillis").asLong(),
                instances);
    }

    private static Instance instance(JsonNode n) {
        List<String> tags = new ArrayList<>();
        n.required("tags").forEach(tag -> tags.add(tag.asText()));
        Map<String, String> metadata = new LinkedHashMap<>();
        n.required("metadata")
                .properties()
                .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        Traits traits = new Traits(
                n.required("weight").asLong(),
                n.required("version").asText(),
                n.required("zone").asText(),
                n.required("region").asText(),
                tags,
                n.required("protocol").asText(),
                n.required("tls").asBoolean(),
                n.required("enabled").asBoolean(),
                n.required("healthy").asBoolean(),
                metadata);
        return new Instance(
                new EndpointId(
                        n.required("service").asText(),
                        n.required("host").asText(),
                        n.required("port").asInt()),
                traits,
                n.required("format").asText(),
                n.required("key").asText(),
                Long.parseUnsignedLong(n.required("leaseId").asText(), 16),
                n.required("leaseTtlSeconds").asLong(),
                n.required("modRevision").asLong());
    }
}
