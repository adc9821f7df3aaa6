import { parseRegistry } from '../../core/image-reference.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { dropLogin } from '../images/registry-login.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const logoutCommand = defineCommand({
  flags: {},
  positional: { name: 'registry', what: 'HOST or HOST:PORT; Docker Hub by default', most: 1 },
  examples: [{ line: 'logout registry.example.org', what: 'forgets the login, wherever it is kept' }],
  async run({ positionals: [text] }, surroundings) {
    const registry = parseRegistry(text ?? 'docker.io');
    const { options } = await openStoreWork(surroundings);
    const registries = await options.readRegistries();
    const { randomBytes, stdout } = surroundings;
    return untilInterrupted(surroundings, async (signal) => {
      const was = await dropLogin(registry, { ...options, registries, randomBytes, signal });
      stdout.write(was ? `Removing login credentials for ${registry}\n` : `Not logged in to ${registry}\n`);
      return 0;
    });
  },
});
