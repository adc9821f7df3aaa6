import { posix } from 'node:path';
import { parseSignal } from '../../core/signals.ts';
import type { BuildConfig } from './build-config.ts';
import { defaultShell } from './build-config.ts';
import { expandWord, expandWords } from './dockerfile/expand-word.ts';
import type { EscapeCharacter } from './dockerfile/instruction.ts';
import type {
  Command,
  Declaration,
  HealthcheckInstruction,
  ParsedInstruction,
} from './dockerfile/parsed-instruction.ts';
import { lookUp, type StageState, setVariable } from './stage-state.ts';

/** Where values of ARG come from. */
export interface ArgumentSource {
  /** Given from outside: `--build-arg`. */
  readonly given: (name: string) => string | undefined;
  /** Of the ARGs before the first FROM, and of the platform. */
  readonly global: (name: string) => string | undefined;
}

/** What an instruction does to the configuration. Those that also change files are done elsewhere first. */
export function applyConfig(
  state: StageState,
  parsed: ParsedInstruction,
  escapeCharacter: EscapeCharacter,
  source: ArgumentSource,
): StageState {
  const { config } = state;
  const expand = (word: string): string => expandWord(word, (name) => lookUp(state, name), escapeCharacter);
  const change = (changes: Partial<BuildConfig>): StageState => ({
    ...state,
    config: { ...config, ...changes },
  });
  switch (parsed.kind) {
    case 'arg':
      return parsed.declarations.reduce((at, each) => declare(at, each, escapeCharacter, source), state);
    case 'env': {
      const pairs = parsed.pairs.map(({ name, value }) => ({ name: expand(name), value: expand(value) }));
      return change({
        environment: pairs.reduce<readonly string[]>(
          (all, { name, value }) => setVariable(all, name, value),
          config.environment,
        ),
      });
    }
    case 'label': {
      const pairs = parsed.pairs.map(({ name, value }) => [expand(name), expand(value)] as const);
      return change({ labels: { ...config.labels, ...Object.fromEntries(pairs) } });
    }
    case 'workdir':
      return change({ workingDir: posix.resolve('/', config.workingDir, expand(parsed.text)) });
    case 'user':
      return change({ user: expand(parsed.text) });
    case 'stopsignal':
      return change({ stopSignal: requireSignal(expand(parsed.text)) });
    case 'command':
      return { ...change({ command: argvOf(parsed.command, config) }), ownCommand: true };
    case 'entrypoint':
      return change({
        entrypoint: argvOf(parsed.command, config),
        // One that is inherited was meant for the base's own entrypoint.
        ...(state.ownCommand ? {} : { command: [] }),
      });
    case 'shell':
      return change({ shell: parsed.argv });
    case 'expose': {
      const ports = expandWords(parsed.text, (name) => lookUp(state, name), escapeCharacter).flatMap(
        expandPort,
      );
      return change({ exposedPorts: unique([...config.exposedPorts, ...ports]) });
    }
    case 'volume':
      return change({ volumes: unique([...config.volumes, ...parsed.paths.map(expand)]) });
    case 'healthcheck':
      return change({ healthcheck: healthcheckOf(parsed.healthcheck, config) });
    case 'onbuild':
      return change({ onBuild: [...config.onBuild, parsed.text] });
    case 'from':
    case 'run':
    case 'copy':
    case 'maintainer': // deprecated since 2016; the label maintainer took its place
      return state;
    default:
      return parsed satisfies never;
  }
}

function declare(
  state: StageState,
  { name, value }: Declaration,
  escapeCharacter: EscapeCharacter,
  { given, global }: ArgumentSource,
): StageState {
  const own =
    value === undefined ? undefined : expandWord(value, (each) => lookUp(state, each), escapeCharacter);
  const scope = new Map(state.scope).set(name, given(name) ?? own ?? global(name));
  return { ...state, scope };
}

export function argvOf(command: Command, { shell }: BuildConfig): readonly string[] {
  if (command.form === 'exec') return command.argv;
  return command.text === '' ? [] : [...(shell ?? defaultShell), command.text];
}

function healthcheckOf(
  { command, ...times }: HealthcheckInstruction,
  config: BuildConfig,
): BuildConfig['healthcheck'] & object {
  if (command === undefined) return { test: ['NONE'] };
  const test =
    command.form === 'exec'
      ? ['CMD', ...command.argv]
      : config.shell === undefined
        ? ['CMD-SHELL', command.text]
        : ['CMD', ...config.shell, command.text];
  return { test, ...times };
}

function requireSignal(text: string): string {
  if (parseSignal(text) === undefined) throw new Error(`\`${text}\` is no signal`);
  return text;
}

/** `8080`, `53/udp`, `7000-7002/tcp`. */
function expandPort(text: string): readonly string[] {
  const [, from = '', to = from, protocol = 'tcp'] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === '' || first < 1 || last > 65_535 || last < first)
    throw new Error(`\`${text}\` is no port such as 8080 or 53/udp`);
  return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}/${protocol.toLowerCase()}`);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
