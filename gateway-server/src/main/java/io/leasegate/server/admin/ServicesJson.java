package io.leasegate.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.LeaseLife;
import io.leasegate.endpoint.Traits;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The table of services as JSON, made piece by piece as the client takes it, so that a large table in front of a slow client costs
 * one piece of memory and not the whole text. Used on one connection's event loop.
 *
 * <p>The text is pure ASCII: what else a registration holds is escaped. A registration may hold half a surrogate pair, which has
 * no form in UTF-8 and would otherwise break the whole answer.
 */
final class ServicesJson implements ChunkedInput<ByteBuf> {

    private static final int PIECE_BYTES = 32 * 1024;
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** The generator writes here; the target changes with each piece. */
    private static final class Target extends OutputStream {

        private ByteBuf buffer = Unpooled.EMPTY_BUFFER;

        @Override
        public void write(int b) {
            buffer.writeByte(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            buffer.writeBytes(bytes, offset, length);
        }
    }

    private final RouteTable table;
    private final List<String> alarms;
    private final Iterator<Cluster> clusters;
    private Iterator<Endpoint> endpoints = Collections.emptyIterator();
    private final Target target = new Target();
    private @Nullable JsonGenerator json;
    private boolean inCluster;
    private boolean ended;
    private long progress;

    ServicesJson(RouteTable table, List<String> alarms) {
        this.table = table;
        this.alarms = alarms;
        this.clusters = table.clusters().iterator();
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        ByteBuf piece = allocator.buffer(PIECE_BYTES + PIECE_BYTES / 2);
        target.buffer = piece;
        try {
            JsonGenerator g = json == null ? begin() : json;
            while (!ended && piece.readableBytes() < PIECE_BYTES) {
                step(g);
                // Small steps: without this the generator's own buffer hides how long the piece is.
                g.flush();
            }
        } catch (Throwable e) {
            piece.release();
            throw e;
        } finally {
            target.buffer = Unpooled.EMPTY_BUFFER;
        }
        progress += piece.readableBytes();
        return piece;
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester")
    public ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
        return readChunk(ctx.alloc());
    }

    private JsonGenerator begin() throws IOException {
        JsonGenerator g = FACTORY.createGenerator(target);
        json = g;
        g.writeStartObject();
        g.writeNumberField("revision", table.revision());
        g.writeStringField("source", table.source());
        g.writeArrayFieldStart("alarms");
        for (String alarm : alarms) {
            g.writeString(alarm);
        }
        g.writeEndArray();
        g.writeArrayFieldStart("services");
        return g;
    }

    /** Writes the next instance, or what stands before or behind one. */
    private void step(JsonGenerator g) throws IOException {
        if (endpoints.hasNext()) {
            writeInstance(g, endpoints.next());
        } else if (inCluster) {
            inCluster = false;
            g.writeEndArray();
            g.writeEndObject();
        } else if (clusters.hasNext()) {
            inCluster = true;
            Cluster cluster = clusters.next();
            endpoints = cluster.endpoints().iterator();
            g.writeStartObject();
            g.writeStringField("name", cluster.name());
            writeGrpcServices(g, cluster.name());
            g.writeArrayFieldStart("instances");
        } else {
            g.writeEndArray();
            g.writeEndObject();
            g.writeRaw('\n');
            ended = true;
        }
    }

    /** What its instances say they serve: all of it, by version, and what calls do not come here for since another service has it too. */
    private void writeGrpcServices(JsonGenerator g, String service) throws IOException {
        Map<String, List<String>> byVersion = new TreeMap<>(table.grpcServices(service));
        TreeSet<String> all = new TreeSet<>();
        byVersion.values().forEach(all::addAll);
        g.writeArrayFieldStart("grpcServices");
        for (String name : all) {
            g.writeString(name);
        }
        g.writeEndArray();
        g.writeObjectFieldStart("grpcServicesByVersion");
        for (Map.Entry<String, List<String>> e : byVersion.entrySet()) {
            g.writeArrayFieldStart(e.getKey());
            for (String name : e.getValue()) {
                g.writeString(name);
            }
            g.writeEndArray();
        }
        g.writeEndObject();
        g.writeObjectFieldStart("grpcServicesElsewhere");
        for (String name : all) {
            String other = table.serviceThatOffers(name);
            if (other != null && !other.equals(service)) {
                g.writeStringField(name, other);
            }
        }
        g.writeEndObject();
    }

    private static void writeInstance(JsonGenerator g, Endpoint endpoint) throws IOException {
        Instance instance = endpoint.instance();
        EndpointState state = endpoint.shownState();
        g.writeStartObject();
        g.writeStringField("address", instance.id().address());
        g.writeNumberField("weight", instance.weight());
        g.writeStringField("version", instance.version());
        g.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> e : instance.metadata().entrySet()) {
            g.writeStringField(e.getKey(), e.getValue());
        }
        g.writeEndObject();
        writeTraits(g, instance.traits());
        g.writeStringField("format", instance.format());
        g.writeStringField("key", instance.key());
        // In the form that etcdctl prints: a number above 2^53 would not survive every JSON parser.
        g.writeStringField("leaseId", instance.leaseId() == 0 ? "" : Long.toHexString(instance.leaseId()));
        g.writeNumberField("leaseTtlSeconds", instance.leaseTtlSeconds());
        writeLeaseLife(g, endpoint);
        g.writeNumberField("modRevision", instance.modRevision());
        g.writeStringField("state", state.shownAs());
        g.writeStringField("stateReason", endpoint.shownReason());
        g.writeNumberField("inFlight", endpoint.stats().inFlight());
        g.writeNumberField("calls", endpoint.stats().calls());
        g.writeEndObject();
    }

    private static void writeLeaseLife(JsonGenerator g, Endpoint endpoint) throws IOException {
        Instance instance = endpoint.instance();
        g.writeBooleanField("permanent", instance.leaseId() == 0);
        LeaseLife life = endpoint.leaseLife();
        if (life.leaseId() != 0 && life.leaseId() == instance.leaseId()) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(life.endsNanos() - System.nanoTime());
            g.writeNumberField("leaseRemainingSeconds", Math.max(0, seconds));
            g.writeNumberField("leaseWeightShare", life.weightShare());
        }
    }

    private static void writeTraits(JsonGenerator g, Traits traits) throws IOException {
        g.writeStringField("zone", traits.zone());
        g.writeStringField("region", traits.region());
        g.writeArrayFieldStart("tags");
        for (String tag : traits.tags()) {
            g.writeString(tag);
        }
        g.writeEndArray();
        g.writeStringField("protocol", traits.protocol());
        g.writeBooleanField("tls", traits.tls());
        g.writeBooleanField("enabled", traits.enabled());
        g.writeBooleanField("healthy", traits.healthy());
    }

    @Override
    public boolean isEndOfInput() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        JsonGenerator g = json;
        if (g != null && !g.isClosed()) {
            // The text is cut where it is: completing it would make half a table look whole.
            g.configure(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT, false);
            target.buffer = Unpooled.EMPTY_BUFFER;
            g.close();
        }
    }

    @Override
    public long length() {
        return -1;
    }

    @Override
    public long progress() {
        return progress;
    }
}
