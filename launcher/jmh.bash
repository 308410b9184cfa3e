# Sourced by the launcher in a checkout: runs the benchmarks of the parts (loadtest/src/jmh) with JMH, on the gateway's own JVM options.

run_jmh() {
    local log=target/leasegate-build.log status=0
    part install
    part build
    part progress
    install_missing jdk maven
    find_java jdk
    cd "$home"
    mkdir -p target
    JAVA_HOME=$java_home with_progress "$log" build_status mvn -B -DskipTests package -pl loadtest -am || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$log" >&2
        die "the build failed; the whole of it is in $home/$log"
    fi
    read_options serve
    exec "$java_home/bin/java" "${options[@]}" \
        -cp "loadtest/target/test-classes:loadtest/target/classes:$(cat loadtest/target/jmh.classpath)" org.openjdk.jmh.Main -prof gc "$@"
}
