import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseImageReference, renderReference, withDefaultTag } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { BuildOptions } from '../../image/build/read-build-request.ts';
import type { Flags, FlagValues } from '../arguments/flag.ts';
import type { Surroundings } from '../surroundings.ts';

export const buildFlags = {
  tag: { kind: 'texts', short: 't', value: 'NAME[:TAG]', what: 'A name for the image; as often as wanted' },
  file: { kind: 'text', short: 'f', value: 'FILE', what: 'The Dockerfile; CONTEXT/Dockerfile by default' },
  'build-arg': {
    kind: 'texts',
    value: 'NAME[=VALUE]',
    what: 'The value of an ARG; without one, that of the environment',
  },
  target: { kind: 'text', value: 'STAGE', what: 'The stage to build; the last by default' },
  label: { kind: 'texts', value: 'NAME=VALUE', what: 'A label of the image' },
  secret: {
    kind: 'texts',
    value: 'id=ID[,src=FILE|,env=NAME]',
    what: 'For RUN --mount=type=secret; never part of the image',
  },
  network: {
    kind: 'text',
    value: 'MODE',
    what: 'none (the default): RUN reaches nothing; default: it reaches other networks',
  },
  platform: { kind: 'text', value: 'PLATFORM', what: 'Of this machine: there is no emulation' },
  'build-context': {
    kind: 'texts',
    value: 'NAME=SOURCE',
    what: 'What FROM and --from know as NAME: a directory, an archive, oci-layout://PATH or docker-image://REFERENCE',
  },
  'no-cache': { kind: 'switch', what: 'Run every step anew' },
  progress: { kind: 'text', value: 'KIND', what: 'auto, plain or quiet' },
  quiet: { kind: 'switch', short: 'q', what: 'Print the id of the image alone' },
  iidfile: { kind: 'text', value: 'FILE', what: 'Write the id of the image there' },
} as const satisfies Flags;

type Given = FlagValues<typeof buildFlags>;

export interface ChosenBuild {
  readonly options: BuildOptions;
  /** In full. */
  readonly names: readonly string[];
  readonly secrets: Readonly<Record<string, Uint8Array>>;
  readonly progress: 'plain' | 'quiet';
}

export function parseBuildFlags(
  given: Given,
  contextPath: string | undefined,
  surroundings: Surroundings,
): ChosenBuild {
  const { workingDirectory, environment } = surroundings;
  if (contextPath === undefined)
    throw new MayflyError('CLI_USAGE', 'there is no build context', { hint: 'write `mayfly build .`' });
  const context = resolve(workingDirectory, contextPath);
  const epoch = environment.SOURCE_DATE_EPOCH;
  return {
    options: {
      context,
      ...(given.file === undefined ? {} : { dockerfile: resolve(workingDirectory, given.file) }),
      args: {
        ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: epoch }),
        ...Object.fromEntries(given['build-arg'].flatMap((text) => parseArgument(text, surroundings))),
      },
      ...(given.target === undefined ? {} : { target: given.target }),
      labels: Object.fromEntries(given.label.map((text) => parsePair('label', text))),
      network: parseNetwork(given.network),
      no_cache: given['no-cache'],
      additional_contexts: Object.fromEntries(
        given['build-context'].map((text) => {
          const [name, source] = parsePair('build-context', text);
          return [name, source.includes('://') ? source : resolve(workingDirectory, source)];
        }),
      ),
      ...(given.platform === undefined ? {} : { platform: given.platform }),
    },
    names: given.tag.map((text) => renderReference(withDefaultTag(refuseDigest(text)))),
    secrets: Object.fromEntries(given.secret.map((text) => parseSecret(text, surroundings))),
    progress: parseProgress(given),
  };
}

function parseArgument(text: string, { environment }: Surroundings): readonly (readonly [string, string])[] {
  if (text.includes('=')) return [parsePair('build-arg', text)];
  const value = environment[text];
  return value === undefined ? [] : [[text, value]];
}

function parsePair(flag: string, text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new MayflyError('CLI_USAGE', `--${flag} \`${text}\` is no NAME=VALUE`);
}

function parseNetwork(text: string | undefined): 'none' | 'default' {
  if (text === undefined || text === 'none') return 'none';
  if (text === 'default') return 'default';
  throw new MayflyError('CLI_USAGE', `--network is none or default, not \`${text}\``, {
    hint: 'the network of the host is never given to a build',
  });
}

function parseProgress({ progress, quiet }: Given): 'plain' | 'quiet' {
  if (quiet || progress === 'quiet') return 'quiet';
  if (progress === undefined || progress === 'auto' || progress === 'plain' || progress === 'tty')
    return 'plain';
  throw new MayflyError('CLI_USAGE', `--progress is auto, plain or quiet, not \`${progress}\``);
}

/** A name of one's own: what an image's digest is, is not for who builds it to say. */
function refuseDigest(text: string): ReturnType<typeof parseImageReference> {
  const reference = parseImageReference(text);
  if (reference.digest === undefined) return reference;
  throw new MayflyError('CLI_USAGE', `--tag \`${text}\` has a digest`, { hint: 'write NAME:TAG' });
}

const mostSecretBytes = 500 * 1024;

/** As `docker build --secret`: a file, a variable, or by default a variable of that name, else a file. */
function parseSecret(
  text: string,
  { environment, workingDirectory }: Surroundings,
): readonly [string, Uint8Array] {
  const parts = new Map(text.split(',').map((part) => parsePair('secret', part)));
  const id = parts.get('id') ?? parts.get('src') ?? parts.get('source') ?? parts.get('env');
  if (id === undefined) throw new MayflyError('CLI_USAGE', `--secret \`${text}\` has no id`);
  const path = parts.get('src') ?? parts.get('source');
  const variable = parts.get('env') ?? (path === undefined && environment[id] !== undefined ? id : undefined);
  if (variable !== undefined && path === undefined) {
    const value = environment[variable];
    if (value !== undefined) return [id, Buffer.from(value)];
    throw new MayflyError('CLI_USAGE', `the environment has no ${variable}, of --secret \`${text}\``);
  }
  const file = resolve(workingDirectory, path ?? id);
  if (!existsSync(file) || !statSync(file).isFile())
    throw new MayflyError('CLI_USAGE', `there is no file ${file}, of --secret \`${text}\``);
  if (statSync(file).size > mostSecretBytes)
    throw new MayflyError('CLI_USAGE', `the secret ${file} is larger than ${mostSecretBytes} bytes`);
  return [id, readFileSync(file)];
}
