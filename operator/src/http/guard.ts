// Who asks, and what they may see: the API server is asked both, so that no right is kept here.
import { type Client, defineResource, type KubeObject, type Resource } from '../runtime/index.ts';
import { Refused } from './answer.ts';

/** The API server keeps `Authorization` for itself and passes this one on through its service proxy. */
export const tokenHeader = 'x-sluice-token';

export interface Caller {
  readonly token: string;
  readonly user: string;
  readonly identity: Identity;
}

interface Identity {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface Wanted {
  readonly verb: 'get' | 'list' | 'patch';
  readonly resource: Resource;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string };
  readonly status?: { readonly authenticated?: boolean; readonly user?: Partial<Identity> };
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed: boolean };
}

const tokenReviews = defineResource<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
});
const accessReviews = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
});

/** A token is a few KiB at most; more would be carried to the API server for nothing. */
const maxTokenLength = 16_384;
const nameless = { name: '' };

export class Guard {
  readonly #client: Client;

  /** `client` makes reviews: the operator's own, which any replica may use. */
  constructor(client: Client) {
    this.#client = client;
  }

  /** Who holds the token that came with the request. Refused (401) when there is none or the API server knows it not. */
  async authenticate(header: (name: string) => string | undefined, signal: AbortSignal): Promise<Caller> {
    const token = tokenOf(header);
    const review = await this.#client.with({ signal }).create(tokenReviews, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: tokenReviews.kind,
      metadata: nameless,
      spec: { token },
    });
    const { authenticated, user } = review.status ?? {};
    const username = user?.username;
    if (!authenticated || !username)
      throw new Refused(401, 'The API server does not accept this token: get a new one.');
    return { token, user: username, identity: { ...user, username } };
  }

  async may(caller: Caller, { verb, resource, namespace, name }: Wanted, signal: AbortSignal): Promise<boolean> {
    const { username: user, ...identity } = caller.identity;
    const review = await this.#client.with({ signal }).create(accessReviews, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: accessReviews.kind,
      metadata: nameless,
      spec: {
        user,
        ...identity,
        resourceAttributes: {
          group: resource.group,
          version: resource.version,
          resource: resource.plural,
          verb,
          namespace,
          name,
        },
      },
    });
    return review.status?.allowed === true;
  }

  /** Refused (403), in the API server's form of words, where the caller may not. */
  async require(caller: Caller, wanted: Wanted, signal: AbortSignal): Promise<void> {
    if (await this.may(caller, wanted, signal)) return;
    const { verb, resource, namespace } = wanted;
    const message = `User "${caller.user}" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}" in the namespace "${namespace}".`;
    throw new Refused(403, message);
  }
}

function tokenOf(header: (name: string) => string | undefined): string {
  const bearer = /^Bearer +(\S+)$/i.exec(header('authorization') ?? '')?.[1];
  const token = header(tokenHeader)?.trim() || bearer;
  if (!token) {
    throw new Refused(401, 'Send a token that the API server accepts, as "Authorization: Bearer …" or X-Sluice-Token.');
  }
  if (token.length > maxTokenLength || !/^[\x21-\x7e]+$/.test(token)) throw new Refused(401, 'This is no token.');
  return token;
}
