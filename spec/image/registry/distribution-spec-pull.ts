/** A sentence of the OCI distribution specification 1.1.1 with a MUST in it. */
export interface Must {
  readonly says: string;
  /** The registry's duties are not ours; beside them stands what we do of them, or when one is not done. */
  readonly duty: 'client' | 'registry';
  /** A file beside this one, or from `spec/`, and words of a test's title in it. */
  readonly test: readonly [file: string, title: string];
}

const grammar = 'core/image-reference.spec.ts';
const content = 'hostile-content.linux.spec.ts';
const manners = 'hostile-manners.linux.spec.ts';
const debianPull = 'pull.linux.spec.ts';
const pushing = 'push.linux.spec.ts';
const referrers = 'push-referrer.linux.spec.ts';

export const pullMusts: readonly Must[] = [
  {
    duty: 'client',
    says: '`<reference>` MUST be either (a) the digest of the manifest or (b) a tag.',
    test: [grammar, 'is no reference'],
  },
  {
    duty: 'client',
    says: 'The `<reference>` MUST NOT be in any other format.',
    test: [grammar, 'is no reference'],
  },
  {
    duty: 'client',
    says: '`<name>` MUST match the following regular expression',
    test: [grammar, 'what is rendered, in full or short, is read as what it was'],
  },
  {
    duty: 'client',
    says: '`<reference>` as a tag MUST be at most 128 characters in length',
    test: [grammar, 'is no reference'],
  },
  {
    duty: 'registry',
    says: 'A GET request to an existing manifest URL MUST provide the expected manifest, with a response code that MUST be `200 OK`.',
    test: [content, 'a manifest that is not the one of the digest'],
  },
  {
    duty: 'client',
    says: 'if it is used, the client MUST verify the value matches the returned manifest.',
    test: [content, 'a manifest that is not the one of its own header'],
  },
  {
    duty: 'registry',
    says: 'If the manifest is not found in the repository, the response code MUST be `404 Not Found`.',
    test: [debianPull, 'what is not there is said to be not there'],
  },
  {
    duty: 'registry',
    says: 'A GET request to an existing blob URL MUST provide the expected blob, with a response code that MUST be `200 OK`.',
    test: [content, 'a layer with other content of the same length'],
  },
  // We do not use it: the digest that was asked for is the one that is compared.
  {
    duty: 'registry',
    says: 'If present, the value of this header MUST be a digest matching that of the response body.',
    test: [content, 'a layer with other content of the same length'],
  },
  {
    duty: 'client',
    says: 'if it is used, the client MUST verify the value matches the returned response body.',
    test: [content, 'a configuration with other content of the same length'],
  },
  {
    duty: 'registry',
    says: 'If the blob is not found in the repository, the response code MUST be `404 Not Found`.',
    test: [content, 'a layer that is not there'],
  },
  {
    duty: 'registry',
    says: 'A HEAD request to an existing blob or manifest URL MUST return `200 OK`.',
    test: [pushing, 'what it has already is not sent'],
  },
  {
    duty: 'registry',
    says: 'If the blob or manifest is not found in the repository, the response code MUST be `404 Not Found`.',
    test: [pushing, 'a small blob goes whole'],
  },
];

export const otherMusts: readonly Must[] = [
  {
    duty: 'client',
    says: 'Client implementations MUST support registries that implement partial or older versions of the OCI Distribution Spec.',
    test: [content, 'also where the registry knows no ranges'],
  },
  {
    duty: 'client',
    says: 'A client that pushes an image manifest with a defined `subject` field MUST verify the referrers API is available or fallback',
    test: [referrers, 'a registry without referrers gets a list of them, which begins empty'],
  },
  {
    duty: 'client',
    says: 'clients MUST NOT forward `Authorization` headers across host boundaries (of the draft after 1.1.1)',
    test: [content, 'a redirect to another place, which gets no login'],
  },
  {
    duty: 'registry',
    says: 'A `4XX` response code from the registry MAY return a body in any format. If the response body is in JSON format, it MUST have the following format',
    test: [manners, 'an error with what a terminal would obey'],
  },
];
