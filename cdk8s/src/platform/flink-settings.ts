// Settings of the Flink operator, and those it gives to every job.

// What Flink's own conf/config.yaml opens for Java 17; the operator's settings replace that file in jobs.
const exported = [
  'java.base/sun.net.util',
  'java.rmi/sun.rmi.registry',
  'jdk.compiler/com.sun.tools.javac.api',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.compiler/com.sun.tools.javac.parser',
  'jdk.compiler/com.sun.tools.javac.tree',
  'jdk.compiler/com.sun.tools.javac.util',
  'java.security.jgss/sun.security.krb5',
];
const opened = [
  'java.base/java.lang',
  'java.base/java.net',
  'java.base/java.io',
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'java.base/java.lang.reflect',
  'java.base/java.text',
  'java.base/java.time',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/java.util.concurrent.locks',
];
const modules = [
  ...exported.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...opened.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
].join(' ');

const consoleAppender = `rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
`;

/** The files of its conf folder. log4j-console.properties is for the jobs: the operator hands it on. */
export function operatorSettings(watched: readonly string[], healthPort: number): Record<string, string> {
  const settings = {
    'kubernetes.operator.watched.namespaces': watched.join(','),
    'kubernetes.operator.health.probe.enabled': 'true',
    'kubernetes.operator.health.probe.port': String(healthPort),
    // Its own default is to look every minute; a savepoint or a failed job is to be seen within seconds.
    'kubernetes.operator.reconcile.interval': '15 s',
    'kubernetes.operator.observer.progress-check.interval': '3 s',
    'kubernetes.operator.observer.rest-ready.delay': '2 s',
    'kubernetes.operator.user.artifacts.base.dir': '/opt/flink/artifacts',
    'env.java.opts.all': modules,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  return {
    'flink-conf.yaml': lines.join(''),
    'log4j-operator.properties': `${consoleAppender}appender.console.layout.pattern = %d{ISO8601} %-5p %c{1.} [%X{resource.namespace}.%X{resource.name}] %m%n%throwable\n`,
    'log4j-console.properties': `${consoleAppender}appender.console.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n%throwable\n`,
  };
}
