// Certificates out of a PEM text, for those who may see them: what else stands there, such as a key, stays where it is. Pure.

/** A text in status; api/v1alpha1/event-bus.ts has the same bound. */
const maxTextLength = 65_536;

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in their order, as many to a text as it holds; empty where there is none. */
export function certificateTexts(pem: string): readonly string[] {
  const texts: string[] = [];
  for (const certificate of pem.match(block) ?? []) {
    const last = texts.at(-1);
    const joined = last === undefined ? certificate : `${last}\n${certificate}`;
    if (last === undefined || joined.length > maxTextLength) texts.push(certificate);
    else texts[texts.length - 1] = joined;
  }
  return texts;
}
