import {
  type ImageReference,
  parseImageReference,
  renderReference,
  withDefaultTag,
} from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { addToStore } from '../../image/add-to-store.ts';
import { parsePlatform } from '../../image/image-platform.ts';
import { pullReference } from '../../image/pull-reference.ts';
import { listTags } from '../../image/registry/list-tags.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { sayLine } from '../images/say-line.ts';
import { openPullProgress } from '../images/show-pull.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const pullCommand = defineCommand({
  flags: {
    'all-tags': { kind: 'switch', short: 'a', what: 'Every tag of the repository' },
    platform: { kind: 'text', value: 'OS/ARCH', what: 'Another than this machine’s: linux/arm64' },
    quiet: { kind: 'switch', short: 'q', what: 'Only the name of what was pulled' },
  },
  positional: { name: 'image', what: 'NAME[:TAG|@DIGEST]; without a tag `latest`', most: 1 },
  examples: [
    { line: 'pull alpine', what: 'docker.io/library/alpine:latest, as Docker shortens it' },
    { line: 'pull registry.example.org:5000/team/app:1.4', what: 'from another registry' },
    { line: 'pull alpine@sha256:…', what: 'exactly that one' },
  ],
  notes: [
    'Logins are those of `mayfly login` and `docker login`. Mirrors, plain http and authorities of registries stand in mayfly.config.yaml (`registries`, `mirrors`) or in /etc/docker/certs.d; proxies in HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Plain http is spoken to loopback and to registries declared so, to nobody else.',
    'Every byte is verified before it can be seen. What breaks off is taken up where it was.',
  ],
  async run({ flags, positionals: [text] }, surroundings) {
    const { stdout, stderr } = surroundings;
    if (text === undefined) {
      throw new MayflyError('CLI_USAGE', 'an image is needed', { hint: 'write `mayfly pull IMAGE`' });
    }
    const given = parseImageReference(text);
    if (flags['all-tags'] && (given.tag !== undefined || given.digest !== undefined)) {
      throw new MayflyError('CLI_USAGE', '`--all-tags` goes with a name that has no tag', {
        hint: 'leave one of the two out',
      });
    }
    const { options } = await openStoreWork(surroundings);
    const chosen =
      flags.platform === undefined ? options : { ...options, platform: parsePlatform(flags.platform) };
    const say = (line: string): void => {
      if (line.startsWith('warning:')) sayLine(stderr, line);
    };
    const isDefault = given.tag === undefined && given.digest === undefined && !flags['all-tags'];
    if (isDefault && !flags.quiet) stderr.write('Using default tag: latest\n');
    return untilInterrupted(surroundings, (signal) =>
      addToStore(chosen, say, signal, async (context) => {
        const references: readonly ImageReference[] = flags['all-tags']
          ? (await listTags(given, { ...context, registries: await context.readRegistries() })).map(
              (tag) => ({
                ...given,
                tag,
              }),
            )
          : [withDefaultTag(given)];
        for (const reference of references) {
          await pullReference(reference, context, openPullProgress(surroundings, flags.quiet));
          stdout.write(`${renderReference(reference)}\n`);
        }
        return 0;
      }),
    );
  },
});
