# Sourced by the launcher in a checkout: builds the runner of the suites that others wrote, and becomes it.

run_conformance() {
    if [ -z "${LEASEGATE_SKIP_BUILD:-}" ]; then
        part build
        build_if_needed
        build_where_needed conformance_build_needed conformance
    fi
    find_java any
    run_java tool "$conformance_jar" io.leasegate.suites.ConformanceCommand "$@"
}

conformance_build_needed() (
    cd "$home"
    older_than "$conformance_jar" pom.xml conformance/pom.xml conformance/src gateway-core/src/test/java/io/leasegate/testkit
)
