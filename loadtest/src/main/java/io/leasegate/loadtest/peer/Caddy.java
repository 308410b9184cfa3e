package io.leasegate.loadtest.peer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Caddy: one processor, no administration, no access log, answers passed on at once. */
final class Caddy implements Peer {

    private static final String FILE = "caddy.json";

    @Override
    public String name() {
        return "caddy";
    }

    @Override
    public String title() {
        return "Caddy";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("caddy");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "version");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        String folder = setup.folder().toString();
        return new Launch(
                Map.of(FILE, configuration(setup)),
                List.of(program.toString(), "run", "--config", setup.file(FILE).toString()),
                // It keeps files in the user's folders otherwise.
                Map.of("GOMAXPROCS", "1", "XDG_CONFIG_HOME", folder, "XDG_DATA_HOME", folder, "HOME", folder));
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        return List.of(
                program.toString(), "validate", "--config", setup.file(FILE).toString());
    }

    static String configuration(Setup setup) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("admin").put("disabled", true);
        root.putObject("logging").putObject("logs").putObject("default").put("level", "ERROR");
        ObjectNode apps = root.putObject("apps");
        ObjectNode server = apps.putObject("http").putObject("servers").putObject("clients");
        server.putArray("listen").add("127.0.0.1:" + setup.port());
        server.putArray("protocols").add("h1").add("h2").add("h2c");
        server.putObject("automatic_https").put("disable", true);
        ObjectNode proxy =
                server.putArray("routes").addObject().putArray("handle").addObject();
        proxy.put("handler", "reverse_proxy");
        proxy.put("flush_interval", -1);
        proxy.putObject("load_balancing").putObject("selection_policy").put("policy", "least_conn");
        proxy.putObject("transport")
                .put("protocol", "http")
                .putArray("versions")
                .add("h2c")
                .add("2");
        ArrayNode upstreams = proxy.putArray("upstreams");
        for (int port : setup.instancePorts()) {
            upstreams.addObject().put("dial", "127.0.0.1:" + port);
        }
        if (setup.tls() != null) {
            server.putArray("tls_connection_policies").addObject();
            ObjectNode files = apps.putObject("tls")
                    .putObject("certificates")
                    .putArray("load_files")
                    .addObject();
            files.put("certificate", setup.tls().chain().toString());
            files.put("key", setup.tls().key().toString());
        }
        return root.toPrettyString();
    }
}
