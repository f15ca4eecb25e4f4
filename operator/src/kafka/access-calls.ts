// Users and rules by the protocol: what Admin of @platformatic/kafka has of it, and for SCRAM its protocol layer. Brokers
// pass such requests on to the controller by themselves.
import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  type Admin,
  alterUserScramCredentialsV0,
  describeUserScramCredentialsV0,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
} from '@platformatic/kafka';
import type { AclRule, Grant } from '../plan/index.ts';
import { type LiveAccess, principalOf, type UserCredential } from './access.ts';
import { anyBroker } from './any-broker.ts';
import { protocolFailures } from './failure.ts';

/** As Kafka's own tools take by default; the password's 256 bits need no more. */
const iterations = 4096;
const derive = promisify(pbkdf2);

export async function readAccess(admin: Admin): Promise<LiveAccess> {
  const acls = await readAcls(admin);
  return { hasRules: acls !== undefined, acls: acls ?? [], users: await readUsers(admin) };
}

export async function putUser(admin: Admin, { user, password }: UserCredential): Promise<void> {
  const salt = randomBytes(32);
  const saltedPassword = await derive(password, salt, iterations, 64, 'sha512');
  const mechanism = ScramMechanisms.SCRAM_SHA_512;
  await alterUserScramCredentialsV0.api.async(
    await anyBroker(admin),
    [],
    [{ name: user, mechanism, iterations, salt, saltedPassword }],
  );
}

/** One that is not there is no error. */
export async function deleteUser(admin: Admin, user: string): Promise<void> {
  try {
    const mechanism = ScramMechanisms.SCRAM_SHA_512;
    await alterUserScramCredentialsV0.api.async(await anyBroker(admin), [{ name: user, mechanism }], []);
  } catch (error) {
    const failures = protocolFailures(error);
    if (failures.length === 0 || failures.some(({ id }) => id !== 'RESOURCE_NOT_FOUND')) throw error;
  }
}

export async function createGrants(admin: Admin, user: string, grants: readonly Grant[]): Promise<void> {
  await createAcls(
    admin,
    grants.map((grant) => ({ ...grant, principal: principalOf(user), host: '*', permission: 'Allow' })),
  );
}

export async function createDenials(admin: Admin, user: string, grants: readonly Grant[]): Promise<void> {
  await createAcls(
    admin,
    grants.map((grant) => ({ ...grant, principal: principalOf(user), host: '*', permission: 'Deny' })),
  );
}

/** Rules of every kind that Kafka has; one that is there already stays the one that it is. */
export async function createAcls(admin: Admin, acls: readonly AclRule[]): Promise<void> {
  await admin.createAcls({ creations: acls.map(aclOf) });
}

/** The very rules, on whatever host they were made for. */
export async function deleteAcls(admin: Admin, acls: readonly AclRule[]): Promise<void> {
  await admin.deleteAcls({
    filters: acls.map(aclOf),
  });
}

function aclOf({ principal, host, resource, pattern, name, operation, permission }: AclRule): Acl {
  return {
    principal,
    host,
    resourceName: name,
    resourceType: wireValue(resources, resource),
    resourcePatternType: wireValue(patterns, pattern),
    operation: wireValue(operations, operation),
    permissionType: wireValue(permissions, permission),
  };
}

/** Undefined: the cluster has no authorizer, which is how it says so (KIP-140). */
export async function readAcls(admin: Admin): Promise<readonly AclRule[] | undefined> {
  try {
    const found = await admin.describeAcls({
      filter: {
        resourceType: ResourceTypes.ANY,
        resourceName: null,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: null,
        host: null,
        operation: AclOperations.ANY,
        permissionType: AclPermissionTypes.ANY,
      },
    });
    return found.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
      acls.map(({ principal, host, operation, permissionType }) => ({
        principal,
        host,
        resource: spelledName(resources, resourceType),
        name: resourceName,
        pattern: spelledName(patterns, resourcePatternType),
        operation: spelledName(operations, operation),
        permission: spelledName(permissions, permissionType),
      })),
    );
  } catch (error) {
    if (protocolFailures(error).some(({ id }) => id === 'SECURITY_DISABLED')) return undefined;
    throw error;
  }
}

export async function readUsers(admin: Admin): Promise<ReadonlySet<string>> {
  const { results } = await describeUserScramCredentialsV0.api.async(await anyBroker(admin), null);
  const isOurs = ({ mechanism }: { readonly mechanism: number }) => mechanism === ScramMechanisms.SCRAM_SHA_512;
  return new Set(results.filter(({ credentialInfos }) => credentialInfos.some(isOurs)).map(({ user }) => user));
}

const resources = named(ResourceTypes);
const patterns = named(ResourcePatternTypes);
const operations = named(AclOperations);
const permissions = named(AclPermissionTypes);

/** `TRANSACTIONAL_ID` as Kafka's tools print it: `TransactionalId`. */
function named<Value extends number>(values: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  const spelled = (key: string) => key.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase());
  return new Map(Object.entries(values).map(([key, value]) => [spelled(key), value]));
}

function wireValue<Value extends number>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new RangeError(`Kafka has no "${name}" here`);
  return value;
}

function spelledName(values: ReadonlyMap<string, number>, value: number): string {
  return [...values].find(([, each]) => each === value)?.[0] ?? 'Unknown';
}
