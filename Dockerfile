# The gateway, and with the command `demo` its demo services, as a container image:
#
#   docker build -t leasegate .
#   docker run -p 8080:8080 -p 127.0.0.1:9900:9900 -e LEASEGATE_ETCD=http://my-etcd:2379 leasegate
#
# Another configuration: mount it over /etc/leasegate/leasegate.conf. The two base images can be replaced by any with Maven and a JDK,
# and with bash and a Java runtime (17 or newer; 25 is what the JVM options are tuned for).
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
# First what changes seldom: the libraries, in a layer that is made again only when a pom changes.
COPY .mvn .mvn
COPY pom.xml .
COPY gateway-core/pom.xml gateway-core/
COPY gateway-registrar/pom.xml gateway-registrar/
COPY gateway-server/pom.xml gateway-server/
COPY examples/pom.xml examples/
COPY loadtest/pom.xml loadtest/
COPY conformance/pom.xml conformance/
COPY distribution/pom.xml distribution/
RUN mvn -B -q -ntp -Dmaven.test.skip=true -pl distribution -am --fail-never package >/dev/null 2>&1
COPY . .
RUN mvn -B -q -ntp -Dmaven.test.skip=true -pl distribution -am clean package \
    && mkdir /leasegate \
    && tar -xzf distribution/target/leasegate-*.tar.gz -C /leasegate --strip-components=1

# What the gateway loads at its start, recorded with the Java that runs it (leasegate cache --help); with an etcd where there is one to be had.
FROM ${RUNTIME_IMAGE} AS cache
RUN (apt-get update && apt-get install -y --no-install-recommends etcd-server) >/dev/null 2>&1 || true
COPY --from=build /leasegate /opt/leasegate
RUN /opt/leasegate/leasegate cache || echo "no cache of classes: serve will start more slowly"

FROM ${RUNTIME_IMAGE}
RUN groupadd --system --gid 10001 leasegate \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin leasegate
COPY --from=cache /opt/leasegate /opt/leasegate
COPY conf/container.conf /etc/leasegate/leasegate.conf
RUN ln -s /opt/leasegate/leasegate /usr/local/bin/leasegate
USER 10001:10001
EXPOSE 8080 9900
# /ready of the admin listener, asked by the shell: no further program, no second JVM.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/opt/leasegate/leasegate", "health"]
ENTRYPOINT ["/opt/leasegate/leasegate"]
CMD ["serve", "--config", "/etc/leasegate/leasegate.conf"]
