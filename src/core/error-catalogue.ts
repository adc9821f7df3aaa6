/**
 * Every error code of the product with its exit status (language.md R30) and its hint.
 * docs/exit-status.md is generated from this table.
 */
export interface ErrorEntry {
  /** 2 invalid input · 3 host not suitable · 4 engine or harness · 5 leaked. */
  readonly exitStatus: 1 | 2 | 3 | 4 | 5;
  /** One sentence for the documentation: when it happens. */
  readonly meaning: string;
  /** What to do, when the error itself has no better advice. */
  readonly hint: string;
}

const input = (meaning: string, hint: string): ErrorEntry => ({ exitStatus: 2, meaning, hint });
const host = (meaning: string, hint: string): ErrorEntry => ({ exitStatus: 3, meaning, hint });
const harness = (meaning: string, hint: string): ErrorEntry => ({ exitStatus: 4, meaning, hint });

export const errorCatalogue = {
  // The scenario file
  SCENARIO_NOT_FOUND: input(
    'A path names no scenario file.',
    'check the path, or run `mayfly test` without one',
  ),
  SCENARIO_UNREADABLE: input('A scenario file cannot be read.', 'check its permissions and that it is UTF-8'),
  SCENARIO_SYNTAX: input('The file is not valid YAML.', 'mend the YAML at the marked place'),
  SCENARIO_YAML_TRAP: input('YAML reads this differently from what it looks like.', 'quote the value'),
  SCENARIO_UNKNOWN_KEY: input('A key that the language does not know.', 'remove it, or prefix it with `x-`'),
  SCENARIO_DUPLICATE_KEY: input('The same key stands twice in one mapping.', 'keep one of the two'),
  SCENARIO_MISSING_KEY: input('A required key is missing.', 'add it'),
  SCENARIO_WRONG_TYPE: input('A value has the wrong type.', 'write a value of the type named'),
  SCENARIO_WRONG_VALUE: input('A value is outside what is allowed.', 'choose one of the allowed values'),
  SCENARIO_WRONG_UNIT: input(
    'A duration or a size has no unit or a wrong one.',
    'write for example 500ms, 10s, 64m, 1g',
  ),
  SCENARIO_UNDECLARED: input('A name is used but not declared.', 'declare it, or correct the spelling'),
  SCENARIO_UNUSED: input('Something is declared but never used (a warning).', 'use it or remove it'),
  SCENARIO_CYCLE: input('Services depend on each other in a circle.', 'remove one of the dependencies'),
  SCENARIO_ASSERTS_NOTHING: input(
    'Something that looks like a check checks nothing.',
    'state what should hold, or remove it',
  ),
  SCENARIO_CONFLICT: input('Two settings contradict each other.', 'keep one of them'),
  SCENARIO_NO_EFFECT: input('A key would have no effect here.', 'remove it'),
  SCENARIO_LIMIT: input(
    'A limit on the size, depth or count of something is exceeded.',
    'make the file smaller, or raise the limit named',
  ),
  SCENARIO_FORBIDDEN: input(
    'The scenario asks for a right it was not given.',
    'allow it on the command line if you trust the file',
  ),
  EXPRESSION_SYNTAX: input(
    'An expression in `${{ }}` cannot be parsed.',
    'see the expression grammar in docs/language.md',
  ),
  EXPRESSION_UNDEFINED: input(
    'An expression names something that does not exist.',
    'check the spelling of the name',
  ),
  EXPRESSION_TYPE: input(
    'An expression gives a value that cannot be used where it stands.',
    'see the expression grammar in docs/language.md',
  ),
  LANGUAGE_NOT_AVAILABLE_YET: input(
    'The language has this, this version of Mayfly does not do it yet.',
    'remove it for now',
  ),
  SNAPSHOT_INVALID: input(
    'A file of snapshots cannot be read as one.',
    'mend it, or remove it and run `mayfly test --update`',
  ),
  SNAPSHOT_OBSOLETE: input(
    'A snapshot is kept that nothing asks for (a warning).',
    'run `mayfly test --update` to remove it',
  ),
  SNAPSHOT_UNWRITABLE: harness('A file of snapshots cannot be written.', 'check its permissions'),
  MATCHER_INVALID: input('A matcher cannot be used as written.', 'see the matchers in docs/language.md'),
  CLI_USAGE: input('A flag or argument is wrong.', 'run the command with --help'),
  CLI_NOTHING_MATCHED: input(
    'No scenario matched the paths and filters.',
    'run `mayfly test --help` to see the filters',
  ),
  CONFIG_INVALID: input('mayfly.config.yaml is invalid.', 'mend it at the place named'),
  LOCK_INVALID: input(
    'A file mayfly.lock cannot be read as one.',
    'remove it, or write it anew with `mayfly lock`',
  ),
  IMAGE_NOT_LOCKED: input(
    'An image is not the one that mayfly.lock has, or is not in it at all.',
    'write the lock anew with `mayfly lock`, if you want what there is now',
  ),
  LOCK_UNWRITABLE: harness('A file mayfly.lock cannot be written.', 'check the permissions of its folder'),
  EVENT_STREAM_INVALID: input(
    'A recorded event stream is damaged, or of another version.',
    'record it again with `--report ndjson=FILE`',
  ),
  TARGET_NOT_FOUND: input(
    'There is no process or container of that number or name to verify.',
    'check it with `ps`, or with `ps` of what runs the container',
  ),
  TARGET_AMBIGUOUS: input(
    'Several containers have the name that was given to verify.',
    'give the id, or the number of a process',
  ),
  // Images
  IMAGE_REFERENCE_INVALID: input(
    'An image reference is malformed.',
    'write registry/name:tag or name@sha256:…',
  ),
  IMAGE_NOT_FOUND: input(
    'An image or one of its parts is not where the scenario says.',
    'check the path or name',
  ),
  IMAGE_AMBIGUOUS: input('The beginning of an id fits several images.', 'write more of its digits'),
  IMAGE_IN_USE: input(
    'An image cannot be removed as asked, because something still needs it.',
    'end what uses it, name it by its tags, or use --force',
  ),
  IMAGE_HOST_PROGRAM_MISSING: input(
    'A program named in `host:` is not on this machine.',
    'install it, or correct its name',
  ),
  IMAGE_INVALID: harness('An image, archive or layout is damaged or malformed.', 'get the image again'),
  IMAGE_DIGEST_MISMATCH: harness(
    'Content does not have the digest it was announced with.',
    'get the image again; do not trust this copy',
  ),
  IMAGE_HOSTILE: harness('An archive tries something no honest archive does.', 'do not use this image'),
  IMAGE_LIMIT: harness('An image exceeds a limit.', 'raise the limit named, if you trust the image'),
  IMAGE_PLATFORM: input('An image is not for this machine.', 'choose an image for this platform'),
  IMAGE_UNREACHABLE: harness(
    'Where an image or its packages come from cannot be reached.',
    'check the network, and the proxy if there is one',
  ),
  REGISTRY_UNAUTHORIZED: input(
    'A registry wants a login, or refuses the one it got.',
    'log in with `mayfly login REGISTRY`, and check that the name is right',
  ),
  REGISTRY_REFUSED: harness(
    'A registry answered with an error, or not as registries do.',
    'try again later, or ask who runs the registry',
  ),
  IMAGE_SIGNATURE_INVALID: harness(
    'What an image is made of is not signed by a key that this machine trusts.',
    'install the keyring of its publisher; do not trust this copy',
  ),
  DOCKERFILE_INVALID: input('A Dockerfile is wrong.', 'correct the line shown'),
  BUILD_STEP_FAILED: {
    exitStatus: 1,
    meaning: 'A command of a Dockerfile failed.',
    hint: 'see its output; RUN has a network only where the build declares one (`--network default`)',
  },
  IMAGE_BUILD_FAILED: harness('Making an image failed.', 'see what the program that made it said'),
  STORE_FAILED: harness(
    'The image store cannot be read or written.',
    'check the disk space and the permissions of the store',
  ),
  STORE_BUSY: harness(
    'Another process holds the image store, and what was asked for cannot be done beside it.',
    'wait for it to end, or end it',
  ),
  OUTPUT_UNWRITABLE: harness(
    'A file that a command was to write cannot be written.',
    'check the folder, its permissions and the disk space',
  ),
  // The host
  HOST_NOT_LINUX: host('Containers need Linux.', 'run on Linux; validate and plan work everywhere'),
  HOST_NO_USERNS: host('User namespaces are not allowed.', 'run `mayfly doctor` for how to allow them'),
  HOST_MISSING_FEATURE: host('The host lacks something the scenario needs.', 'run `mayfly doctor`'),
  HOST_MISSING_PROGRAM: host('A program that is needed is not installed.', 'install it'),
  HOST_LIMIT_UNAVAILABLE: host(
    'A limit was asked for that this host cannot enforce.',
    'remove the limit, or see `mayfly doctor`',
  ),
  // Running
  LAUNCH_FAILED: harness(
    'The kernel refused an operation while a container was set up.',
    'see the operation and errno; `mayfly explain` shows the whole tape',
  ),
  LAUNCHER_MISSING: harness(
    'The native launcher is not there or cannot be run.',
    'run `npm run prepare` (needs cc), or install the packed package',
  ),
  LAUNCHER_DIED: harness('The native launcher ended unexpectedly.', 'report this with its last words'),
  PROBE_LOST: harness(
    'The helper that looks from inside a container ended before it answered.',
    'a limit of the container, or its seccomp profile, may not let it run',
  ),
  PROBE_NOT_PERMITTED: host(
    'No helper of ours may enter the namespaces of a process that Mayfly did not start.',
    'run as root',
  ),
  TARGET_GONE: harness('A process ended while it was verified.', 'verify it again while it runs'),
  PROGRAM_NOT_FOUND: harness(
    'The program to run is not in the image.',
    'check `command`, or add the program to the image',
  ),
  PROGRAM_NOT_EXECUTABLE: harness(
    'The program to run cannot be executed.',
    'check its mode, its interpreter and its architecture',
  ),
  USER_NOT_FOUND: harness(
    'A user or group is not in the image.',
    'use a numeric id, or add the user to the image',
  ),
  PATH_NOT_FOUND: harness('A path is not in the container.', 'check the path'),
  CONTAINER_STATE: harness(
    'A container is not in the state an operation needs.',
    'check whether it has ended, or is paused',
  ),
  FAULT_UNSUPPORTED: host(
    'A fault was asked for that cannot be made here.',
    'remove it, or see the table of docs/faults.md for what it needs',
  ),
  FAULT_LOST: harness(
    'A fault ended by itself before it was undone.',
    'what steps saw meanwhile proves nothing: run it again, and report how it ended',
  ),
  SERVICE_NOT_READY: {
    exitStatus: 1,
    meaning: 'A service did not become ready in time.',
    hint: 'see its log',
  },
  SERVICE_DIED: {
    exitStatus: 1,
    meaning: 'A service ended while the scenario ran.',
    hint: 'see its log, or say `exits:` if it should end',
  },
  INVARIANT_BROKEN: {
    exitStatus: 1,
    meaning: 'What has to hold all the time did not.',
    hint: 'compare expected and actual, and see the step it names',
  },
  EXPECTATION_FAILED: {
    exitStatus: 1,
    meaning: 'An expectation did not hold.',
    hint: 'compare expected and actual',
  },
  CAPTURE_FAILED: {
    exitStatus: 1,
    meaning: 'A capture found nothing to take.',
    hint: 'compare it with what the step gave',
  },
  TIMEOUT: {
    exitStatus: 1,
    meaning: 'Something took longer than its time-out.',
    hint: 'raise the time-out, or find what hangs',
  },
  OUTPUT_LIMIT: harness('A process wrote more than is kept.', 'raise the limit named, or write less'),
  NETWORK_FAILED: harness('A network could not be set up.', 'see `mayfly doctor`'),
  PORT_UNAVAILABLE: harness('A published port is taken.', 'choose another port, or 0 for any'),
  LEAKED: {
    exitStatus: 5,
    meaning: 'Something of the run was left behind.',
    hint: 'report this; it is a bug of Mayfly',
  },
  CANCELLED: harness('The run was interrupted.', ''),
  INTERNAL: harness('A bug in Mayfly.', 'report this'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
