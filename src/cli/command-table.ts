import type { AnyCommand } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  /** Docker's long form: `image ls`. */
  readonly otherName?: string;
  /** Begins in lower case, ends without a full stop. */
  readonly summary: string;
  readonly load: () => Promise<AnyCommand>;
}

/** Every command: a new one is a file in command/ and a line here. Each is loaded when it is asked for. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'test',
    summary: 'run scenarios and say how they went',
    load: async () => (await import('./command/test.ts')).testCommand,
  },
  {
    name: 'validate',
    summary: 'check scenario files without running them; needs no Linux',
    load: async () => (await import('./command/validate.ts')).validateCommand,
  },
  {
    name: 'plan',
    summary: 'show what would happen, and do nothing of it',
    load: async () => (await import('./command/plan.ts')).planCommand,
  },
  {
    name: 'explain',
    summary: 'show the kernel operations that start each service',
    load: async () => (await import('./command/explain.ts')).explainCommand,
  },
  {
    name: 'verify',
    summary: 'hold a container or a process that Mayfly did not start to the isolation checks',
    load: async () => (await import('./command/verify.ts')).verifyCommand,
  },
  {
    name: 'lock',
    summary: 'write down which images scenarios resolve to',
    load: async () => (await import('./command/lock.ts')).lockCommand,
  },
  {
    name: 'build',
    summary: 'build an image from a Dockerfile',
    load: async () => (await import('./command/build.ts')).buildCommand,
  },
  {
    name: 'images',
    otherName: 'image ls',
    summary: 'list the images of the store',
    load: async () => (await import('./command/images.ts')).imagesCommand,
  },
  {
    name: 'load',
    otherName: 'image load',
    summary: 'take the images of an archive into the store',
    load: async () => (await import('./command/load.ts')).loadCommand,
  },
  {
    name: 'pull',
    otherName: 'image pull',
    summary: 'fetch an image from a registry',
    load: async () => (await import('./command/pull.ts')).pullCommand,
  },
  {
    name: 'import',
    otherName: 'image import',
    summary: 'make an image of the tar of a file system',
    load: async () => (await import('./command/import.ts')).importCommand,
  },
  {
    name: 'push',
    otherName: 'image push',
    summary: 'send an image to a registry',
    load: async () => (await import('./command/push.ts')).pushCommand,
  },
  {
    name: 'search',
    summary: 'look for images in a registry',
    load: async () => (await import('./command/search.ts')).searchCommand,
  },
  {
    name: 'login',
    summary: 'log in to a registry',
    load: async () => (await import('./command/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    summary: 'forget the login of a registry',
    load: async () => (await import('./command/logout.ts')).logoutCommand,
  },
  {
    name: 'save',
    otherName: 'image save',
    summary: 'write images to an archive that Docker, Podman and every OCI tool reads',
    load: async () => (await import('./command/save.ts')).saveCommand,
  },
  {
    name: 'tag',
    otherName: 'image tag',
    summary: 'give an image another name',
    load: async () => (await import('./command/tag.ts')).tagCommand,
  },
  {
    name: 'rmi',
    otherName: 'image rm',
    summary: 'remove images, or names of them',
    load: async () => (await import('./command/rmi.ts')).rmiCommand,
  },
  {
    name: 'inspect',
    otherName: 'image inspect',
    summary: 'show everything that is known of images',
    load: async () => (await import('./command/inspect.ts')).inspectCommand,
  },
  {
    name: 'history',
    otherName: 'image history',
    summary: 'show what an image was made of, layer by layer',
    load: async () => (await import('./command/history.ts')).historyCommand,
  },
  {
    name: 'image prune',
    summary: 'remove images without a name, and what no image needs',
    load: async () => (await import('./command/image-prune.ts')).imagePruneCommand,
  },
  {
    name: 'system df',
    summary: 'show what the store takes',
    load: async () => (await import('./command/system-df.ts')).systemDfCommand,
  },
  {
    name: 'store verify',
    summary: 'look whether everything in the store is as it should be',
    load: async () => (await import('./command/store-verify.ts')).storeVerifyCommand,
  },
  {
    name: 'store repair',
    summary: 'take away what is damaged in the store',
    load: async () => (await import('./command/store-repair.ts')).storeRepairCommand,
  },
  {
    name: 'doctor',
    summary: 'show what this host can do, and how to mend what it cannot',
    load: async () => (await import('./command/doctor.ts')).doctorCommand,
  },
  {
    name: 'init',
    summary: 'write a first scenario',
    load: async () => (await import('./command/init.ts')).initCommand,
  },
  {
    name: 'schema',
    summary: 'print a JSON schema, for editors and tools',
    load: async () => (await import('./command/schema.ts')).schemaCommand,
  },
];
