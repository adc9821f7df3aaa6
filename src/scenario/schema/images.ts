import { byType, exactlyOne, type JsonSchema, key, list, named, object, ref } from './json-schema.ts';
import {
  absolutePath,
  boolean,
  command,
  environment,
  mapOrAssignments,
  nonEmptyText,
  oneOfWords,
  portWithProtocol,
  textOrNumber,
} from './scalars.ts';

const pathOf = (what: string) => ({ type: 'string', pattern: '\\S', 'x-expects': `the path of ${what}` });

const pathAndReference = (what: string, example: string): JsonSchema =>
  byType(`the path of ${what}, or { path: …, reference: … }`, {
    string: { pattern: '\\S' },
    object: object(
      {
        path: key('Path', `Where ${what} lies, from the scenario's folder.`, example, pathOf(what)),
        reference: key('Reference', 'Which image, when there are several.', 'app:1.2', nonEmptyText),
      },
      { what: 'an image source', required: ['path'] },
    ),
  });

const host = byType('a list of programs, or { programs: […], files: […] }', {
  array: list('a list of programs', nonEmptyText, 'wrong-value'),
  object: object(
    {
      programs: key(
        'Programs',
        'Programs of this machine, by name or path; their libraries come along.',
        ['sh', 'cat'],
        list('a list of programs', nonEmptyText, 'wrong-value'),
      ),
      files: key(
        'Files',
        'More files or directories of this machine, by absolute path.',
        ['/usr/share/zoneinfo'],
        list('a list of paths', absolutePath),
      ),
    },
    { what: '`host`', required: ['programs'] },
  ),
});

const debian = object(
  {
    suite: key('Suite', 'The Debian release.', 'bookworm', nonEmptyText),
    packages: key(
      'Packages',
      'Packages to install.',
      ['postgresql-15'],
      list('a list of packages', nonEmptyText),
    ),
    include: key(
      'Include',
      'More packages to install.',
      ['ca-certificates'],
      list('a list of packages', nonEmptyText),
    ),
    components: key(
      'Components',
      'Archive components.',
      ['main', 'contrib'],
      list('a list of components', nonEmptyText, 'wrong-value'),
    ),
    variant: key(
      'Variant',
      'What is installed at least.',
      'minbase',
      oneOfWords([
        'essential',
        'apt',
        'minbase',
        'required',
        'important',
        'standard',
        'buildd',
        'custom',
        'extract',
      ]),
    ),
    mirror: key(
      'Mirror',
      "Where packages come from; the machine's own configuration when absent.",
      'https://deb.example.org/debian',
      nonEmptyText,
    ),
  },
  { what: '`debian`', required: ['suite'] },
);

export const build: JsonSchema = byType('the path of a build context, or { context: …, … }', {
  string: { pattern: '\\S' },
  object: object(
    {
      context: key(
        'Context',
        "The folder that is built from, from the scenario's folder.",
        './web',
        pathOf('a folder'),
      ),
      dockerfile: key(
        'Dockerfile',
        'The file to build by, from the context.',
        'Dockerfile.test',
        pathOf('a Dockerfile'),
      ),
      dockerfile_inline: key('Inline Dockerfile', 'The Dockerfile itself.', 'FROM scratch\n', nonEmptyText),
      args: key('Arguments', 'Build arguments.', { VERSION: '1.2' }, environment),
      target: key('Target', 'The stage to stop at.', 'runtime', nonEmptyText),
      labels: key(
        'Labels',
        'Labels of the image.',
        { team: 'shop' },
        mapOrAssignments('labels as a mapping or a list', '^[^=]+'),
      ),
      network: key(
        'Network',
        'Whether RUN reaches other networks: `default`, or by default `none`.',
        'default',
        oneOfWords(['none', 'default']),
      ),
      no_cache: key('No cache', 'Runs every step anew.', true, boolean),
      additional_contexts: key(
        'Contexts',
        'What FROM and `--from` know by these names: a path, `oci-layout://PATH` or `docker-image://REFERENCE`.',
        { base: './base' },
        mapOrAssignments('names with their contexts', '^[^=]+'),
      ),
    },
    { what: '`build`' },
  ),
});

const config = object(
  {
    entrypoint: key('Entrypoint', 'Replaces ENTRYPOINT.', ['/entry'], command),
    command: key('Command', 'Replaces CMD.', ['serve'], command),
    environment: key('Environment', 'Added to ENV.', { LANG: 'C.UTF-8' }, environment),
    user: key('User', 'Replaces USER.', 'postgres', textOrNumber),
    working_dir: key('Working directory', 'Replaces WORKDIR.', '/srv', absolutePath),
    expose: key('Expose', 'Replaces EXPOSE.', [8080], list('a list of ports', portWithProtocol)),
    volumes: key('Volumes', 'Replaces VOLUME.', ['/data'], list('a list of paths', absolutePath)),
    stop_signal: key('Stop signal', 'Replaces STOPSIGNAL.', 'SIGINT', textOrNumber),
    shell: key(
      'Shell',
      'Replaces SHELL.',
      ['/bin/sh', '-c'],
      list('a list of arguments', nonEmptyText, 'wrong-value'),
    ),
    labels: key(
      'Labels',
      'Added to LABEL.',
      { team: 'shop' },
      mapOrAssignments('labels as a mapping or a list', '^[^=]+'),
    ),
  },
  { what: '`config`', empty: 'wrong-value' },
);

const imageSources = ['host', 'rootfs', 'archive', 'oci', 'registry', 'debian', 'build'] as const;

export const imageDefinitions: Readonly<Record<string, JsonSchema>> = {
  image: byType('a registry reference, or where the image comes from, such as { host: [sh, cat] }', {
    string: { pattern: '\\S' },
    object: {
      ...object(
        {
          host: key(
            'Host',
            'Programs of this machine with the libraries they load.',
            ['sh', 'cat', 'sleep'],
            host,
          ),
          rootfs: key(
            'Root file system',
            'A tar file or a directory that holds a root file system.',
            './rootfs.tar',
            pathAndReference('a tar file or a directory', './rootfs.tar'),
          ),
          archive: key(
            'Archive',
            'A file written by `docker save`, or an OCI archive.',
            './app.tar',
            pathAndReference('an image archive', './app.tar'),
          ),
          oci: key(
            'OCI layout',
            'A directory in OCI image layout.',
            './app',
            pathAndReference('an OCI layout', './app'),
          ),
          registry: key(
            'Registry',
            'A reference to an image in a registry.',
            'registry.example.org/app:1.2',
            nonEmptyText,
          ),
          debian: key(
            'Debian',
            'Made from Debian packages.',
            { suite: 'bookworm', packages: ['redis'] },
            debian,
          ),
          build: key('Build', 'Built from a Dockerfile.', { context: './web' }, build),
          config: key(
            'Configuration',
            "Replaces fields of the image's own configuration.",
            { user: 'app' },
            config,
          ),
        },
        { what: 'an image' },
      ),
      ...exactlyOne(imageSources),
    },
  }),
};

export const images = key(
  'Images',
  'What containers start from, by names of your choice.',
  { tools: { host: ['sh', 'cat'] } },
  named('images', ref('image')),
);
