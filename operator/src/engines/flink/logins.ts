// How a job's pods log in: files mounted from Secrets, which the JVM and the SQL runner read. Nothing of them is in a
// ConfigMap, in SQL text or in the FlinkDeployment.
import type { UserCredential } from '../engine.ts';

/** Where the Secret with the login to Kafka is mounted. */
export const BUS_LOGIN = '/opt/sluice-logins/kafka';
/** Where the Secret with the login to the schema registry is mounted; the runner is told of it by `--registry-login`. */
export const REGISTRY_LOGIN_MOUNT = '/opt/sluice-logins/registry';
/** What the runner replaces in table options by the registry's login (RegistryLogin.java). */
export const REGISTRY_LOGIN = '<registry-login>';

const JAAS_FILE = 'jaas.conf';
/** flink-sql-connector-kafka carries Kafka's classes under names of its own. */
const loginModule = 'org.apache.flink.kafka.shaded.org.apache.kafka.common.security.scram.ScramLoginModule';

/** The files of the Secret that is mounted at {@link BUS_LOGIN}. Passwords hold nothing that JAAS would read as its own. */
export function busLoginFiles({ user, password }: UserCredential): Readonly<Record<string, string>> {
  return {
    [JAAS_FILE]: `KafkaClient {\n  ${loginModule} required username="${user}" password="${password}";\n};\n`,
    username: user,
  };
}

/** The JVM's options: those of the user, and where the JAAS file is. */
export function withLoginOption(configuration: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { 'env.java.opts.all': all, 'env.java.opts': former, ...rest } = configuration;
  const options = [all ?? former, `-Djava.security.auth.login.config=${BUS_LOGIN}/${JAAS_FILE}`];
  return { ...rest, 'env.java.opts.all': options.filter((option) => option !== undefined).join(' ') };
}
