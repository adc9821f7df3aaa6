import type { Must } from './distribution-spec-pull.ts';

const debianPull = 'pull.linux.spec.ts';
const pushing = 'push.linux.spec.ts';
const referrers = 'push-referrer.linux.spec.ts';

export const pushMusts: readonly Must[] = [
  {
    duty: 'registry',
    says: 'A registry MUST initially accept an otherwise valid manifest with a `subject` field that references a manifest that does not exist',
    test: [referrers, 'a registry that says it has seen to it gets no list'],
  },
  {
    duty: 'registry',
    says: 'it MUST result in one or more `MANIFEST_BLOB_UNKNOWN` errors',
    test: [pushing, 'a manifest that the registry will not have'],
  },
  {
    duty: 'registry',
    says: 'the response MUST have a code of `202 Accepted`, and MUST include the following header: Location',
    test: [pushing, 'a registry that does not say where a blob goes'],
  },
  {
    duty: 'registry',
    says: 'The `<location>` MUST contain a UUID representing a unique session ID',
    test: [pushing, 'a blob in chunks'],
  },
  {
    duty: 'registry',
    says: 'the response MUST have code `201 Created` and MUST have the following header (POST then PUT)',
    test: [pushing, 'a small blob goes whole'],
  },
  // A single POST is never sent: registries may not know it.
  {
    duty: 'client',
    says: 'The `Content-Length` header MUST match the blob’s actual content length.',
    test: [pushing, 'a small blob goes whole'],
  },
  {
    duty: 'client',
    says: 'Likewise, the `<digest>` MUST match the blob’s digest.',
    test: [pushing, 'a small blob goes whole'],
  },
  {
    duty: 'registry',
    says: 'Successful completion of the request MUST return a `201 Created` and MUST include the following header (Single POST)',
    test: [pushing, 'a small blob goes whole'],
  },
  {
    duty: 'client',
    says: 'the post request MUST include the following header: Content-Length: 0',
    test: [pushing, 'chunks come in order, each with its place and length'],
  },
  {
    duty: 'client',
    says: 'The `<range>` refers to the byte range of the chunk, and MUST be inclusive on both ends.',
    test: [pushing, 'chunks come in order, each with its place and length'],
  },
  {
    duty: 'client',
    says: 'The first chunk’s range MUST begin with `0`.',
    test: [pushing, 'chunks come in order, each with its place and length'],
  },
  {
    duty: 'client',
    says: 'It MUST match the following regular expression: ^[0-9]+-[0-9]+$',
    test: [pushing, 'chunks come in order, each with its place and length'],
  },
  {
    duty: 'registry',
    says: 'Each successful chunk upload MUST have a `202 Accepted` response code, and MUST have the following headers: Location, Range',
    test: [pushing, 'a chunk that breaks off goes on where the registry has got to'],
  },
  {
    duty: 'client',
    says: 'Chunks MUST be uploaded in order, with the first byte of a chunk being the last chunk’s `<end-of-range>` plus one.',
    test: [pushing, 'chunks come in order, each with its place and length'],
  },
  {
    duty: 'registry',
    says: 'If a chunk is uploaded out of order, the registry MUST respond with a `416 Requested Range Not Satisfiable` code.',
    test: [pushing, 'a chunk that breaks off goes on where the registry has got to'],
  },
  {
    duty: 'client',
    says: 'Regardless of how the final chunk is uploaded, the session MUST be closed with a `PUT` request.',
    test: [pushing, 'in a session that ends with the digest'],
  },
  {
    duty: 'client',
    says: 'The closing `PUT` request MUST include the `<digest>` of the whole blob',
    test: [pushing, 'in a session that ends with the digest'],
  },
  {
    duty: 'registry',
    says: 'The response to a successful closing of the session MUST be `201 Created`',
    test: [pushing, 'a blob that the registry will not have in the end'],
  },
  {
    duty: 'registry',
    says: 'The response to an active upload `<location>` MUST be a `204 No Content` response code',
    test: [pushing, 'a chunk that breaks off goes on where the registry has got to'],
  },
  {
    duty: 'registry',
    says: 'The response to a successful mount MUST be `201 Created`',
    test: [pushing, 'keeps its digest, and skopeo reads it'],
  },
  {
    duty: 'client',
    says: 'If a manifest includes a `mediaType` field, clients MUST set the `Content-Type` header to the value',
    test: [pushing, 'keeps its digest, and skopeo reads it'],
  },
  {
    duty: 'client',
    says: '`<name>` is the namespace of the repository, and the `<reference>` MUST be either a) a digest or b) a tag.',
    test: [pushing, 'what it names is sent before it'],
  },
  {
    duty: 'client',
    says: 'The uploaded manifest MUST reference any blobs that make up the object.',
    test: [pushing, 'what it names is sent before it'],
  },
  {
    duty: 'registry',
    says: 'The registry MUST store the manifest in the exact byte representation provided by the client.',
    test: [pushing, 'keeps its digest, and skopeo reads it'],
  },
  {
    duty: 'registry',
    says: 'Upon a successful upload, the registry MUST return response code `201 Created`',
    test: [pushing, 'a manifest that the registry will not have'],
  },
  {
    duty: 'registry',
    says: 'The Docker-Content-Digest header … MUST be equal to the client provided digest.',
    test: [pushing, 'a registry that has another manifest in the end than was sent'],
  },
  {
    duty: 'registry',
    says: 'An attempt to pull a nonexistent repository MUST return response code `404 Not Found`.',
    test: [debianPull, 'what is not there is said to be not there'],
  },
  {
    duty: 'registry',
    says: 'a registry implementation that supports the referrers API MUST respond with the response header `OCI-Subject`',
    test: [referrers, 'a registry that says it has seen to it gets no list'],
  },
  {
    duty: 'client',
    says: 'When pushing a manifest with the `subject` field and the `OCI-Subject` header was not set, the client MUST: 1. Pull the current referrers list',
    test: [referrers, 'a list that is there gets one more, once'],
  },
  {
    duty: 'client',
    says: 'If the tag returns a 404, the client MUST begin with an empty image index.',
    test: [referrers, 'a registry without referrers gets a list of them, which begins empty'],
  },
  {
    duty: 'client',
    says: 'The value of the `artifactType` MUST be set to the `artifactType` value in the pushed manifest, if present.',
    test: [referrers, 'an artifact keeps its own type in the list'],
  },
  {
    duty: 'client',
    says: 'If the `artifactType` is empty or missing in a pushed image manifest, … MUST be set to the config descriptor `mediaType` value.',
    test: [referrers, 'a registry without referrers gets a list of them, which begins empty'],
  },
  {
    duty: 'client',
    says: 'All annotations from the pushed manifest MUST be copied to this descriptor.',
    test: [referrers, 'a registry without referrers gets a list of them, which begins empty'],
  },
];
